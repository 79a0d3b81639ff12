import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { PROOF_ALGORITHM_NAMES } from '../../../../src/check/proof/proof-algorithms.ts'
import { readProofKey, rememberProofKey } from '../../../../src/check/proof/proof-key.ts'
import { isStrongRsa } from '../../../../src/check/proof/rsa-strength.ts'
import { testKey } from './cases/honest.ts'

const noKeys = () => new Map<string, KeyObject>()

describe('readProofKey', () => {
  it.each(PROOF_ALGORITHM_NAMES)('A7 %s: the key and its thumbprint', (alg) => {
    const { jwk, publicKey, thumbprint } = testKey(alg)
    const result = readProofKey(jwk, alg, noKeys())
    expect(result.ok && result.value.key.equals(publicKey)).toBe(true)
    expect(result.ok && result.value.thumbprint).toBe(thumbprint)
  })

  it('A7 nothing is remembered until the caller says so', () => {
    const keys = noKeys()
    const { jwk } = testKey('ES256')
    const first = readProofKey(jwk, 'ES256', keys)
    expect(keys.size).toBe(0)
    if (!first.ok) throw new Error('refused')
    rememberProofKey(first.value, keys)
    const second = readProofKey(jwk, 'ES256', keys)
    expect(second.ok && second.value.key).toBe(first.value.key)
  })

  it('A7 only what the thumbprint covers is imported', () => {
    const { jwk } = testKey('ES256')
    const result = readProofKey({ ...jwk, n: 1, e: {}, kid: [], x5c: 'no' }, 'ES256', noKeys())
    expect(result.ok).toBe(true)
  })

  it('A6 a member named __proto__ lends nothing', () => {
    const jwk = JSON.parse(`{"__proto__":${JSON.stringify(testKey('ES256').jwk)}}`)
    expect(readProofKey(jwk, 'ES256', noKeys()).ok).toBe(false)
  })

  it('A7 RSA of 4096 bits is taken, e 3 too', () => {
    const large = generateKeyPairSync('rsa', { modulusLength: 4096 }).publicKey.export({ format: 'jwk' })
    expect(readProofKey(large, 'RS256', noKeys()).ok).toBe(true)
    const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey.export({
      format: 'jwk',
    })
    expect(readProofKey(three, 'PS256', noKeys()).ok).toBe(true)
  })

  it.each(['P-256', 'P-384', 'P-521'])('A7 %s: coordinates with a leading zero octet keep their length', (crv) => {
    const alg = ({ 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' } as const)[crv] as 'ES256'
    const jwk = keyWithShortX(crv)
    expect(readProofKey(jwk, alg, noKeys()).ok).toBe(true)
    const cut = Buffer.from(jwk.x, 'base64url').subarray(1).toString('base64url')
    expect(createPublicKey({ key: { ...jwk, x: cut }, format: 'jwk' }).type).toBe('public')
    expect(readProofKey({ ...jwk, x: cut }, alg, noKeys()).ok).toBe(false)
  })
})

/** One key in 256 has an x that begins with a zero octet (P-521: one in two has a zero top bit, one in 512 a zero octet). */
function keyWithShortX(namedCurve: string): Record<'kty' | 'crv' | 'x' | 'y', string> {
  for (;;) {
    const jwk = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' })
    if (Buffer.from(jwk.x as string, 'base64url')[0] === 0) return jwk as Record<'kty' | 'crv' | 'x' | 'y', string>
  }
}

describe('isStrongRsa', () => {
  const modulus = (octets: number, first: number, last = 0xff) => {
    const buffer = Buffer.alloc(octets, 0xff)
    buffer[0] = first
    buffer[octets - 1] = last
    return buffer.toString('base64url')
  }
  const E = 'AQAB'

  it.each([
    ['2048 bits', modulus(256, 0x80), true],
    ['2047 bits', modulus(256, 0x7f), false],
    ['2049 bits', modulus(257, 0x01), true],
    ['4096 bits', modulus(512, 0xff), true],
    ['4097 bits', modulus(513, 0x01), false],
    ['a leading zero octet', modulus(257, 0x00), false],
    ['even', modulus(256, 0x80, 0xfe), false],
    ['no base64url', `${modulus(256, 0x80)}!`, false],
    ['empty', '', false],
  ])('A7 modulus of %s', (_, n, strong) => {
    expect(isStrongRsa(n, E)).toBe(strong)
  })

  it.each([
    ['3', 'Aw', true],
    ['65537', 'AQAB', true],
    ['2^32 - 1', '_____w', true],
    ['1', 'AQ', false],
    ['0', 'AA', false],
    ['65536', 'AQAA', false],
    ['65537 with a leading zero octet', 'AAEAAQ', false],
    ['2^32 + 1', 'AQAAAAE', false],
    ['no base64url', 'AQAB=', false],
    ['empty', '', false],
  ])('A7 exponent %s', (_, e, sane) => {
    expect(isStrongRsa(modulus(256, 0x80), e)).toBe(sane)
  })
})
