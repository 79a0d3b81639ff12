import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesPattern, parseSpiffeId, parseSpiffePattern } from '../../src/check/peer/spiffe-id.ts'

const near = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'spiffe://',
        'SPIFFE://',
        '/',
        '//',
        '.',
        '..',
        'td',
        'a',
        '*',
        ':',
        '@',
        '?',
        '#',
        '%41',
        ' ',
        'é',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''))

const segment = fc
  .string({ unit: fc.constantFrom(...'abAB01.-_'), minLength: 1, maxLength: 6 })
  .filter((text) => text !== '.' && text !== '..')
const path = fc.array(segment, { maxLength: 5 })
const id = fc
  .tuple(fc.constantFrom('td', 'td.evil', 'a_b'), path)
  .map((parts) => ['spiffe:/', parts[0], ...parts[1]].join('/'))

describe('parseSpiffeId', () => {
  it('D1 never throws, and what it takes is made of its parts', () => {
    fc.assert(
      fc.property(near, (text) => {
        const parsed = parseSpiffeId(text)
        if (parsed === undefined) return
        expect(`spiffe://${parsed.trustDomain}${parsed.path}`).toBe(text)
        expect(text).toMatch(/^spiffe:\/\/[a-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/)
        expect(text.split('/').some((part, i) => i > 2 && (part === '.' || part === '..'))).toBe(false)
      }),
      { numRuns: 5000 },
    )
  })

  it('D4 takes every ID that is made by the grammar', () => {
    fc.assert(
      fc.property(id, (text) => {
        expect(parseSpiffeId(text)?.text).toBe(text)
      }),
    )
  })
})

describe('matchesPattern', () => {
  it('D7 a prefix matches exactly what lies below it by whole segments', () => {
    fc.assert(
      fc.property(id, id, (base, other) => {
        const pattern = parseSpiffePattern(`${base}/*`)
        const parts = base.split('/')
        const below = other.split('/').length > parts.length && parts.every((part, i) => other.split('/')[i] === part)
        expect(pattern !== undefined && matchesPattern(other, pattern)).toBe(below)
      }),
    )
  })

  it('D7 an ID matches itself only', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        const pattern = parseSpiffePattern(one)
        expect(pattern !== undefined && matchesPattern(other, pattern)).toBe(one === other)
      }),
    )
  })
})
