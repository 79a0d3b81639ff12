/**
 * An ECDSA signature as JWS carries it (`r` and `s` of fixed length, RFC 7518 §3.4) in the DER form that OpenSSL works with
 * (RFC 3279 §2.2.3). node:crypto does this itself when asked by `dsaEncoding`, but in an options object around the key, which
 * costs about 25 µs in each verification: two exceptions inside Node, thrown and caught.
 */
const SEQUENCE = 0x30
const INTEGER = 0x02
/** Marks a length of one byte of its own, for 128 and more. */
const LONG_FORM = 0x81
const MAX_HEAD_BYTES = 3

/** Total for every text of octets; whether `r` and `s` are in range is for the verification to say. */
export function ecdsaDer(signature: Buffer): Buffer {
  const half = signature.length / 2
  const der = Buffer.allocUnsafe(MAX_HEAD_BYTES + 2 * (MAX_HEAD_BYTES + half))
  const middle = putInteger(der, MAX_HEAD_BYTES, signature.subarray(0, half))
  const end = putInteger(der, middle, signature.subarray(half))
  const length = end - MAX_HEAD_BYTES
  const start = length < 0x80 ? 1 : 0
  der[start] = SEQUENCE
  if (start === 0) der[1] = LONG_FORM
  der[MAX_HEAD_BYTES - 1] = length
  return der.subarray(start, end)
}

/** Shortest form: no zeros in front, but for the one that keeps it positive. Returns the index behind it. */
function putInteger(der: Buffer, at: number, octets: Buffer): number {
  let first = 0
  while (first < octets.length - 1 && octets[first] === 0) first++
  const sign = (octets[first] as number) >= 0x80 ? 1 : 0
  der[at] = INTEGER
  der[at + 1] = octets.length - first + sign
  der[at + 2] = 0
  return at + 2 + sign + octets.copy(der, at + 2 + sign, first)
}
