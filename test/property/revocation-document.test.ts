/** The reader that goes entry by entry against JSON.parse of the whole document. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRawEntries } from '../../src/revocations/revocation-document.ts'

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('"', '\\', '\\"', ']', '},{', ',', '[', ':'),
)
/**
 * No `__proto__`: JSON.parse of a text and of its parts agree, the literal of a test would not. No backslash: the JSON.parse of
 * V8 13.6 takes the name `"` for `\` where it has seen objects with that name, which our reader refuses as a repeated name.
 */
const name = text.filter((one) => one !== '__proto__' && !one.includes('\\'))
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  ),
})).any

describe('readRawEntries', () => {
  it('E gives the entries that JSON.parse gives, whatever stands in them and between them', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), space, fc.nat(3), fc.boolean(), (entries, gap, indent, swap) => {
        const list = `"revocations"${gap}:${gap}[${gap}${entries.map((one) => JSON.stringify(one, null, indent)).join(`${gap},${gap}`)}${gap}]`
        const version = `"version"${gap}:${gap}1`
        const document = `${gap}{${gap}${swap ? list : version}${gap},${gap}${swap ? version : list}${gap}}${gap}`
        expect(readRawEntries(Buffer.from(document))).toEqual({ ok: true, value: JSON.parse(document).revocations })
      }),
      { numRuns: 2000 },
    )
  })

  it('E takes nothing that JSON.parse refuses, however a document was damaged', () => {
    const good = '{"version":1,"revocations":[\n{"id":"a","value":"x\\"y","n":[1,{"b":null}]},\n"]",17,null\n]}\n'
    const damage = fc.tuple(
      fc.nat(good.length),
      fc.nat(2),
      fc.constantFrom('', ',', '"', '}', ']', '{', '[', ':', '\\', ' ', '1', '\n'),
    )
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (places) => {
        let document = good
        for (const [at, length, put] of places) document = document.slice(0, at) + put + document.slice(at + length)
        const read = readRawEntries(Buffer.from(document))
        if (read.ok) expect(read.value).toEqual(JSON.parse(document).revocations)
      }),
      { numRuns: 10_000 },
    )
  })

  it('E a document cut short anywhere is none', () => {
    const good = '{"version":1,"revocations":[{"id":"a"},{"id":"b"}]}'
    for (let length = 0; length < good.length; length++) {
      expect(readRawEntries(Buffer.from(good.slice(0, length))).ok).toBe(false)
    }
  })
})
