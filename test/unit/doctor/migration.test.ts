/** docs/migration.md: its exit criteria are those of the gate, word by word; its route loads, and observes. */
import { describe, expect, it } from 'vitest'
import { safeToEnforceConditions, wouldBeRefused } from '../../../src/monitoring/safe-to-enforce.ts'
import { readDocument } from '../../docs/documents.ts'

const SELECTION = { route: 'payments' }

function told(name: string): string | undefined {
  return readDocument('docs/migration.md')
    .blocks.find(({ marker }) => marker === `gate ${name}`)
    ?.text.trim()
}

describe('docs/migration.md', () => {
  it.each(safeToEnforceConditions(SELECTION))('$name is the condition of the gate', ({ name, expr }) => {
    expect(told(name)).toBe(expr)
  })

  it('who would break is asked as the doctor asks it', () => {
    expect(told('who')).toBe(wouldBeRefused(SELECTION))
  })
})
