import { describe, expect, it } from 'vitest'
import { checkCertificateBinding } from '../../../../src/check/peer/certificate-binding.ts'
import { NO_PEER, type Peer } from '../../../../src/check/peer/peer.ts'
import { checkWorkloadBinding } from '../../../../src/check/peer/workload-binding.ts'
import { thumbprintOf } from '../../../support/certificates.ts'
import { mapCache } from '../../../support/check-world.ts'

const ID = 'spiffe://example.org/payments'
const OTHER_ID = 'spiffe://example.org/reports'
const OWN = thumbprintOf(Buffer.from('own'))
const OLD = thumbprintOf(Buffer.from('old'))
const peer = (changes: Partial<Peer> = {}): Peer => {
  return {
    spiffeId: ID,
    certificateThumbprint: OWN,
    certificateNotBeforeSeconds: 0,
    certificateIssuerSerial: undefined,
    ...changes,
  }
}
const reasonOf = (result: ReturnType<typeof checkWorkloadBinding>) => (result.ok ? 'ok' : result.error.reason)

describe('checkCertificateBinding', () => {
  const check = (bound: string, caller: Peer, holder?: string, seen: Record<string, string> = {}) => {
    const cache = mapCache<string>()
    for (const [thumbprint, id] of Object.entries(seen)) cache.set(thumbprint, id)
    return reasonOf(checkCertificateBinding(bound, caller, holder, cache))
  }

  it.each([
    ['B1', 'the very certificate', OWN, peer(), undefined, 'ok'],
    ['B1', 'the very certificate, no SPIFFE ID', OWN, peer({ spiffeId: undefined }), undefined, 'ok'],
    ['B4', 'no certificate', OWN, NO_PEER, ID, 'certificate_missing'],
    ['B12', 'no certificate, and an empty thumbprint', '', NO_PEER, undefined, 'certificate_missing'],
    ['B1', 'another certificate', OLD, peer(), undefined, 'certificate_mismatch'],
    ['B1', 'another certificate, of another holder', OLD, peer(), OTHER_ID, 'certificate_mismatch'],
    [
      'B1',
      'another certificate, nobody has a SPIFFE ID',
      OLD,
      peer({ spiffeId: undefined }),
      undefined,
      'certificate_mismatch',
    ],
    [
      'B2',
      'the thumbprint in hex',
      Buffer.from(OWN, 'base64url').toString('hex'),
      peer(),
      undefined,
      'certificate_mismatch',
    ],
    ['B2', 'the thumbprint padded', `${OWN}=`, peer(), undefined, 'certificate_mismatch'],
    ['B7', 'renewed: the holder is the peer', OLD, peer(), ID, 'certificate_rotated'],
  ] as const)('%s %s', (_requirement, _name, bound, caller, holder, expected) => {
    expect(check(bound, caller, holder)).toBe(expected)
  })

  it('B7 renewed: the old certificate was seen here with the ID of the peer', () => {
    expect(check(OLD, peer(), undefined, { [OLD]: ID })).toBe('certificate_rotated')
    expect(check(OLD, peer(), undefined, { [OLD]: OTHER_ID })).toBe('certificate_mismatch')
    expect(check(OLD, peer({ spiffeId: undefined }), undefined, { [OLD]: ID })).toBe('certificate_mismatch')
  })
})

describe('checkWorkloadBinding', () => {
  it.each([
    ['the holder itself', ID, peer(), 'ok'],
    ['nobody showed a certificate', ID, NO_PEER, 'certificate_missing'],
    ['the token names nobody', undefined, peer(), 'token_unbound'],
    ['another workload', OTHER_ID, peer(), 'peer_mismatch'],
    ['a certificate without a SPIFFE ID', ID, peer({ spiffeId: undefined }), 'peer_mismatch'],
    ['an ID that starts alike (D7)', ID, peer({ spiffeId: `${ID}-2` }), 'peer_mismatch'],
    ['the holder in another case (D6)', ID.toUpperCase(), peer(), 'peer_mismatch'],
    ['neither names anybody', undefined, peer({ spiffeId: undefined }), 'token_unbound'],
  ] as const)('B11 %s', (_name, holder, caller, expected) => {
    expect(reasonOf(checkWorkloadBinding(holder, caller))).toBe(expected)
  })
})
