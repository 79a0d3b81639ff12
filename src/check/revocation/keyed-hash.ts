/**
 * 128 bits that stand for a text: HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash") with its whole state as key and as
 * result. The key is drawn at random and kept, so whoever chooses names cannot make two of them meet. For the short texts
 * that are looked up it takes a quarter of the time of SHA-256.
 */

/** 32-bit words in a key and in a hash. */
export const HASH_WORDS = 4
const FINAL_ROUNDS = 3
const DOMAIN_SHIFT = 24
const USUAL_BYTES = 4096
const MAX_BYTES_OF_UNIT = 3

/**
 * Writes the hash of a well-formed text to `out`. The same text in two domains (0 to 127) has two hashes. Texts take less
 * than 2^24 bytes of UTF-8.
 */
export type KeyedHash = (domain: number, text: string, out: Uint32Array) => void

/** @param key four words that nobody outside knows */
export function makeKeyedHash(key: Uint32Array): KeyedHash {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key
  let bytes = Buffer.alloc(USUAL_BYTES)
  let words = wordsOf(bytes)

  /** The text in blocks of four bytes, behind one of its domain and length: no two texts give the same blocks. */
  function write(domain: number, text: string): number {
    if ((text.length + 2) * MAX_BYTES_OF_UNIT > bytes.length) {
      bytes = Buffer.alloc((text.length + 2) * MAX_BYTES_OF_UNIT + USUAL_BYTES)
      words = wordsOf(bytes)
    }
    const end = 4 + bytes.write(text, 4)
    // One by one: for three bytes a call would take longer than the hash.
    bytes[end] = 0
    bytes[end + 1] = 0
    bytes[end + 2] = 0
    words[0] = (domain << DOMAIN_SHIFT) | end
    return (end + 3) >>> 2
  }

  return (domain, text, out) => {
    const blocks = write(domain, text)
    let v0 = k0 | 0
    let v1 = k1 | 0
    let v2 = k2 | 0
    let v3 = k3 | 0
    for (let block = 0; block < blocks + FINAL_ROUNDS; block++) {
      if (block === blocks) v2 ^= 0xff
      const m = block < blocks ? (words[block] as number) : 0
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

function wordsOf(bytes: Buffer): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2)
}
