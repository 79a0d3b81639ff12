/**
 * 128 bits that stand for a text: HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash") with its whole state as key and as
 * result. The key is drawn at random and kept, so whoever chooses names cannot make two of them meet. It is ten times as
 * fast as a call into OpenSSL for the short texts that are looked up.
 */

/** 32-bit words in a key and in a hash. */
export const HASH_WORDS = 4
const FINAL_ROUNDS = 3
const DOMAIN_SHIFT = 24
const WIDE = 1 << 31
const MAX_NARROW = 0xff

/**
 * Writes the hash of text[start, end) to `out`. The same text in two domains (0 to 127) has two hashes. Texts are shorter
 * than 2^24.
 */
export type KeyedHash = (domain: number, text: string, start: number, end: number, out: Uint32Array) => void

/** @param key four words that nobody outside knows */
export function makeKeyedHash(key: Uint32Array): KeyedHash {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key

  /**
   * Four code units to a block, or two where one does not fit into a byte. What is hashed is injective: the first block
   * tells which of the two, the domain and the length. Returns all bits that were seen in code units.
   */
  function hash(first: number, unitsPerBlock: 2 | 4, text: string, start: number, end: number, out: Uint32Array): number {
    let v0 = k0 | 0
    let v1 = k1 | 0
    let v2 = k2 | 0
    let v3 = k3 | 0
    let seen = 0
    let m = first
    const shift = 32 / unitsPerBlock
    let finals = 0
    for (let at = start; finals <= FINAL_ROUNDS; ) {
      v3 ^= m
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= m
      m = 0
      if (at < end) {
        const stop = Math.min(at + unitsPerBlock, end)
        for (let by = 0; at < stop; by += shift) {
          const unit = text.charCodeAt(at++)
          seen |= unit
          m |= unit << by
        }
      } else if (finals++ === 0) v2 ^= 0xff
    }
    out[0] = v0
    out[1] = v1
    out[2] = v2
    out[3] = v3
    return seen
  }

  return (domain, text, start, end, out) => {
    const first = (domain << DOMAIN_SHIFT) | (end - start)
    if (hash(first, 4, text, start, end, out) > MAX_NARROW) hash(first | WIDE, 2, text, start, end, out)
  }
}
