/** G6 the gate: each condition alone keeps it shut, and what cannot be shown is not safe. */
import { describe, expect, it } from 'vitest'
import {
  type GateConditionName,
  type GateParameters,
  safeToEnforce,
  safeToEnforceConditions,
  wouldBeRefused,
} from '../../../src/monitoring/safe-to-enforce.ts'
import { grows, OWNER, own, seriesOf, stays } from './cases/case.ts'
import { parsePromql } from './promql-tree.ts'
import { runPromtool } from './promtool-tests.ts'

/** An hour instead of a week; otherwise as it is. */
const HOUR: GateParameters = {
  windowSeconds: 3_600,
  stepSeconds: 60,
  minimumChecks: 1_000,
  minimumCoverage: 0.95,
  maximumNonceShare: 0.05,
  jobPattern: '.*holdfast.*',
}

const UP = seriesOf('up', { ...OWNER, instance: 'a' })
const CHECKS = own('route_decisions_total', { route: 'legacy', verdict: 'allow' })
const wouldDeny = (reason: string): string => own('would_deny_total', { route: 'legacy', reason })

/** Twenty checks a minute for two hours, and nothing to refuse. */
const GOOD = {
  [UP]: stays(1, 130),
  [CHECKS]: grows(20, 130),
  [wouldDeny('token_unbound')]: stays(0, 130),
  [wouldDeny('nonce_required')]: stays(0, 130),
}

/** What the gate and each of its conditions answer after two hours; undefined: nothing. */
function judge(series: Readonly<Record<string, string>>, answers: Readonly<Record<string, number | undefined>>) {
  const exprs = new Map<string, string>([
    ['gate', safeToEnforce({ route: 'legacy' }, HOUR)],
    ...safeToEnforceConditions({ route: 'legacy' }, HOUR).map(({ name, expr }) => [name, expr] as const),
  ])
  return runPromtool(
    [],
    [
      {
        name: 'gate',
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: Object.entries(answers).map(([name, value]) => ({
          expr: `sum(${exprs.get(name)})`,
          eval_time: '120m',
          exp_samples: value === undefined ? [] : [{ labels: '{}', value }],
        })),
      },
    ],
  )
}

const ALL_HOLD = { observed: 1, scraped: 1, traffic: 1, judged: 1, clean: 1 }

interface OneWrong {
  readonly fails: GateConditionName
  readonly title: string
  readonly series: Readonly<Record<string, string>>
}

const ONE_WRONG: readonly OneWrong[] = [
  {
    fails: 'clean',
    title: 'one request would have been refused',
    series: { [wouldDeny('token_unbound')]: '0+0x90 1+0x40' },
  },
  { fails: 'traffic', title: 'too few checks', series: { [CHECKS]: grows(10, 130) } },
  {
    fails: 'judged',
    title: 'a tenth of the checks ended at the nonce',
    series: { [wouldDeny('nonce_required')]: grows(2, 130) },
  },
  { fails: 'scraped', title: 'a quarter of the scrapes failed', series: { [UP]: '1+0x90 0+0x14 1+0x26' } },
  {
    fails: 'observed',
    title: 'it began to observe half an hour ago',
    series: { [wouldDeny('token_unbound')]: '_x90 0+0x40', [wouldDeny('nonce_required')]: '_x90 0+0x40' },
  },
]

describe('G6 safe to enforce', () => {
  it('opens where all conditions hold, and only then', () => {
    expect(judge(GOOD, { gate: 1, ...ALL_HOLD })).toBeUndefined()
  })

  it.each(ONE_WRONG)('stays shut: $title', ({ fails, series }) => {
    expect(judge({ ...GOOD, ...series }, { gate: 0, ...ALL_HOLD, [fails]: 0 })).toBeUndefined()
  })

  it('a few nonces after a start keep nobody out', () => {
    expect(judge({ ...GOOD, [wouldDeny('nonce_required')]: '0+0x90 9+0x40' }, { gate: 1 })).toBeUndefined()
  })

  it.each([
    ['a route that enforces', { [UP]: GOOD[UP], [CHECKS]: GOOD[CHECKS] }],
    ['nothing known of the scrapes', { ...GOOD, [UP]: '_x130' }],
    ['nothing known at all', { [UP]: GOOD[UP] }],
  ])('has no answer, which is not safe: %s', (_, series) => {
    const known = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values ?? '_']))
    expect(judge(known, { gate: undefined })).toBeUndefined()
  })

  it('asks for one namespace, job and route, whatever their names hold', () => {
    const selection = { route: 'a"} or vector(1) or x{b="\\', namespace: 'shop', job: 'holdfast' }
    for (const expr of [safeToEnforce(selection), wouldBeRefused(selection)]) {
      const { faults, selectors } = parsePromql(expr)
      expect(faults).toEqual([])
      for (const { metric, matchers } of selectors) {
        if (metric !== 'up') expect(matchers.get('route')).toBe('="a\\"} or vector(1) or x{b=\\"\\\\"')
        expect(matchers.get('namespace')).toBe('="shop"')
      }
    }
  })

  it('tells who would break, by reason', () => {
    const series = { ...GOOD, [wouldDeny('token_unbound')]: grows(2, 130) }
    const test = {
      name: 'who',
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `round(${wouldBeRefused({ route: 'legacy' }, HOUR)})`,
          eval_time: '120m',
          exp_samples: [{ labels: seriesOf('', { ...OWNER, route: 'legacy', reason: 'token_unbound' }), value: 120 }],
        },
      ],
    }
    expect(runPromtool([], [test])).toBeUndefined()
  })
})
