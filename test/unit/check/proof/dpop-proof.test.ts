import type { KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { verifyDpopProof } from '../../../../src/check/proof/dpop-proof.ts'
import { PROOF_ALGORITHM_NAMES, type ProofAlgorithm } from '../../../../src/check/proof/proof-algorithms.ts'
import { makeKey } from '../../../support/jws.ts'
import { makeHonest, NOW_SECONDS, sign, withHeader, withPayload } from './cases/honest.ts'
import { DPOP_CASES } from './dpop-cases.ts'

const noKeys = () => new Map<string, KeyObject>()

describe('one thing at a time', () => {
  it.each(DPOP_CASES)('$requirement $title: $reason', ({ reason, alg, mutate }) => {
    const valid = makeHonest(alg)
    expect(verifyDpopProof(sign(valid), valid.expected, noKeys()).ok).toBe(true)

    const shown = mutate(valid)
    const proof = typeof shown === 'string' ? shown : shown.proof
    const expected = typeof shown === 'string' ? valid.expected : { ...valid.expected, ...shown.request }
    const keys = noKeys()
    const result = verifyDpopProof(proof, expected, keys)
    expect(result.ok ? 'ok' : result.error.reason).toBe(reason)
    expect(keys.size).toBe(reason === 'ok' ? 1 : 0)
    // The answer stands when the key was seen before: nothing is skipped that the cached key does not cover.
    keys.set(`${valid.key.thumbprint}.${valid.key.alg}`, valid.key.publicKey)
    const again = verifyDpopProof(proof, expected, keys)
    expect(again.ok ? 'ok' : again.error.reason).toBe(reason)
  })
})

describe('honest proofs', () => {
  it.each(PROOF_ALGORITHM_NAMES)('A5 %s: what was signed comes back', (alg) => {
    const valid = makeHonest(alg)
    const proof = withPayload({ nonce: 'n-1', iat: NOW_SECONDS - 2.5 })(valid)
    expect(verifyDpopProof(proof, valid.expected, noKeys())).toEqual({
      ok: true,
      value: {
        thumbprint: valid.key.thumbprint,
        jti: 'e1j3V_bKic8-LAEB',
        iatSeconds: NOW_SECONDS - 2.5,
        nonce: 'n-1',
        ageSeconds: 2.5,
      },
    })
  })

  it.each(PROOF_ALGORITHM_NAMES)('A5 %s: a proof made by jose, another implementation', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk: JWK = await exportJWK(publicKey)
    const { payload, expected } = makeHonest()
    const proof = await new SignJWT(payload).setProtectedHeader({ typ: 'dpop+jwt', alg, jwk }).sign(privateKey)
    const result = verifyDpopProof(proof, { ...expected, jkt: await calculateJwkThumbprint(jwk) }, noKeys())
    expect(result.ok).toBe(true)
  })

  it('A16 a proof dated ahead has a negative age, one without nonce has none', () => {
    const valid = makeHonest()
    const result = verifyDpopProof(withPayload({ iat: NOW_SECONDS + 3 })(valid), valid.expected, noKeys())
    expect(result.ok && result.value).toMatchObject({ ageSeconds: -3, nonce: undefined })
  })
})

describe('size', () => {
  it('A2 exactly the limit is taken, one character more is not', () => {
    const valid = makeHonest()
    const ofLength = (characters: number) => {
      for (let header = 0; header < 3; header++) {
        for (let payload = 5_000; payload < 6_000; payload++) {
          const proof = sign({
            ...valid,
            header: { ...valid.header, x: 'x'.repeat(header) },
            payload: { ...valid.payload, x: 'x'.repeat(payload) },
          })
          if (proof.length === characters) return proof
        }
      }
      throw new Error('no proof of that length')
    }
    expect(verifyDpopProof(ofLength(8_192), valid.expected, noKeys()).ok).toBe(true)
    const long = verifyDpopProof(ofLength(8_193), valid.expected, noKeys())
    expect(long.ok || long.error.reason).toBe('proof_malformed')
  })
})

describe('algorithms of the route', () => {
  it.each(PROOF_ALGORITHM_NAMES)('A5 %s is refused where the route lists all others', (alg) => {
    const valid = makeHonest(alg)
    const algorithms = new Set<ProofAlgorithm>(PROOF_ALGORITHM_NAMES.filter((name) => name !== alg))
    const result = verifyDpopProof(sign(valid), { ...valid.expected, algorithms }, noKeys())
    expect(result.ok || result.error.reason).toBe('proof_algorithm')
  })
})

