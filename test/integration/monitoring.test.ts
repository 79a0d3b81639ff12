/** G3: every rule and every query of the dashboards, executed by a real Prometheus on what real programs told it. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queriesOf } from '../../scripts/monitoring/ask.ts'
import { REASON_NAMES, REASONS } from '../../src/check/reasons.ts'
import { dashboards } from '../../src/monitoring/dashboards/dashboards.ts'
import { isAlert } from '../../src/monitoring/rule.ts'
import { ruleGroups } from '../../src/monitoring/rules.ts'
import { GATE_PARAMETERS, safeToEnforce, safeToEnforceConditions } from '../../src/monitoring/safe-to-enforce.ts'
import type { Series } from '../support/prometheus.ts'
import { runbookQueries } from '../unit/monitoring/runbook-page.ts'
import { type MonitoredWorld, startMonitoredWorld } from './monitoring-world.ts'

const TRAFFIC_SECONDS = 15
const SETUP_MS = 180_000

let world: MonitoredWorld
let endSeconds: number

beforeAll(async () => {
  world = await startMonitoredWorld()
  await world.traffic(TRAFFIC_SECONDS)
  await world.trouble()
  // What was counted last has been scraped and evaluated.
  await sleep(2_500)
  endSeconds = Date.now() / 1000
}, SETUP_MS)
afterAll(() => world?.stop())

/** Anything that is a number somewhere. */
function hasData(series: readonly Series[]): boolean {
  return series.some(({ values }) => values.some(([, value]) => value !== 'NaN'))
}

const askRange = (expr: string): Promise<readonly Series[]> =>
  world.prometheus.queryRange(expr, world.startSeconds, endSeconds, 1)

const QUERIES = dashboards().flatMap((dashboard) =>
  queriesOf(dashboard, { rateInterval: '5s', range: '60s' }).map(({ panel, expr }) => ({
    name: `${dashboard.uid}: ${panel.title}`,
    expr,
  })),
)

describe('G3 rules', () => {
  it('are all evaluated without an error', async () => {
    const rules = await world.prometheus.rules()
    expect(rules.length).toBe(ruleGroups().flatMap((group) => group.rules).length)
    expect(rules.filter(({ health, lastError }) => health !== 'ok' || (lastError ?? '') !== '')).toEqual([])
  })

  it.each(ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))))(
    '%s has numbers',
    async (record) => expect(hasData(await askRange(record))).toBe(true),
  )

  it('add as many series as docs/monitoring.md says', async () => {
    const denials = REASON_NAMES.filter((r) => REASONS[r].class !== 'unavailable' && !r.startsWith('nonce_')).length
    const [count] = await world.prometheus.query('count({__name__=~"(?:all|namespace_job.*):.+"})')
    // One job, one route that observes.
    expect(count?.values[0]?.[1]).toBe(String(22 + denials + 2 + 2))
    expect(readFileSync('docs/monitoring.md', 'utf8')).toContain(`22 + ${denials} for each namespace and job`)
  })

  it('wake and tell for what went wrong here, in words without a gap', async () => {
    const seen = new Set<string>()
    for (const { metric } of await askRange('ALERTS')) seen.add(metric['alertname'] ?? '')
    for (const alert of [
      'HoldfastFailOpen',
      'HoldfastEnvoyFailsOpen',
      'HoldfastEnvoyDisabled',
      'HoldfastReplayStoreDown',
      'HoldfastReplaySurge',
      'HoldfastStolenSessionSurge',
      'HoldfastConfigReloadFailed',
      'HoldfastInsecureSetting',
    ]) {
      expect(seen).toContain(alert)
    }
    for (const { annotations } of await world.prometheus.alerts()) {
      expect(Object.values(annotations).join()).not.toMatch(/<error|<no value>|NaN/)
    }
  })

  it('are not even pending for what did not happen', async () => {
    const names = new Set((await world.prometheus.alerts()).map(({ labels }) => labels['alertname']))
    expect(names.size).toBeGreaterThan(5)
    for (const alert of [
      'HoldfastAbsent',
      'HoldfastTargetDown',
      'HoldfastBypass',
      'HoldfastClockSkew',
      'HoldfastInternalError',
    ]) {
      expect(names).not.toContain(alert)
    }
  })
})

describe('G3 dashboards', () => {
  it.each(QUERIES)('$name has data: $expr', async ({ expr }) => {
    expect(hasData(await askRange(expr))).toBe(true)
  })

  it('find the values of their variables', async () => {
    for (const { type, query } of dashboards()[0]?.templating.list ?? []) {
      if (type !== 'query') continue
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? []
      const series = await world.prometheus.query(selector.replaceAll(/"\$\w+"/g, '".*"'))
      expect(series.length).toBeGreaterThan(0)
      expect(series[0]?.metric).toHaveProperty(label)
    }
  })
})

describe('G6 safe to enforce', () => {
  const hasty = { ...GATE_PARAMETERS, windowSeconds: 12, stepSeconds: 1, minimumChecks: 5, minimumCoverage: 0.5 }

  it('is no for a route with bearers, and says which condition is not met', async () => {
    const atSeconds = world.startSeconds + TRAFFIC_SECONDS
    const [gate] = await world.prometheus.query(safeToEnforce({ route: 'legacy' }, hasty), atSeconds)
    expect(gate?.values[0]?.[1]).toBe('0')
    const answers = await Promise.all(
      safeToEnforceConditions({ route: 'legacy' }, hasty).map(async ({ name, expr }) => {
        const [answer] = await world.prometheus.query(expr, atSeconds)
        return [name, answer?.values[0]?.[1]] as const
      }),
    )
    expect(Object.fromEntries(answers)).toMatchObject({ observed: '1', scraped: '1', traffic: '1', clean: '0' })
  })

  it('has no answer for a route that does not observe', async () => {
    expect(await world.prometheus.query(safeToEnforce({ route: 'payments' }, hasty))).toEqual([])
  })
})

describe('runbooks', () => {
  it.each(runbookQueries())('the queries for $alert can be asked: $query', async ({ query }) => {
    await expect(askRange(query)).resolves.toBeInstanceOf(Array)
  })
})
