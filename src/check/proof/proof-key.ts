/**
 * The public key that a proof shows in its header (RFC 9449 §4.3 items 6, 7; A6, A7). Judged on every proof: members,
 * `use`, `key_ops`, `alg`. Judged once, then remembered with the imported key: lengths, strength, point on the curve;
 * the thumbprint covers all that these depend on. `kid`, `x5c`, `x5u` are not read, and nothing is ever fetched.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Cache } from '../cache.ts'
import { isJsonObject, type JsonObject } from '../codec/strict-json.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import { jwkThumbprint } from './jwk-thumbprint.ts'
import { PROOF_ALGORITHMS, type ProofAlgorithm, type ProofAlgorithmRow } from './proof-algorithms.ts'
import { publicKeyPem } from './public-key-pem.ts'
import { isStrongRsa } from './rsa-strength.ts'

export interface ProofKey {
  readonly key: KeyObject
  /** RFC 7638. */
  readonly thumbprint: string
  /** Name in the cache: the key is good for this one algorithm (RFC 8725 §3.1). */
  readonly cacheName: string
}

/** Private (`d` and the RSA primes) or symmetric (`k`) members: present is enough, whatever the value or `kty`. */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'] as const

/** Strict base64url has one length for each number of octets: 32, 48 and 66 (RFC 7518 §6.2.1.2, RFC 8037 §2). */
const COORDINATE_CHARACTERS = { 'P-256': 43, 'P-384': 64, 'P-521': 88, Ed25519: 43 } as const

/**
 * Refuses with `proof_key` only; never throws. The caller remembers the key (`rememberProofKey`) once it is known to be
 * bound to a verified token: an attacker with many keys must not push honest ones out of the cache.
 */
export function readProofKey(
  jwk: unknown,
  algorithm: ProofAlgorithm,
  cache: Cache<KeyObject>,
): Result<ProofKey, Refusal> {
  const row = PROOF_ALGORITHMS[algorithm]
  if (!isJsonObject(jwk)) return refuse('proof_key', 'jwk is absent or not an object')
  if (SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name))) {
    return refuse('proof_key', 'jwk has a private or symmetric member')
  }
  if (!fitsAlgorithm(jwk, row)) return refuse('proof_key', 'jwk does not fit alg')
  if (!mayVerify(jwk, algorithm)) return refuse('proof_key', 'use, key_ops or alg of the jwk forbids this signature')

  const thumbprint = jwkThumbprint(jwk)
  if (thumbprint === undefined) return refuse('proof_key', 'jwk lacks a required member, or it is not strict base64url')

  const cacheName = `${thumbprint}.${algorithm}`
  const remembered = cache.get(cacheName)
  if (remembered !== undefined) return ok({ key: remembered, thumbprint, cacheName })

  if (!isSound(jwk, row)) return refuse('proof_key', 'jwk has members of the wrong length, or is too weak')
  const key = importKey(jwk, row)
  if (key === undefined) return refuse('proof_key', 'jwk is not a valid public key')
  return ok({ key, thumbprint, cacheName })
}

export function rememberProofKey(found: ProofKey, cache: Cache<KeyObject>): void {
  cache.set(found.cacheName, found.key)
}

function fitsAlgorithm(jwk: JsonObject, row: ProofAlgorithmRow): boolean {
  return jwk['kty'] === row.kty && (row.crv === undefined || jwk['crv'] === row.crv)
}

/** RFC 7517 §4.2 to §4.4. */
function mayVerify({ use, key_ops: operations, alg }: JsonObject, algorithm: ProofAlgorithm): boolean {
  if (use !== undefined && use !== 'sig') return false
  if (operations !== undefined && !(Array.isArray(operations) && allowsVerify(operations))) return false
  return alg === undefined || alg === algorithm || (isEd25519(alg) && isEd25519(algorithm))
}

/** RFC 7517 §4.3: an array of strings, none twice. */
function allowsVerify(operations: readonly unknown[]): boolean {
  return (
    operations.includes('verify') &&
    operations.every((operation) => typeof operation === 'string') &&
    new Set(operations).size === operations.length
  )
}

/**
 * RFC 9864 §2.2: for an Ed25519 key the polymorphic name EdDSA and the name Ed25519 mean one algorithm, so a jwk that has
 * the one may go with a header that has the other. The header's own name must still be on the route's list.
 */
function isEd25519(name: unknown): boolean {
  return name === 'EdDSA' || name === 'Ed25519'
}

function isSound(jwk: JsonObject, row: ProofAlgorithmRow): boolean {
  const { x, y, n, e } = jwk as Record<string, string>
  if (row.crv === undefined) return isStrongRsa(n as string, e as string)
  const characters = COORDINATE_CHARACTERS[row.crv]
  return x?.length === characters && (row.kty === 'OKP' || y?.length === characters)
}

/** Only what the thumbprint covers is imported; undefined for a point off the curve and whatever else OpenSSL refuses. */
function importKey(jwk: JsonObject, row: ProofAlgorithmRow): KeyObject | undefined {
  const { kty, x, y, n, e } = jwk as Record<string, string>
  try {
    return row.crv === undefined
      ? createPublicKey({ key: { kty, n, e } as JsonWebKey, format: 'jwk' })
      : createPublicKey(publicKeyPem(row.crv, x as string, row.kty === 'EC' ? (y as string) : ''))
  } catch {
    return undefined
  }
}
