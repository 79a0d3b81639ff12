/** The examples of RFC 9449, run at the moment they were made. Those of the token request lack ath: no proofs for us (A3). */
import type { KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readCompactJws } from '../../src/check/codec/compact-jws.ts'
import { type ExpectedProof, verifyDpopProof } from '../../src/check/proof/dpop-proof.ts'
import { htuMatches } from '../../src/check/proof/htu.ts'
import { PROOF_ALGORITHM_NAMES } from '../../src/check/proof/proof-algorithms.ts'
import { readProofKey } from '../../src/check/proof/proof-key.ts'
import { isProofSignatureValid } from '../../src/check/proof/proof-signature.ts'
import { sha256Base64Url } from '../support/jws.ts'
import { readVectors } from '../support/vectors.ts'

interface Input {
  readonly proof: string
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly token: string
  readonly nowSeconds: number
}
interface Expected {
  readonly thumbprint: string
  readonly jti: string
  readonly iatSeconds: number
  readonly reason: string
}

const noKeys = () => new Map<string, KeyObject>()

describe.each(readVectors<Input, Expected>('dpop-proof.json'))('$source: $name', ({ input, expected }) => {
  const wanted: ExpectedProof = {
    method: input.method,
    origin: input.origin,
    path: input.path,
    token: input.token,
    jkt: expected.thumbprint,
    algorithms: new Set(PROOF_ALGORITHM_NAMES),
    maxAgeSeconds: 60,
    futureSkewSeconds: 10,
    nowMs: input.nowSeconds * 1000,
  }

  it('A6 A10 A11 C16 signature, key, method and target', () => {
    const jws = readCompactJws(input.proof)
    if (jws === undefined) throw new Error('no JWS')
    const key = readProofKey(jws.header['jwk'], 'ES256', noKeys())
    if (!key.ok) throw new Error(key.error.detail)
    expect(key.value.thumbprint).toBe(expected.thumbprint)
    expect(isProofSignatureValid(jws, 'ES256', key.value.key)).toBe(true)
    expect(jws.payload['htm']).toBe(input.method)
    expect(htuMatches(jws.payload['htu'] as string, input.origin, input.path)).toBe(true)
    expect([jws.payload['jti'], jws.payload['iat']]).toEqual([expected.jti, expected.iatSeconds])
  })

  it('A3 as a proof for an access token', () => {
    const result = verifyDpopProof(input.proof, wanted, noKeys())
    expect(result.ok ? 'ok' : result.error.reason).toBe(expected.reason)
    if (result.ok)
      expect(result.value).toMatchObject({ thumbprint: expected.thumbprint, jti: expected.jti, ageSeconds: 0 })
  })

  it('A6 not with another payload', () => {
    const [header, , signature] = input.proof.split('.')
    const payload = Buffer.from(
      JSON.stringify({
        jti: 'a',
        htm: input.method,
        htu: `${input.origin}${input.path}`,
        iat: input.nowSeconds,
        ath: sha256Base64Url(input.token),
      }),
    )
    const result = verifyDpopProof(`${header}.${payload.toString('base64url')}.${signature}`, wanted, noKeys())
    expect(result.ok || result.error.reason).toBe('proof_signature')
  })
})

it.each(readVectors<string, string>('access-token-hash.json'))('A21 $source: $name', ({ input, expected }) => {
  const [, , vector] = readVectors<Input, Expected>('dpop-proof.json')
  expect(readCompactJws(vector?.input.proof ?? '')?.payload['ath']).toBe(expected)
  expect(sha256Base64Url(input)).toBe(expected)
})
