import { beforeAll, describe, expect, it } from 'vitest'
import type { Cache } from '../../../../src/check/cache.ts'
import { type PeerCertificate, readPeerCertificate } from '../../../../src/check/peer/client-certificate.ts'
import { type IssuedCertificate, issueCertificate, makeCa, makeKeyPair } from '../../../../src/drill/certificates.ts'
import { envoyEncode, envoyPem, generalizedTime, hexOf, thumbprintOf, utcTime } from '../../../support/certificates.ts'
import { mapCache } from '../../../support/check-world.ts'
import { ID, IDENTIFIED, REFUSED, svid, UNIDENTIFIED } from './client-certificate-cases.ts'

const read = (text: string, cache: Cache<PeerCertificate> = mapCache()) => readPeerCertificate(text, cache)

function good(text: string): PeerCertificate {
  const result = read(text)
  if (!result.ok) throw new Error(result.error.detail)
  return result.value
}

describe('readPeerCertificate', () => {
  it.each(IDENTIFIED)('$requirement takes $name', ({ text }) => {
    expect(good(text).spiffeId?.text).toBe(ID)
  })

  it.each(UNIDENTIFIED)('$requirement binds, but does not identify: $name', ({ text }) => {
    const { spiffeId, thumbprint } = good(text)
    expect(spiffeId).toBeUndefined()
    expect(thumbprint).toHaveLength(43)
  })

  it.each(REFUSED)('$requirement refuses $name', ({ text, reason }) => {
    const result = read(text)
    expect(result.ok ? undefined : result.error.reason).toBe(reason)
  })

  it.each([
    ['260101000000Z', '2026-01-01T00:00:00Z', utcTime],
    ['491231235959Z', '2049-12-31T23:59:59Z', utcTime],
    ['500101000000Z', '1950-01-01T00:00:00Z', utcTime],
    ['240229120000Z', '2024-02-29T12:00:00Z', utcTime],
    ['20500301000000Z', '2050-03-01T00:00:00Z', generalizedTime],
    ['21000228235959Z', '2100-02-28T23:59:59Z', generalizedTime],
    ['20000229000000Z', '2000-02-29T00:00:00Z', generalizedTime],
  ])('D9 reads notBefore %s', (text, iso, make) => {
    expect(good(envoyPem(svid({ notBefore: make(text) }))).notBeforeSeconds).toBe(Date.parse(iso) / 1000)
  })

  it.each(['261301000000Z', '260001000000Z', '260132000000Z', '260100000000Z', '230229000000Z', '260101240000Z'])(
    'D9 refuses the time %s',
    (text) => {
      expect(read(envoyPem(svid({ notBefore: utcTime(text) }))).ok).toBe(false)
    },
  )
})

describe('readPeerCertificate with a cache', () => {
  it('remembers a good certificate by its text', () => {
    const cache = mapCache<PeerCertificate>()
    const first = read(envoyPem(svid()), cache)
    const second = read(envoyPem(svid()), cache)
    expect(first.ok && second.ok && second.value === first.value).toBe(true)
  })

  it('does not take one text for another', () => {
    const cache = mapCache<PeerCertificate>()
    read(envoyPem(svid()), cache)
    const other = read(envoyPem(svid({ serial: 2 })), cache)
    expect(other.ok && other.value.thumbprint).toBe(thumbprintOf(svid({ serial: 2 })))
  })

  it('remembers nothing that was refused, and nothing large', () => {
    const keys: string[] = []
    const cache: Cache<PeerCertificate> = { get: () => undefined, set: (key) => void keys.push(key), delete: () => {} }
    read('rubbish', cache)
    read(envoyPem(svid({ dns: ['a'.repeat(9000)] })), cache)
    expect(keys).toEqual([])
    read(envoyPem(svid()), cache)
    expect(keys).toHaveLength(1)
  })
})

describe('certificates of a real CA', () => {
  let leaf: IssuedCertificate
  beforeAll(async () => {
    leaf = await issueCertificate(await makeCa('test'), { spiffeId: ID, dns: ['localhost'], ips: ['127.0.0.1'] })
  })

  it('B1 a new certificate for the same key is another certificate', async () => {
    const [ca, keyPair] = [await makeCa('test'), await makeKeyPair()]
    const [old, renewed] = [await issueCertificate(ca, { keyPair }), await issueCertificate(ca, { keyPair })]
    expect(old.keyPem).toBe(renewed.keyPem)
    const thumbprints = [old, renewed].map(({ certificatePem }) => good(envoyEncode(certificatePem)).thumbprint)
    expect(thumbprints).toEqual([old.thumbprint, renewed.thumbprint])
    expect(old.thumbprint).not.toBe(renewed.thumbprint)
  })

  it('B2 thumbprint and SPIFFE ID', () => {
    const { thumbprint, spiffeId } = good(envoyEncode(leaf.certificatePem))
    expect(thumbprint).toBe(leaf.thumbprint)
    expect(Buffer.from(thumbprint, 'base64url').toString('hex')).toBe(hexOf(leaf.der))
    expect(spiffeId).toEqual({ text: ID, trustDomain: 'example.org', path: '/ns/shop/sa/payments' })
  })
})
