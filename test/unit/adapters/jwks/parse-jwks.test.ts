import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseJwks } from '../../../../src/adapters/jwks/parse-jwks.ts'
import { makeKey } from '../../../support/jws.ts'

const ISSUER = 'https://as.example.com'
const ALGORITHMS = new Set(['ES256', 'ES384', 'EdDSA', 'PS256'])
const GOOD = { ...makeKey('ES256').jwk, kid: 'good' }
const EC = makeKey('ES256').jwk
const P384 = makeKey('ES384').jwk
const ED = makeKey('EdDSA').jwk
const RSA = makeKey('PS256').jwk
const X25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })
const SHORT_RSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
const LONG_N = Buffer.alloc(1025, 0xff).toString('base64url')

function parse(value: unknown) {
  return parseJwks(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), ISSUER, ALGORITHMS)
}

function kidsOf(keys: readonly unknown[]): (string | undefined)[] {
  const parsed = parse({ keys })
  return parsed.keys.ok ? parsed.keys.value.map((key) => key.kid) : []
}

describe('a key of the set', () => {
  const usable: [string, object][] = [
    ['EC P-256', EC],
    ['EC P-384', P384],
    ['Ed25519', ED],
    ['RSA 2048', RSA],
    ['use sig', { ...EC, use: 'sig' }],
    ['key_ops verify', { ...EC, key_ops: ['verify'] }],
    ['alg that fits', { ...EC, alg: 'ES256' }],
    ['alg Ed25519 where EdDSA is allowed', { ...ED, alg: 'Ed25519' }],
    ['members that it need not have', { ...EC, x5c: ['AAAA'], x5u: 'https://x.example', ext: true }],
  ]
  for (const [title, jwk] of usable) {
    it(`C14 is used: ${title}`, () => {
      expect(kidsOf([GOOD, { ...jwk, kid: 'k' }])).toEqual(['good', 'k'])
      expect(parse({ keys: [{ ...jwk, kid: 'k' }] }).leftOut).toEqual([])
    })
  }

  const unusable: [string, unknown, string][] = [
    ['private members of EC', { ...EC, d: 'AAAA' }, 'private'],
    ['private members of RSA', { ...RSA, p: 'AAAA', q: 'AAAA' }, 'private'],
    ['a private member of an AKP key', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA', priv: 'AAAA' }, 'private'],
    ['symmetric', { kty: 'oct', k: 'AAAA' }, 'symmetric'],
    ['kty unknown', { kty: 'AKP', alg: 'ES256' }, 'not supported'],
    ['kty absent', { crv: 'P-256', x: EC['x'], y: EC['y'] }, 'not supported'],
    ['kty and crv that contradict', { ...EC, kty: 'OKP' }, 'not supported'],
    ['crv unknown', { ...EC, crv: 'secp256k1' }, 'not supported'],
    ['X25519, which signs nothing', X25519, 'not supported'],
    ['a point off the curve', { ...EC, x: EC['y'], y: EC['x'] }, 'cannot be imported'],
    ['x too short', { ...EC, x: Buffer.alloc(31, 1).toString('base64url') }, 'length'],
    ['x too long', { ...EC, x: `AAAA${EC['x']}` }, 'length'],
    ['x with a character that Node would skip', { ...EC, x: `!${EC['x']}` }, 'length'],
    ['y absent', { kty: 'EC', crv: 'P-256', x: EC['x'] }, 'length'],
    ['RSA 1024', SHORT_RSA, 'shorter'],
    ['RSA 8200', { ...RSA, n: LONG_N }, 'longer'],
    ['RSA with e 1', { ...RSA, e: 'AQ' }, 'exponent'],
    ['RSA with e even', { ...RSA, e: 'AQAA' }, 'exponent'],
    ['RSA with e of 40 bits', { ...RSA, e: 'AQAAAAE' }, 'exponent'],
    ['RSA without n', { kty: 'RSA', e: 'AQAB' }, 'base64url'],
    ['RSA with padding in n', { ...RSA, n: `${RSA['n']}==` }, 'base64url'],
    ['use enc', { ...EC, use: 'enc' }, 'use'],
    ['use jwt-svid', { ...EC, use: 'jwt-svid' }, 'use'],
    ['use null', { ...EC, use: null }, 'use'],
    ['key_ops without verify', { ...EC, key_ops: ['encrypt'] }, 'key_ops'],
    ['key_ops a text', { ...EC, key_ops: 'verify' }, 'key_ops'],
    ['alg not allowed for the issuer', { ...RSA, alg: 'RS256' }, 'alg is not allowed'],
    ['alg a list', { ...EC, alg: ['ES256'] }, 'alg is not allowed'],
    ['alg of another type of key', { ...RSA, alg: 'ES256' }, 'fits'],
    ['alg of another curve', { ...P384, alg: 'ES256' }, 'fits'],
    ['a curve that no allowed algorithm uses', makeKey('ES512').jwk, 'fits'],
    ['kid a number', { ...EC, kid: 7 }, 'kid'],
    ['kid too long', { ...EC, kid: 'k'.repeat(257) }, 'kid'],
    ['null', null, 'not an object'],
    ['a text', 'key', 'not an object'],
    ['a list', [], 'not an object'],
  ]
  for (const [title, jwk, why] of unusable) {
    it(`C14 is left out and named, the other serves: ${title}`, () => {
      const parsed = parse({ keys: [jwk, GOOD] })
      expect(parsed.keys.ok && parsed.keys.value.map((key) => key.kid)).toEqual(['good'])
      expect(parsed.leftOut).toHaveLength(1)
      expect(parsed.leftOut[0]?.why).toContain(why)
    })
  }
})

describe('kids of the set', () => {
  const other = makeKey('ES256').jwk

  it('C6 two keys under one kid for one algorithm: neither serves', () => {
    expect(kidsOf([{ ...EC, kid: 'a' }, GOOD, { ...other, kid: 'a' }])).toEqual(['good'])
    expect(kidsOf([{ ...EC, kid: 'a' }, { ...EC, kid: 'a' }, { ...other, kid: 'a' }, GOOD])).toEqual(['good'])
  })

  it('C6 the same key twice serves once', () => {
    const parsed = parse({
      keys: [
        { ...EC, kid: 'a' },
        { ...EC, kid: 'a', alg: 'ES256' },
      ],
    })
    expect(parsed.keys.ok && parsed.keys.value).toHaveLength(1)
    expect(parsed.leftOut).toEqual([{ kid: 'a', why: 'the same key twice' }])
  })

  it('C6 one kid for keys of different algorithms, and keys without kid, all serve', () => {
    expect(
      kidsOf([
        { ...EC, kid: 'a' },
        { ...RSA, kid: 'a' },
      ]),
    ).toEqual(['a', 'a'])
    expect(kidsOf([EC, other])).toEqual([undefined, undefined])
  })

  it('names a kid printably and bounded', () => {
    const kid = `evil"\n\u202e${'x'.repeat(100)}`
    const [named] = parse({ keys: [{ ...EC, kid, use: 'enc' }, GOOD] }).leftOut
    expect(named?.kid).toMatch(/^evil"\\u000a\\u202ex+$/)
    expect(named?.kid.length).toBeLessThan(100)
  })
})

describe('the set', () => {
  const refused: [string, string | object, string][] = [
    ['HTML', '<html></html>', 'JSON'],
    ['empty', '', 'JSON'],
    ['a list', '[]', 'JSON'],
    ['keys absent', {}, 'JSON'],
    ['keys an object', { keys: {} }, 'JSON'],
    ['duplicate members', `{"keys":[],"keys":[${JSON.stringify(GOOD)}]}`, 'JSON'],
    ['no keys', { keys: [] }, 'no usable key'],
    ['no usable key', { keys: [{ ...EC, use: 'enc' }] }, 'no usable key'],
    ['more than 100 keys', { keys: Array.from({ length: 101 }, (_, i) => ({ ...EC, kid: `${i}` })) }, '100'],
    ['more than 1 MiB', { keys: [GOOD], padding: 'x'.repeat(1_048_576) }, '1 MiB'],
  ]
  for (const [title, value, why] of refused) {
    it(`C14 is refused: ${title}`, () => {
      const { keys } = parse(value)
      expect(!keys.ok && keys.error).toContain(why)
    })
  }

  it('C14 takes 100 keys', () => {
    expect(kidsOf(Array.from({ length: 100 }, (_, i) => ({ ...EC, kid: `${i}` })))).toHaveLength(100)
  })

  it('C13 is refused in UTF-16', () => {
    const bytes = Buffer.from(JSON.stringify({ keys: [GOOD] }), 'utf16le')
    expect(parseJwks(bytes, ISSUER, ALGORITHMS).keys.ok).toBe(false)
  })
})
