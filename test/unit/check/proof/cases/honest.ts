/** The honest proof that every case spoils in one place, and the request it belongs to. */
import type { ExpectedProof } from '../../../../../src/check/proof/dpop-proof.ts'
import { PROOF_ALGORITHM_NAMES, type ProofAlgorithm } from '../../../../../src/check/proof/proof-algorithms.ts'
import type { Reason } from '../../../../../src/check/reasons.ts'
import { makeKey, sha256Base64Url, signJws, type TestKey } from '../../../../support/jws.ts'

export interface Honest {
  readonly key: TestKey
  readonly header: Record<string, unknown>
  readonly payload: Record<string, unknown>
  readonly expected: ExpectedProof
}

/** What is shown: a proof, and where the case is about the request, how the request differs. */
export type Shown = string | { readonly proof: string; readonly request: Partial<ExpectedProof> }

export interface DpopCase {
  /** Row of the requirements. */
  readonly requirement: string
  readonly title: string
  readonly reason: Reason | 'ok'
  /** Of the honest proof; ES256 when absent. */
  readonly alg?: ProofAlgorithm
  readonly mutate: (valid: Honest) => Shown
}

export const NOW_SECONDS = 1_800_000_000
export const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ3b3JrbG9hZCJ9.c2lnbmF0dXJl'
export const ORIGIN = 'https://api.example.com'

const keys = new Map<string, TestKey>()

/** One key an algorithm for the whole file: RSA keys are dear. */
export function testKey(alg: string): TestKey {
  const key = keys.get(alg) ?? makeKey(alg)
  keys.set(alg, key)
  return key
}

export function makeHonest(alg: ProofAlgorithm = 'ES256', key: TestKey = testKey(alg)): Honest {
  return {
    key,
    header: { typ: 'dpop+jwt', alg, jwk: key.jwk },
    payload: {
      jti: 'e1j3V_bKic8-LAEB',
      htm: 'POST',
      htu: `${ORIGIN}/v1/payments`,
      iat: NOW_SECONDS - 1,
      ath: sha256Base64Url(TOKEN),
    },
    expected: {
      method: 'POST',
      origin: ORIGIN,
      path: '/v1/payments',
      token: TOKEN,
      jkt: key.thumbprint,
      algorithms: new Set(PROOF_ALGORITHM_NAMES),
      maxAgeSeconds: 60,
      futureSkewSeconds: 10,
      nowMs: NOW_SECONDS * 1000,
    },
  }
}

export function sign({ key, header, payload }: Honest): string {
  return signJws(header, payload, key, String(header['alg']))
}

/** `undefined` takes a member out. */
export function withHeader(changes: Record<string, unknown>): (valid: Honest) => string {
  return (valid) => sign({ ...valid, header: { ...valid.header, ...changes } })
}

export function withPayload(changes: Record<string, unknown>): (valid: Honest) => string {
  return (valid) => sign({ ...valid, payload: { ...valid.payload, ...changes } })
}

export function withJwk(changes: Record<string, unknown>): (valid: Honest) => string {
  return (valid) => withHeader({ jwk: { ...valid.key.jwk, ...changes } })(valid)
}

/** The proof is honest, the request is another. */
export function onRequest(request: Partial<ExpectedProof>): (valid: Honest) => Shown {
  return (valid) => ({ proof: sign(valid), request })
}

/** Signed well although the parts are no honest JSON. */
export function withText(header: (h: Honest) => object | string, payload: (h: Honest) => object | string) {
  return (valid: Honest): string => signJws(header(valid), payload(valid), valid.key)
}
