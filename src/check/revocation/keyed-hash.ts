/**
 * 128 bits that stand for a text: HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash") with its whole state as key and as
 * result. The key is drawn at random and kept, so whoever chooses names cannot make two of them meet. It is ten times as
 * fast as a call into OpenSSL for the short texts that are looked up.
 */

/** 32-bit words in a key and in a hash. */
export const HASH_WORDS = 4
const FINAL_ROUNDS = 3
const DOMAIN_SHIFT = 24

/**
 * Writes the hash of text[start, end) to `out`. The same text in two domains (0 to 255) has two hashes. Injective before it
 * is hashed: the length comes first, then all 16 bits of each code unit. Texts are shorter than 2^24.
 */
export type KeyedHash = (domain: number, text: string, start: number, end: number, out: Uint32Array) => void

/** @param key four words that nobody outside knows */
export function makeKeyedHash(key: Uint32Array): KeyedHash {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key
  return (domain, text, start, end, out) => {
    let v0 = k0 | 0
    let v1 = k1 | 0
    let v2 = k2 | 0
    let v3 = k3 | 0
    const blocks = (end - start + 1) >>> 1
    for (let block = -1; block < blocks + FINAL_ROUNDS; block++) {
      let m = 0
      if (block === -1) m = (domain << DOMAIN_SHIFT) | (end - start)
      else if (block < blocks) {
        const at = start + 2 * block
        m = at + 1 < end ? text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16) : text.charCodeAt(at)
      } else if (block === blocks) v2 ^= 0xff
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
    }
    out[0] = v0
    out[1] = v1
    out[2] = v2
    out[3] = v3
  }
}
