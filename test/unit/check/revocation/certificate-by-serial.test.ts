/** From the certificate of a connection, and from what an operator wrote, to one refusal (E16). */
import { describe, expect, it } from 'vitest'
import type { PeerCertificate } from '../../../../src/check/peer/client-certificate.ts'
import type { PeerPolicy } from '../../../../src/check/peer/peer.ts'
import { resolvePeer } from '../../../../src/check/peer/resolve-peer.ts'
import { NO_FACTS, type RequestFacts } from '../../../../src/check/request-facts.ts'
import type { Revocation } from '../../../../src/check/revocation/revocation.ts'
import { buildRevocationIndex } from '../../../../src/check/revocation/revocation-index.ts'
import { normaliseRevocationValue } from '../../../../src/check/revocation/revocation-value.ts'
import { BARE_QUERY, NOW, revocation } from '../../../contract/revocation-list-cases.ts'
import { envoyElement, envoyPem, makeDer, nameOf, tlv, utcTime } from '../../../support/certificates.ts'
import { mapCache } from '../../../support/check-world.ts'

const issuer = nameOf(
  [['55040a', tlv(19, Buffer.from('Example, Inc.'))]],
  [['550403', tlv(12, Buffer.from('Example CA'))]],
)
const der = makeDer({ issuer, serialOctets: Buffer.from('00c3d4', 'hex') })
const TEXT = 'serial=C3:D4 issuer=O = "Example, Inc.", CN = Example CA'
const policy = (forwardedFrom: PeerPolicy['forwardedFrom']): PeerPolicy => {
  return { trustDomains: new Set(), forwardedFrom, trustedHops: 0, proxies: new Set() }
}

function entry(text: string, changes: Partial<Revocation> = {}): Revocation {
  const value = normaliseRevocationValue('certificate', text, undefined)
  if (!value.ok) throw new Error(value.error.message)
  return revocation('certificate', value.value, changes)
}

function outcome(facts: Partial<RequestFacts>, list: Revocation, from: PeerPolicy['forwardedFrom'] = 'none'): string {
  const peer = resolvePeer({ ...NO_FACTS, ...facts }, policy(from), mapCache<PeerCertificate>())
  if (!peer.ok) throw new Error(peer.error.detail)
  const { certificateIssuerSerial, certificateNotBeforeSeconds } = peer.value
  const query = { ...BARE_QUERY, certificateIssuerSerial, certificateNotBeforeSeconds }
  return buildRevocationIndex([list], NOW - 1000).find(query, NOW).kind
}

describe('a certificate revoked by issuer and serial number', () => {
  it('E16 is refused on its connection', () => {
    expect(outcome({ peerCertificate: envoyPem(der) }, entry(TEXT))).toBe('revoked')
  })

  it.each([
    ['another serial', makeDer({ issuer, serialOctets: Buffer.from('c3d4', 'hex') })],
    ['another issuer', makeDer({ issuer: nameOf([['550403', tlv(12, Buffer.from('Example CA'))]]) })],
  ])('E16 %s is not', (_, other) => {
    expect(outcome({ peerCertificate: envoyPem(other) }, entry(TEXT))).toBe('clear')
  })

  it('E16 one that was issued after the given moment is not', () => {
    const later = makeDer({ issuer, serialOctets: Buffer.from('00c3d4', 'hex'), notBefore: utcTime('260102000000Z') })
    const before = entry(TEXT, { issuedBeforeSeconds: Date.parse('2026-01-01T12:00:00Z') / 1000 })
    expect(outcome({ peerCertificate: envoyPem(later) }, before)).toBe('clear')
    expect(outcome({ peerCertificate: envoyPem(der) }, before)).toBe('revoked')
  })

  it('E16 is refused behind a proxy that forwards the certificate, and not known behind one that does not', () => {
    const facts = { peerPrincipal: 'x' }
    const forwarded = (cert: boolean) => ({ ...facts, forwardedClientCert: [envoyElement({ der, cert })] })
    expect(outcome(forwarded(true), entry(TEXT), 'envoy')).toBe('revoked')
    expect(outcome(forwarded(false), entry(TEXT), 'envoy')).toBe('clear')
  })
})
