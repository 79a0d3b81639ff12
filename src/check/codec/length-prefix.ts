/**
 * One octet string out of several texts, so that no part can shift into another: each part is its UTF-8 form behind its
 * length. What is hashed or MACed over attacker's text goes through here (A17, A19).
 */

const LENGTH_BYTES = 4

/** Injective for well-formed strings; strict JSON lets no others in (strict-json.ts). */
export function lengthPrefixed(...parts: readonly string[]): Buffer {
  const lengths = parts.map((part) => Buffer.byteLength(part))
  const joined = Buffer.allocUnsafe(lengths.reduce((sum, bytes) => sum + LENGTH_BYTES + bytes, 0))
  let at = 0
  for (const [i, part] of parts.entries()) {
    at = joined.writeUInt32BE(lengths[i] as number, at)
    at += joined.write(part, at)
  }
  return joined
}
