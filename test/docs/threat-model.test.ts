/** Each threat says what would wake somebody, and each alert that pages stands at a threat or is about our own service. */
import { describe, expect, test } from 'vitest'
import { ruleGroups } from '../../src/monitoring/rules.ts'
import { readDocument, tableRows } from './documents.ts'

const ROWS = tableRows(readDocument('docs/threat-model.md'), /^T\d\d$/)
/** Whether the service is up, fast and reached; no attack is told by them. */
const SERVICE = new Set(['HoldfastAvailabilityBurn', 'HoldfastLatencyBurn', 'HoldfastAbsent'])

describe('docs/threat-model.md', () => {
  test('every threat names alerts that exist, or says that there is none', () => {
    const alerts = new Set(alertsOf(() => true))
    expect(ROWS.length).toBeGreaterThan(30)
    for (const [id, , , told = ''] of ROWS) {
      const named = [...told.matchAll(/\[(\w+)\]/g)].map(([, name]) => name ?? '')
      expect([id, named.filter((name) => !alerts.has(name))]).toEqual([id, []])
      expect([id, named.length > 0 || /^none\b/.test(told)]).toEqual([id, true])
    }
  })

  test('every alert that pages stands at a threat', () => {
    const told = ROWS.map(([, , , cell]) => cell).join(' ')
    const pages = alertsOf((severity) => severity === 'page').filter((name) => !SERVICE.has(name))
    expect(pages.filter((name) => !told.includes(`[${name}]`))).toEqual([])
  })

  test('assets, actors and boundaries are numbered without a gap', () => {
    for (const [prefix, width] of [
      ['A', 2],
      ['AC', 1],
      ['TB', 1],
    ] as const) {
      const ids = tableRows(readDocument('docs/threat-model.md'), new RegExp(`^${prefix}\\d+$`)).map(([id]) => id)
      expect(ids.length).toBeGreaterThan(5)
      expect(ids).toEqual(ids.map((_, index) => `${prefix}${String(index + 1).padStart(width, '0')}`))
    }
  })
})

function alertsOf(wanted: (severity: string | undefined) => boolean): readonly string[] {
  const rules = ruleGroups().flatMap((group) => group.rules)
  return rules.flatMap((rule) => ('alert' in rule && wanted(rule.labels?.['severity']) ? [rule.alert] : []))
}
