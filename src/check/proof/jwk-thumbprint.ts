/**
 * RFC 7638 SHA-256 thumbprint of a public JWK, synchronously (RFC 8037 §2 for OKP; C16). Only the required members, in
 * lexicographic order. A key type that is not known has no thumbprint: nothing is guessed.
 */
import { hash } from 'node:crypto'
import { decodeBase64Url } from '../codec/base64url.ts'
import type { JsonObject } from '../codec/strict-json.ts'

/** Names as registered hold nothing that JSON would escape. */
const CURVE_NAME = /^[A-Za-z0-9-]{1,16}$/

/**
 * base64url, 43 characters; undefined when `kty` is not EC, OKP or RSA, or a required member is missing, not a string, or
 * not strict base64url. Says nothing of whether the key is any good (proof-key.ts).
 */
export function jwkThumbprint(jwk: JsonObject): string | undefined {
  const text = canonicalText(jwk)
  return text === undefined ? undefined : hash('sha256', text, 'base64url')
}

function canonicalText(jwk: JsonObject): string | undefined {
  const { crv, x, y, e, n } = jwk
  switch (jwk['kty']) {
    case 'EC':
      return isCurve(crv) && isOctets(x) && isOctets(y)
        ? `{"crv":"${crv}","kty":"EC","x":"${x}","y":"${y}"}`
        : undefined
    case 'OKP':
      return isCurve(crv) && isOctets(x) ? `{"crv":"${crv}","kty":"OKP","x":"${x}"}` : undefined
    case 'RSA':
      return isOctets(e) && isOctets(n) ? `{"e":"${e}","kty":"RSA","n":"${n}"}` : undefined
    default:
      return undefined
  }
}

function isCurve(value: unknown): value is string {
  return typeof value === 'string' && CURVE_NAME.test(value)
}

/** Strict, so that one key has one text and so one thumbprint (C19). */
function isOctets(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && decodeBase64Url(value) !== undefined
}
