import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from '../../../src/audit/canonical.ts'

test('G5 names stand in order, without spaces, and what is undefined is left out', () => {
  expect(canonical({ b: [1, { d: null, c: 'é' }], a: undefined, '\u20ac': 1, '\r': 2, A: 0.5 })).toBe(
    '{"\\r":2,"A":0.5,"b":[1,{"c":"é","d":null}],"€":1}',
  )
})

test('G5 one value has one text, whatever the order of its members, and reads back as itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonical(value)
      expect(canonical(JSON.parse(text))).toBe(text)
      expect(canonical(reversed(value))).toBe(text)
    }),
  )
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  )
}
