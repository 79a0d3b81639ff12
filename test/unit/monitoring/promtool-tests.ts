/** From the table of cases to the test file of `promtool test rules`, and what promtool says to it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { isAlert, type Rule } from '../../../src/monitoring/rule.ts'
import { ruleGroups } from '../../../src/monitoring/rules.ts'
import { findPromtool } from '../../support/promtool.ts'
import { type AlertCases, type Scenario, seriesOf } from './cases/case.ts'

/** Undefined when all is as the case says; else promtool's own words. */
export function judgeAlert({ alert, longWindow, labels, fires, silent }: AlertCases): string | undefined {
  const window = longWindow === undefined ? {} : { long_window: longWindow }
  const name = { alertname: alert, alertstate: 'firing', ...window }
  return runPromtool(rulesOf(alert), [
    testOf(fires, seriesOf('ALERTS', { ...name, ...labels }), true),
    ...silent.map((scenario) => testOf(scenario, seriesOf('ALERTS', name), false)),
  ])
}

/** The alert with what it reads, in this order: promtool evaluates groups in any. */
function rulesOf(alert: string): readonly Rule[] {
  const rules = ruleGroups().flatMap((group) => group.rules)
  const alerts = rules.filter(isAlert).filter((rule) => rule.alert === alert)
  const read = rules.filter((rule) => !isAlert(rule) && alerts.some(({ expr }) => expr.includes(rule.record)))
  return [...read, ...alerts]
}

function testOf({ title, series, interval = '1m', at }: Scenario, alerts: string, firing: boolean): PromtoolTest {
  return {
    name: title,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: `count(${alerts}) or vector(0)`,
        eval_time: at,
        exp_samples: [{ labels: '{}', value: firing ? 1 : 0 }],
      },
    ],
  }
}

export interface PromtoolTest {
  readonly name: string
  readonly interval: string
  readonly input_series: readonly { readonly series: string; readonly values: string }[]
  readonly promql_expr_test: readonly {
    readonly expr: string
    readonly eval_time: string
    readonly exp_samples: readonly { readonly labels: string; readonly value: number }[]
  }[]
}

/** Each test in a file of its own: rules are evaluated as often as its samples come. */
export function runPromtool(rules: readonly Rule[], tests: readonly PromtoolTest[]): string | undefined {
  const promtool = findPromtool()
  if (promtool === undefined) throw new Error('no promtool: type "npm run setup -- promtool", then run the test again')
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-rules-'))
  const write = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), stringify(content, { lineWidth: 0 }))
    return join(folder, name)
  }
  try {
    const rulesFile = write('rules.yaml', { groups: [{ name: 'tried', rules }] })
    const files = tests.map((one, index) =>
      write(`${index}.yaml`, { rule_files: [rulesFile], evaluation_interval: one.interval, tests: [one] }),
    )
    const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', ...files], { encoding: 'utf8' })
    return status === 0 ? undefined : `${stdout}${stderr}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