describe('order of the checks', () => {
  /** Everything is wrong; each step mends the first thing that is told. */
  it('RFC 9449 §4.3: the first check that fails gives the reason', () => {
    const valid = makeHonest()
    const thief = makeKey('ES256')
    const all = { ...valid.expected, jkt: thief.thumbprint, token: 'other', method: 'GET', path: '/other', nowMs: 0 }
    const broken = { ...valid, header: { typ: 'JWT', alg: 'none', jwk: { ...valid.key.jwk, d: 'AA' } } }
    const reasonOf = (proof: string, expected = all) => {
      const result = verifyDpopProof(proof, expected, noKeys())
      return result.ok ? 'ok' : result.error.reason
    }
    const wrongSignature = `${sign(valid).slice(0, -8)}AAAAAAAA`
    expect(reasonOf(sign({ ...broken, payload: {} }))).toBe('proof_malformed')
    expect(reasonOf(sign({ ...broken, header: { ...broken.header, crit: [] } }))).toBe('proof_malformed')
    expect(reasonOf(withHeader({ ...broken.header, alg: 'ES256', typ: 'JWT' })(valid))).toBe('proof_type')
    expect(reasonOf(withHeader({ jwk: broken.header.jwk })(valid))).toBe('proof_key')
    expect(reasonOf(wrongSignature)).toBe('proof_signature')
    expect(reasonOf(sign(valid))).toBe('proof_target_mismatch')
    expect(reasonOf(sign(valid), { ...all, method: 'POST' })).toBe('proof_target_mismatch')
    const target = { ...all, method: 'POST', path: valid.expected.path }
    expect(reasonOf(sign(valid), target)).toBe('proof_future')
    const inTime = { ...target, nowMs: valid.expected.nowMs }
    expect(reasonOf(sign(valid), inTime)).toBe('proof_token_mismatch')
    const token = { ...inTime, token: valid.expected.token }
    expect(reasonOf(sign(valid), token)).toBe('proof_key_mismatch')
    expect(reasonOf(sign(valid), { ...token, jkt: valid.key.thumbprint })).toBe('ok')
  })
})

describe('keys that are remembered', () => {
  it('A7 the key of an accepted proof is imported once and used again', () => {
    const valid = makeHonest()
    const keys = noKeys()
    verifyDpopProof(sign(valid), valid.expected, keys)
    const [name, key] = [...keys][0] as [string, KeyObject]
    expect(name).toBe(`${valid.key.thumbprint}.ES256`)
    expect(verifyDpopProof(sign(valid), valid.expected, keys).ok).toBe(true)
    expect(keys.get(name)).toBe(key)
  })

  it('A7 no number of valid proofs by unbound keys fills the cache', () => {
    const valid = makeHonest()
    const keys = noKeys()
    for (let i = 0; i < 50; i++) {
      const { expected, ...thief } = makeHonest('ES256', makeKey('ES256'))
      expect(verifyDpopProof(sign({ ...thief, expected }), { ...expected, jkt: valid.key.thumbprint }, keys).ok).toBe(
        false,
      )
    }
    expect(keys.size).toBe(0)
  })

  it('A5 a key remembered for one algorithm is not taken for another', () => {
    const valid = makeHonest('PS256')
    const keys = new Map([[`${valid.key.thumbprint}.RS256`, makeKey('RS256').publicKey]])
    expect(verifyDpopProof(sign(valid), valid.expected, keys).ok).toBe(true)
  })
})

describe('what the log may say', () => {
  it('no detail holds anything of the request', () => {
    const valid = makeHonest()
    const details = DPOP_CASES.flatMap(({ alg, mutate }) => {
      const shown = mutate(makeHonest(alg))
      const [proof, request] = typeof shown === 'string' ? [shown, {}] : [shown.proof, shown.request]
      const result = verifyDpopProof(proof, { ...makeHonest(alg).expected, ...request }, noKeys())
      return result.ok ? [] : [result.error.detail]
    })
    const texts = new Set(details)
    expect(texts.size).toBeLessThan(40)
    for (const text of texts) {
      expect(text).toMatch(/^[A-Za-z0-9,+_ ]+$/)
      expect(text).not.toContain(String(valid.payload['jti']))
    }
  })
})
