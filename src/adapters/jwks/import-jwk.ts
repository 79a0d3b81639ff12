/**
 * One JWK of an issuer's set (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2) becomes a key, or the reason why not. Only the
 * members that make the public key are imported; what would make it private, weak or ambiguous is refused.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { decodeBase64Url } from '../../check/codec/base64url.ts'
import { LIMITS } from '../../check/request-facts.ts'
import { ok, type Result } from '../../check/result.ts'
import type { IssuerKey } from '../../check/token/issuer-keys.ts'
import { keyFits } from '../../check/token/token-algorithms.ts'

type Jwk = Readonly<Record<string, unknown>>

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const
const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192
const MAX_RSA_EXPONENT = 2n ** 32n
/** Bytes of one coordinate: always full length, leading zeros included (RFC 7518 §6.2.1.2). */
const CURVES: ReadonlyMap<unknown, { readonly kty: 'EC' | 'OKP'; readonly bytes: number }> = new Map([
  ['P-256', { kty: 'EC', bytes: 32 } as const],
  ['P-384', { kty: 'EC', bytes: 48 } as const],
  ['P-521', { kty: 'EC', bytes: 66 } as const],
  ['Ed25519', { kty: 'OKP', bytes: 32 } as const],
])

/** The error says in constant words why the key cannot be used. */
export function importJwk(jwk: Jwk, issuer: string, algorithms: ReadonlySet<string>): Result<IssuerKey, string> {
  const misfit = findMisfit(jwk, algorithms)
  if (misfit !== undefined) return unusable(misfit)
  const key = importPublicKey(jwk)
  if (!key.ok) return key
  const issuerKey: IssuerKey = { issuer, kid: textOf(jwk['kid']), algorithm: textOf(jwk['alg']), key: key.value }
  for (const algorithm of algorithms) if (keyFits(issuerKey, algorithm)) return ok(issuerKey)
  return unusable('no algorithm of the issuer fits the key')
}

function findMisfit(jwk: Jwk, algorithms: ReadonlySet<string>): string | undefined {
  if (jwk['kty'] === 'oct') return 'a symmetric key'
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) return 'it holds private members: it is compromised'
  const { kid, alg, use, key_ops: operations } = jwk
  if (kid !== undefined && (typeof kid !== 'string' || Buffer.byteLength(kid) > LIMITS.kidBytes)) {
    return 'kid is not a text or too long'
  }
  if (use !== undefined && use !== 'sig') return 'use is not sig'
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'key_ops does not hold verify'
  }
  if (alg !== undefined && !(typeof alg === 'string' && isAllowed(alg, algorithms))) {
    return 'alg is not allowed for the issuer'
  }
  return undefined
}

/** A key marked with either name of Ed25519 serves the other one too (keyFits). */
function isAllowed(alg: string, algorithms: ReadonlySet<string>): boolean {
  if (alg === 'EdDSA' || alg === 'Ed25519') return algorithms.has('EdDSA') || algorithms.has('Ed25519')
  return algorithms.has(alg)
}

function importPublicKey(jwk: Jwk): Result<KeyObject, string> {
  if (jwk['kty'] === 'RSA') return importRsa(jwk)
  const curve = CURVES.get(jwk['crv'])
  if (curve === undefined || curve.kty !== jwk['kty']) return unusable('kty or crv is not supported')
  if (!hasBytes(jwk['x'], curve.bytes)) return unusable('x does not have the length of the curve')
  if (curve.kty === 'OKP') return importMembers(jwk, ['kty', 'crv', 'x'])
  if (!hasBytes(jwk['y'], curve.bytes)) return unusable('y does not have the length of the curve')
  return importMembers(jwk, ['kty', 'crv', 'x', 'y'])
}

function importRsa(jwk: Jwk): Result<KeyObject, string> {
  if (!hasBytes(jwk['n']) || !hasBytes(jwk['e'])) return unusable('n or e is not base64url')
  const key = importMembers(jwk, ['kty', 'n', 'e'])
  if (!key.ok) return key
  const { modulusLength = 0, publicExponent = 0n } = key.value.asymmetricKeyDetails ?? {}
  if (modulusLength < MIN_RSA_BITS) return unusable('an RSA modulus shorter than 2048 bits')
  if (modulusLength > MAX_RSA_BITS) return unusable('an RSA modulus longer than 8192 bits')
  if (publicExponent < 3n || publicExponent > MAX_RSA_EXPONENT || publicExponent % 2n === 0n) {
    return unusable('an RSA exponent that no sound key has')
  }
  return key
}

function importMembers(jwk: Jwk, names: readonly string[]): Result<KeyObject, string> {
  try {
    const key = Object.fromEntries(names.map((name) => [name, jwk[name]]))
    return ok(createPublicKey({ key, format: 'jwk' }))
  } catch {
    // OpenSSL refuses a point that is not on the curve.
    return unusable('the key cannot be imported: its members do not make a public key')
  }
}

function hasBytes(value: unknown, length?: number): boolean {
  const bytes = typeof value === 'string' ? decodeBase64Url(value) : undefined
  return bytes !== undefined && (length === undefined ? bytes.length > 0 : bytes.length === length)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function unusable(why: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: why }
}
