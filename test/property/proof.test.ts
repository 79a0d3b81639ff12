import type { KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/check/codec/strict-json.ts'
import { verifyDpopProof } from '../../src/check/proof/dpop-proof.ts'
import { jwkThumbprint } from '../../src/check/proof/jwk-thumbprint.ts'
import { PROOF_ALGORITHM_NAMES } from '../../src/check/proof/proof-algorithms.ts'
import { readProofKey } from '../../src/check/proof/proof-key.ts'
import { REASON_NAMES } from '../../src/check/reasons.ts'
import { signJws, thumbprintOf } from '../support/jws.ts'
import { makeHonest, sign, testKey } from '../unit/check/proof/cases/honest.ts'

const valid = makeHonest()
const honest = sign(valid)
const noKeys = () => new Map<string, KeyObject>()
const json = fc.jsonValue({ maxDepth: 3 })
const odd = fc.oneof(json, fc.constantFrom('', '\0', 'none', [], {}, -1, 1e300, null, true))

describe('verifyDpopProof', () => {
  it('A2 any text: a refusal, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const result = verifyDpopProof(text, valid.expected, noKeys())
        expect(result.ok || result.error.reason).toBe('proof_malformed')
      }),
    )
  })

  it('A6 one character in, out or changed: a refusal', () => {
    const character = fc.constantFrom(...'ABCzyx019-_=.,! \n')
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.nat(1), character, (at, cut, put) => {
        const changed = honest.slice(0, at) + put + honest.slice(at + cut)
        fc.pre(changed !== honest)
        expect(verifyDpopProof(changed, valid.expected, noKeys()).ok).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  it('A3 to A9 any value in any place, well signed: a known reason, never an exception, accepted only when it may be', () => {
    const place = fc.constantFrom(
      'typ',
      'alg',
      'jwk',
      'crit',
      'b64',
      'jti',
      'htm',
      'htu',
      'iat',
      'ath',
      'nonce',
      'exp',
      'nbf',
    )
    fc.assert(
      fc.property(place, odd, (name, value) => {
        const inHeader = ['typ', 'alg', 'jwk', 'crit', 'b64'].includes(name)
        const header = inHeader ? { ...valid.header, [name]: value } : valid.header
        const payload = inHeader ? valid.payload : { ...valid.payload, [name]: value }
        const result = verifyDpopProof(signJws(header, payload, valid.key), valid.expected, noKeys())
        if (!result.ok) expect(REASON_NAMES).toContain(result.error.reason)
        const mayPass =
          (name === 'jti' && typeof value === 'string' && value !== '') ||
          (name === 'nonce' && typeof value === 'string') ||
          (name === 'b64' && value === true) ||
          (name === 'exp' && typeof value === 'number' && value * 1000 > valid.expected.nowMs) ||
          (name === 'nbf' && typeof value === 'number' && value >= 0 && value * 1000 <= valid.expected.nowMs)
        if (result.ok) expect(mayPass).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('A9 members without a meaning here never matter', () => {
    const extra = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), json)
    fc.assert(
      fc.property(extra, extra, (inHeader, inPayload) => {
        const proof = signJws({ ...inHeader, ...valid.header }, { ...inPayload, ...valid.payload }, valid.key)
        fc.pre(proof.length <= 8192)
        expect(verifyDpopProof(proof, valid.expected, noKeys()).ok).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('readProofKey', () => {
  const names = ['kty', 'crv', 'x', 'y', 'n', 'e', 'use', 'key_ops', 'alg', 'd', 'k']

  it('A6 A7 any object: a key or proof_key, never an exception', () => {
    const jwk = fc.oneof(json, fc.dictionary(fc.constantFrom(...names), odd))
    fc.assert(
      fc.property(jwk, fc.constantFrom(...PROOF_ALGORITHM_NAMES), (candidate, alg) => {
        const result = readProofKey(candidate, alg, noKeys())
        expect(result.ok || result.error.reason).toBe('proof_key')
      }),
      { numRuns: 1000 },
    )
  })

  it('A7 a good key with one member of any value: refused, or the same key by the same thumbprint', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROOF_ALGORITHM_NAMES), fc.constantFrom(...names), odd, (alg, name, value) => {
        const { jwk, publicKey, thumbprint } = testKey(alg)
        fc.pre(jwk[name] !== value)
        const result = readProofKey({ ...jwk, [name]: value }, alg, noKeys())
        if (!result.ok) return
        expect(result.value.key.equals(publicKey)).toBe(true)
        expect(result.value.thumbprint).toBe(thumbprint)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('jwkThumbprint', () => {
  it('C16 never throws; where there is one, the plain way through JSON has the same', () => {
    const member = fc.oneof(
      odd,
      fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets).toString('base64url')),
    )
    const jwk = fc.record(
      {
        kty: fc.constantFrom('EC', 'OKP', 'RSA', 'oct', 1),
        crv: fc.constantFrom('P-256', 'Ed25519', '"', 1),
        x: member,
        y: member,
        n: member,
        e: member,
      },
      { requiredKeys: ['kty'] },
    )
    fc.assert(
      fc.property(jwk, (candidate) => {
        const thumbprint = jwkThumbprint(candidate as JsonObject)
        if (thumbprint !== undefined) expect(thumbprint).toBe(thumbprintOf(candidate as Record<string, string>))
      }),
      { numRuns: 3000 },
    )
  })
})
