import { calculateJwkThumbprint, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { jwkThumbprint } from '../../../../src/check/proof/jwk-thumbprint.ts'
import { testKey } from './cases/honest.ts'

const ec = testKey('ES256').jwk

describe('jwkThumbprint', () => {
  it.each(['ES256', 'ES384', 'ES512', 'Ed25519', 'RS256'])('C16 %s: as jose has it', async (alg) => {
    const { jwk } = testKey(alg)
    expect(jwkThumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk as JWK))
  })

  it('C16 members beyond the required ones, and their order, do not count', () => {
    const { y, x, crv, kty } = ec
    expect(jwkThumbprint({ y, ext: true, use: 'sig', x, kid: 'a', alg: 'ES256', crv, kty })).toBe(jwkThumbprint(ec))
  })

  it('C16 Ed25519 and X25519 of the same octets differ', () => {
    const { x } = testKey('Ed25519').jwk
    const ed = jwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })
    const xd = jwkThumbprint({ kty: 'OKP', crv: 'X25519', x })
    expect(ed).toHaveLength(43)
    expect(xd).toHaveLength(43)
    expect(ed).not.toBe(xd)
  })

  it('C16 another text for the same e is another thumbprint', () => {
    const { n } = testKey('RS256').jwk
    expect(jwkThumbprint({ kty: 'RSA', n, e: 'AQAB' })).not.toBe(jwkThumbprint({ kty: 'RSA', n, e: 'AAEAAQ' }))
  })

  it.each([
    ['kty absent', { ...ec, kty: undefined }],
    ['kty oct', { kty: 'oct', k: 'AAAA' }],
    ['kty AKP', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' }],
    ['kty in another case', { ...ec, kty: 'ec' }],
    ['kty in an array', { ...ec, kty: ['EC'] }],
    ['kty of an inherited name', { ...ec, kty: 'constructor' }],
    ['crv absent', { ...ec, crv: undefined }],
    ['crv that JSON would escape', { ...ec, crv: 'P-256","kty":"EC' }],
    ['crv empty', { ...ec, crv: '' }],
    ['x absent', { ...ec, x: undefined }],
    ['x a number', { ...ec, x: 1 }],
    ['x empty', { ...ec, x: '' }],
    ['x padded', { ...ec, x: `${ec['x']}=` }],
    ['x that JSON would escape', { ...ec, x: `${ec['x']}","y":"` }],
    ['y absent', { ...ec, y: undefined }],
    ['OKP without x', { kty: 'OKP', crv: 'Ed25519' }],
    ['OKP without crv', { kty: 'OKP', x: ec['x'] }],
    ['RSA without n', { kty: 'RSA', e: 'AQAB' }],
    ['RSA without e', { kty: 'RSA', n: ec['x'] }],
  ])('C16 none with %s', (_, jwk) => {
    expect(jwkThumbprint(jwk)).toBeUndefined()
  })
})
