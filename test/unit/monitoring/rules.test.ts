/** The rules: as committed, clean to promtool, and each alert seen to fire and seen to stay silent. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { monitoringFiles, RULES_FILE } from '../../../scripts/monitoring/files.ts'
import { REASON_NAMES, REASONS } from '../../../src/check/reasons.ts'
import { DASHBOARD_UIDS } from '../../../src/monitoring/dashboards/uids.ts'
import { DEFAULT_PARAMETERS } from '../../../src/monitoring/parameters.ts'
import { UNAVAILABLE_REASONS } from '../../../src/monitoring/promql.ts'
import { type AlertRule, isAlert } from '../../../src/monitoring/rule.ts'
import { ruleGroups } from '../../../src/monitoring/rules.ts'
import { findPromtool } from '../../support/promtool.ts'
import { CASES } from './cases/index.ts'
import { judgeAlert } from './promtool-tests.ts'

const ROOT = new URL('../../../', import.meta.url)
const RULES = fileURLToPath(new URL(RULES_FILE, ROOT))
const ALERTS: readonly AlertRule[] = ruleGroups().flatMap(({ rules }) => rules.filter(isAlert))

describe('G2 rules and dashboards are generated', () => {
  it.each(monitoringFiles())('$path is what the code says (npm run monitoring writes it)', ({ path, text }) => {
    expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(text)
  })
})

describe('G2 rules', () => {
  it('are clean to promtool, with every lint fatal', () => {
    const { status, stdout, stderr } = spawnSync(
      findPromtool() ?? 'promtool',
      ['check', 'rules', '--lint=all', '--lint-fatal', RULES],
      { encoding: 'utf8' },
    )
    expect(`${stdout}${stderr}`).toContain('SUCCESS')
    expect(status).toBe(0)
  })

  it('are recorded under names of level, metric and operation', () => {
    const names = ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])))
    expect(names.length).toBeGreaterThan(20)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names)
      expect(name).toMatch(/^(?:all|namespace_job(?:_[a-z]+)?):holdfast_[a-z_]+:[a-z_]+[a-z0-9]*$/)
  })

  it('know every reason that is an outage of ours, and no other', () => {
    const unavailable = REASON_NAMES.filter((reason) => new RegExp(`^(?:${UNAVAILABLE_REASONS})$`).test(reason))
    expect(unavailable).toEqual(REASON_NAMES.filter((reason) => REASONS[reason].class === 'unavailable'))
  })

  it('follow their parameters', () => {
    const text = JSON.stringify(
      ruleGroups({
        ...DEFAULT_PARAMETERS,
        jobPattern: 'guard',
        envoySelector: 'envoy_ext_authz_prefix="other"',
        memoryLimitBytes: 1_234,
        observeDays: 3,
        runbookUrl: 'https://wiki.example/runbooks',
      }),
    )
    for (const part of [
      'job=~\\"guard\\"',
      'prefix=\\"other\\"',
      '1234',
      '[3d:1h]',
      'https://wiki.example/runbooks#',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).not.toContain('.*holdfast.*')
    expect(text).not.toContain('prefix=\\"holdfast\\"')
  })
})

describe('G2 alerts', () => {
  it.each(ALERTS)(
    '$alert $labels.long_window says all that whoever is woken needs',
    ({ alert, labels, annotations }) => {
      expect(alert).toMatch(/^Holdfast(?:[A-Z][a-z]+)+$/)
      expect(['page', 'ticket', 'info']).toContain(labels.severity)
      expect(annotations.summary).toMatch(/^[A-Z][^{}]{10,90}\.$/)
      expect(annotations.description.length).toBeGreaterThan(annotations.summary.length)
      expect(annotations.runbook_url).toBe(`${DEFAULT_PARAMETERS.runbookUrl}#${alert.toLowerCase()}`)
      expect(DASHBOARD_UIDS.map((uid) => `${DEFAULT_PARAMETERS.dashboardUrl}/${uid}`)).toContain(
        annotations.dashboard_url,
      )
    },
  )

  it('each has a firing and a silent case, and no case is of an alert that is gone', () => {
    const keyOf = (alert: string, longWindow: string | undefined): string => `${alert} ${longWindow ?? ''}`.trim()
    const silenced = CASES.filter(({ silent }) => silent.length > 0)
    expect([...new Set(silenced.map(({ alert, longWindow }) => keyOf(alert, longWindow)))].sort()).toEqual(
      ALERTS.map(({ alert, labels }) => keyOf(alert, labels['long_window'])).sort(),
    )
  })

  it.each(CASES)('$alert fires: $fires.title', (cases) => {
    expect(judgeAlert(cases)).toBeUndefined()
  })
})
