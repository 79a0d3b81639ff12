/**
 * The signature algorithms that an issuer may be allowed to use, as a table: what key each one needs (RFC 7518 §3.1,
 * RFC 8037, RFC 9864). Asymmetric only: with a MAC whoever verifies could also sign (C5).
 */
import type { IssuerKey } from './issuer-keys.ts'

interface TokenAlgorithmRow {
  /** `asymmetricKeyType` of the KeyObject. */
  readonly keyType: 'ec' | 'ed25519' | 'rsa'
  /** `namedCurve` of the KeyObject, OpenSSL's spelling. */
  readonly curve?: 'prime256v1' | 'secp384r1' | 'secp521r1'
}

const ROWS: ReadonlyMap<string, TokenAlgorithmRow> = new Map<string, TokenAlgorithmRow>([
  ['ES256', { keyType: 'ec', curve: 'prime256v1' }],
  ['ES384', { keyType: 'ec', curve: 'secp384r1' }],
  ['ES512', { keyType: 'ec', curve: 'secp521r1' }],
  ['EdDSA', { keyType: 'ed25519' }],
  ['Ed25519', { keyType: 'ed25519' }],
  ['PS256', { keyType: 'rsa' }],
  ['PS384', { keyType: 'rsa' }],
  ['PS512', { keyType: 'rsa' }],
  ['RS256', { keyType: 'rsa' }],
  ['RS384', { keyType: 'rsa' }],
  ['RS512', { keyType: 'rsa' }],
])

export const TOKEN_ALGORITHM_NAMES: readonly string[] = [...ROWS.keys()]

/** Whether `key` is good for `algorithm`: its type, its curve, and its own `alg` where it names one (RFC 8725 §3.1). */
export function keyFits(key: IssuerKey, algorithm: string): boolean {
  const row = ROWS.get(algorithm)
  if (row === undefined || key.key.type !== 'public' || key.key.asymmetricKeyType !== row.keyType) return false
  if (row.curve !== undefined && key.key.asymmetricKeyDetails?.namedCurve !== row.curve) return false
  return key.algorithm === undefined || isSameAlgorithm(key.algorithm, algorithm)
}

/** RFC 9864 gave Ed25519 a name of its own; a key marked with either name is the same key for the same algorithm. */
function isSameAlgorithm(a: string, b: string): boolean {
  return a === b || (ROWS.get(a)?.keyType === 'ed25519' && ROWS.get(b)?.keyType === 'ed25519')
}
