/**
 * Whether an RSA public key is strong, sane and cheap enough (A7; RFC 7518 §3.3: 2048 bits or more). The upper bound is for
 * us: one signature check by an 8192-bit key holds the event loop about four times as long as one by a 4096-bit key, and
 * no DPoP client makes such keys.
 */
import { decodeBase64Url } from '../codec/base64url.ts'

const MIN_MODULUS_BITS = 2048
const MAX_MODULUS_BITS = 4096
const MAX_EXPONENT_BYTES = 4

/** `n` and `e` as in the JWK: base64url of the minimal big-endian octets (RFC 7518 §6.3.1, §2 Base64urlUInt). */
export function isStrongRsa(n: string, e: string): boolean {
  const modulus = decodeBase64Url(n)
  const exponent = decodeBase64Url(e)
  if (modulus === undefined || exponent === undefined) return false
  const bits = bitLength(modulus)
  if (bits === undefined || bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS || !isOdd(modulus)) return false
  if (bitLength(exponent) === undefined || exponent.length > MAX_EXPONENT_BYTES || !isOdd(exponent)) return false
  return exponent.readUIntBE(0, exponent.length) >= 3
}

/** Undefined with a leading zero octet: a second text for the same number would be a second thumbprint (C16). */
function bitLength(octets: Buffer): number | undefined {
  const first = octets[0]
  return first === undefined || first === 0 ? undefined : octets.length * 8 - (Math.clz32(first) - 24)
}

function isOdd(octets: Buffer): boolean {
  return ((octets.at(-1) ?? 0) & 1) === 1
}
