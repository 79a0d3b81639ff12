/**
 * One DPoP proof against the request it came with: the checks of RFC 9449 §4.3 in their order, each an early return with
 * its own reason. Item 1 (one DPoP field) is the reader's, item 10 (nonce) and single use (§11.1) are the caller's, after
 * this. Nothing is fetched, nothing is remembered of a refused proof.
 *
 * `typ` (A4): `dpop+jwt` and its long form `application/dpop+jwt`, in any case: one media type (RFC 7515 §4.1.9).
 */
import { hash, type KeyObject } from 'node:crypto'
import type { Cache } from '../cache.ts'
import { type CompactJws, readCompactJws } from '../codec/compact-jws.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import { htuMatches } from './htu.ts'
import type { ProofAlgorithm } from './proof-algorithms.ts'
import { readProofClaims } from './proof-claims.ts'
import { readProofKey, rememberProofKey } from './proof-key.ts'
import { isProofSignatureValid } from './proof-signature.ts'

/** What the proof has to be about. */
export interface ExpectedProof {
  readonly method: string
  /** Of the route, from `normaliseOrigin`. */
  readonly origin: string
  /** `:path` with the query, as Envoy received it. */
  readonly path: string
  /** The exact text of the access token in the request. */
  readonly token: string
  /** `cnf.jkt` of the verified token: whose key it must be. */
  readonly jkt: string
  readonly algorithms: ReadonlySet<ProofAlgorithm>
  readonly maxAgeSeconds: number
  readonly futureSkewSeconds: number
  readonly nowMs: number
}

export interface VerifiedProof {
  /** RFC 7638; equals the token's `cnf.jkt`. */
  readonly thumbprint: string
  readonly jti: string
  /** As signed, may be fractional. */
  readonly iatSeconds: number
  /** As signed, not judged. */
  readonly nonce: string | undefined
  /** Negative when dated ahead. */
  readonly ageSeconds: number
}

/**
 * Refuses, in this order, with proof_malformed, proof_type, proof_algorithm, proof_key, proof_signature,
 * proof_target_mismatch, proof_stale or proof_future, proof_token_mismatch, proof_key_mismatch. The caller must still judge
 * the nonce and mark the `jti` as used. `keys` remembers the key of an accepted proof. Never throws.
 */
export function verifyDpopProof(
  proofText: string,
  expected: ExpectedProof,
  keys: Cache<KeyObject>,
): Result<VerifiedProof, Refusal> {
  // Item 2: a well-formed JWT. An extension that must be understood is not (RFC 7515 §4.1.11), `b64` least of all (A8).
  if (proofText.length > LIMITS.proofBytes) return refuse('proof_malformed', 'proof is too long')
  const jws = readCompactJws(proofText)
  if (jws === undefined) return refuse('proof_malformed', 'proof is not a strict compact JWS')
  if (usesExtension(jws)) return refuse('proof_malformed', 'proof header has crit or b64')

  // Item 3: all required claims.
  const claims = readProofClaims(jws.payload)
  if (!claims.ok) return claims
  const { jti, htm, htu, iatSeconds, ath, nonce } = claims.value

  // Item 4.
  const { typ, alg, jwk } = jws.header
  if (!isProofType(typ)) return refuse('proof_type', 'typ is not dpop+jwt')

  // Item 5.
  if (!isAccepted(alg, expected.algorithms)) return refuse('proof_algorithm', 'alg is not accepted on this route')

  // Items 6 and 7: with the key in the header and no other.
  const proofKey = readProofKey(jwk, alg, keys)
  if (!proofKey.ok) return proofKey
  const { key, thumbprint } = proofKey.value
  if (!isProofSignatureValid(jws, alg, key)) return refuse('proof_signature', 'signature does not verify')

  // Item 8: methods are case-sensitive (RFC 9110 §9.1).
  if (htm !== expected.method) return refuse('proof_target_mismatch', 'htm is another method')

  // Item 9.
  if (!htuMatches(htu, expected.origin, expected.path)) return refuse('proof_target_mismatch', 'htu is another target')

  // Item 11, in whole milliseconds: exactly at the edge passes. exp and nbf bind when present (RFC 7519 §4.1.4, §4.1.5; A9).
  const skewMs = expected.futureSkewSeconds * 1000
  const ageMs = expected.nowMs - toMs(iatSeconds)
  if (ageMs > expected.maxAgeSeconds * 1000) return refuse('proof_stale', 'iat is older than maxAgeSeconds')
  if (-ageMs > skewMs) return refuse('proof_future', 'iat is ahead by more than futureSkewSeconds')
  const { exp, nbf } = claims.value
  if (exp !== undefined && expected.nowMs >= toMs(exp)) return refuse('proof_stale', 'exp has passed')
  if (nbf !== undefined && toMs(nbf) - expected.nowMs > skewMs) return refuse('proof_future', 'nbf lies ahead')

  // Item 12: strings are compared, not decoded octets, so that there is one text for a hash (A21).
  if (ath !== hash('sha256', expected.token, 'base64url')) {
    return refuse('proof_token_mismatch', 'ath is the hash of another token')
  }
  if (thumbprint !== expected.jkt) {
    return refuse('proof_key_mismatch', 'jkt of the token is another key', { foreignKey: thumbprint })
  }

  rememberProofKey(proofKey.value, keys)
  return ok({ thumbprint, jti, iatSeconds, nonce, ageSeconds: ageMs / 1000 })
}

function usesExtension({ header }: CompactJws): boolean {
  return header['crit'] !== undefined || (header['b64'] !== undefined && header['b64'] !== true)
}

function isProofType(typ: unknown): boolean {
  if (typ === 'dpop+jwt') return true
  if (typeof typ !== 'string') return false
  const type = typ.toLowerCase()
  return type === 'dpop+jwt' || type === 'application/dpop+jwt'
}

/** Case-sensitive (RFC 8725 §3.1). The set holds asymmetric algorithms only, by its type. */
function isAccepted(alg: unknown, algorithms: ReadonlySet<ProofAlgorithm>): alg is ProofAlgorithm {
  return algorithms.has(alg as ProofAlgorithm)
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000)
}
