import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HASH_WORDS, makeKeyedHash } from '../../../../src/check/revocation/keyed-hash.ts'

const KEY = Uint32Array.of(0x01020304, 0x05060708, 0x090a0b0c, 0x0d0e0f10)
const hash = makeKeyedHash(KEY)

function hashed(text: string, domain = 1, by = hash): string {
  const out = new Uint32Array(HASH_WORDS)
  by(domain, text, out)
  return out.join()
}

describe('makeKeyedHash', () => {
  it('gives the same for the same, whatever was hashed in between', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const before = hashed(one)
        expect(hashed(other) === before).toBe(one === other)
        expect(hashed(one)).toBe(before)
      }),
    )
  })

  it.each([
    ['a final NUL', 'a', 'a\0'],
    ['an empty text', '', '\0'],
    ['what folds into the same low byte', 'a', 'š'],
    ['one unit over another of the next block', 'abcd', 'abcdabcd'],
    ['a normal form', '\u00e9', 'e\u0301'],
    ['the end of a text longer than the buffer', `${'x'.repeat(20_000)}a`, `${'x'.repeat(20_000)}b`],
  ])('tells apart: %s', (_, one, other) => {
    expect(hashed(one)).not.toBe(hashed(other))
    expect(hashed(one)).toBe(hashed(one))
  })

  it('tells domains and keys apart', () => {
    expect(hashed('a', 1)).not.toBe(hashed('a', 2))
    expect(hashed('a', 1)).not.toBe(hashed('a', 1, makeKeyedHash(Uint32Array.of(1, 2, 3, 5))))
  })

  it('spreads names that are alike over all four words', () => {
    const out = new Uint32Array(HASH_WORDS)
    const seen = Array.from({ length: HASH_WORDS }, () => new Set<number>())
    for (let i = 0; i < 4096; i++) {
      hash(1, `client-${i}`, out)
      for (const [word, set] of seen.entries()) set.add((out[word] as number) & 0xfff)
    }
    // 4096 balls in 4096 bins leave 63 % of them hit.
    for (const set of seen) expect(Math.abs(set.size / 4096 - 0.632)).toBeLessThan(0.05)
  })
})
