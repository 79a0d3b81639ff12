import { describe, expect, it } from 'vitest'
import { standingOf } from '../../../src/ledger/standing.ts'
import { LEDGER_NOW_MS, sessionRecord } from '../../support/ledger-records.ts'

const DAY_MS = 86_400_000
const used = (uses: number, daysAgo: number, incidentCount = 0) =>
  standingOf(sessionRecord('one', { uses, incidentCount, firstSeenMs: LEDGER_NOW_MS - daysAgo * DAY_MS }))

describe('who goes first when the ledger is full', () => {
  it('used once, the longest unused first; then the others alike; those with incidents last', () => {
    const order = [used(1, 9), used(1, 0), used(2, 9), used(1_000, 1), used(2, 0), used(1, 9, 1), used(1_000, 0, 3)]
    expect(order.toSorted((a, b) => a - b)).toEqual(order)
    expect(new Set(order).size).toBe(order.length)
  })

  it('is a small whole number, whatever the clock says', () => {
    for (const lastSeenMs of [0, -5, LEDGER_NOW_MS + 0.5, Number.MAX_SAFE_INTEGER]) {
      const standing = standingOf(sessionRecord('one', { lastSeenMs, uses: 2, incidentCount: 1 }))
      expect(Number.isInteger(standing)).toBe(true)
      expect(standing).toBeGreaterThanOrEqual(1_000_000_000)
      expect(standing).toBeLessThan(2 ** 31)
    }
  })
})
