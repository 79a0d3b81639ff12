import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Url } from '../../src/check/codec/base64url.ts'
import { readCompactJws } from '../../src/check/codec/compact-jws.ts'
import { lengthPrefixed } from '../../src/check/codec/length-prefix.ts'
import { parseStrictJsonObject } from '../../src/check/codec/strict-json.ts'
import { encode } from '../support/jws.ts'

const text = fc.string({ unit: 'binary' })
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('decodeBase64Url', () => {
  it('C19 one text for each octet string, one octet string for each text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        const written = Buffer.from(octets).toString('base64url')
        expect(decodeBase64Url(written)).toEqual(Buffer.from(octets))
      }),
    )
  })

  it('C19 whatever is taken is written back the same', () => {
    const near = fc.string({ unit: fc.constantFrom(...ALPHABET, '=', '+', '/', '.', ' ', 'é') })
    fc.assert(
      fc.property(near, (candidate) => {
        const octets = decodeBase64Url(candidate)
        expect(octets === undefined || octets.toString('base64url') === candidate).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('C19 one character in, out or changed: refused, or other octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.string({ unit: 'binary', maxLength: 1 }),
        (octets, at, put) => {
          const written = Buffer.from(octets).toString('base64url')
          const i = at % written.length
          for (const other of [
            written.slice(0, i) + put + written.slice(i),
            written.slice(0, i) + put + written.slice(i + 1),
          ]) {
            if (other !== written) expect(decodeBase64Url(other)?.equals(octets) ?? false).toBe(false)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('parseStrictJsonObject', () => {
  it('C13 what JSON.stringify writes of an object is read as JSON.parse reads it', () => {
    const value = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 5 }))
    fc.assert(
      fc.property(value, fc.nat(4), (object, indent) => {
        const written = JSON.stringify(object, null, indent)
        fc.pre(written.isWellFormed() && !written.includes('\\ud'))
        expect(parseStrictJsonObject(Buffer.from(written))).toEqual(JSON.parse(written))
      }),
      { numRuns: 500 },
    )
  })

  it('C13 a member written twice anywhere is refused', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 })
    fc.assert(
      fc.property(value, fc.nat(), fc.jsonValue({ maxDepth: 2 }), fc.nat(3), (object, pick, other, wrap) => {
        const names = Object.keys(object)
        const name = JSON.stringify(names[pick % names.length])
        const inner = `${JSON.stringify(object).slice(0, -1)},${name}:${JSON.stringify(other)}}`
        expect(
          parseStrictJsonObject(Buffer.from(`${'{"w":['.repeat(wrap)}${inner}${']}'.repeat(wrap)}`)),
        ).toBeUndefined()
      }),
    )
  })

  it('C13 never throws, and takes nothing that JSON.parse does not', () => {
    const near = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', ' ', 'u', 'null'),
    })
    fc.assert(
      fc.property(fc.oneof(near, text, fc.json()), (candidate) => {
        const read = parseStrictJsonObject(Buffer.from(candidate))
        if (read !== undefined) expect(read).toEqual(JSON.parse(candidate))
      }),
      { numRuns: 3000 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => void parseStrictJsonObject(octets)))
  })
})

describe('readCompactJws', () => {
  it('A2 never throws, and what it takes has one text', () => {
    const part = fc.oneof(
      text,
      fc.dictionary(fc.string(), fc.jsonValue()).map(encode),
      fc.uint8Array().map((o) => Buffer.from(o).toString('base64url')),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const candidate = parts.join('.')
        const jws = readCompactJws(candidate)
        if (jws !== undefined) expect(`${jws.signingInput}.${jws.signature.toString('base64url')}`).toBe(candidate)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('lengthPrefixed', () => {
  it('A17 A19 no two lists of texts have one octet string', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\u0001', 'é', ':') }), { maxLength: 4 })
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other)
        expect(lengthPrefixed(...one).equals(lengthPrefixed(...other))).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })

  it('A17 the parts can be read back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (parts) => {
        const octets = lengthPrefixed(...parts)
        const read: string[] = []
        for (let at = 0; at < octets.length; ) {
          const end = at + 4 + octets.readUInt32BE(at)
          read.push(octets.toString('utf8', at + 4, end))
          at = end
        }
        expect(read).toEqual(parts)
      }),
    )
  })
})
