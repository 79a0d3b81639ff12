import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTable, wrap } from '../../../src/drill/table.ts'

const SENTENCE = 'sends the bound token as a plain bearer token from another pod of the same namespace'
const GROUPS = [{ title: 'Story: agent', rows: [['✓', 'agent-idle', SENTENCE, '401', SENTENCE]] }]
const HEADINGS = ['', 'scenario', 'what happened', 'seen', 'what stopped it']

describe('table', () => {
  it.each([100, 120, 140, 160])('fits %i columns', (width) => {
    for (const line of formatTable(HEADINGS, GROUPS, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width)
  })

  it('shows every word of every cell', () => {
    const shown = formatTable(HEADINGS, GROUPS, 120)
    for (const word of SENTENCE.split(' ')) expect(shown).toContain(word)
  })

  it('starts every column of a row in the same place', () => {
    const lines = formatTable(HEADINGS, GROUPS, 120).split('\n')
    const at = lines[0]?.indexOf('seen') ?? -1
    expect(lines.find((line) => line.includes('agent-idle'))?.indexOf('401')).toBe(at)
  })

  it('wrapping loses and adds nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width)
          expect(lines.join(' ')).toBe(words.join(' '))
          for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true)
        },
      ),
    )
  })
})
