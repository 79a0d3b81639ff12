import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lasting, mergeFamilies, ofSeriesIn } from '../../../../src/app/workers/merge-families.ts'
import { GAUGE_RULES, type MergeRule } from '../../../../src/app/workers/merge-rules.ts'
import { makeMetricSet } from '../../../../src/observability/metric-set.ts'
import { METRIC_PREFIX, METRICS } from '../../../../src/observability/metric-table.ts'
import { type NumberFamily, renderFamilies } from '../../../../src/observability/number-families.ts'

type Series = Readonly<Record<string, number>>

function family(name: string, type: NumberFamily['type'], series: Series): NumberFamily {
  return {
    name,
    type,
    help: 'help',
    values: Object.entries(series).map(([label, value]) => ({ labels: { label }, value })),
  }
}

const counter = (series: Series): NumberFamily => family('things_total', 'counter', series)
const gauge = (name: string, value: number): NumberFamily => family(name, 'gauge', { one: value })

function valuesOf(families: readonly NumberFamily[]): Series {
  return Object.fromEntries(families.flatMap(({ values }) => values.map((one) => [one.labels['label'], one.value])))
}

describe('the rules', () => {
  it('are there for every gauge that is exposed, ours and the process, and for nothing else', async () => {
    const families = await makeMetricSet().families()
    const gauges = families.filter(({ type }) => type === 'gauge').map(({ name }) => name)
    const ours = Object.keys(METRICS).filter((name) => METRICS[name as keyof typeof METRICS].type === 'gauge')
    expect(gauges).toEqual(expect.arrayContaining(ours.map((name) => `${METRIC_PREFIX}${name}`)))
    expect([...GAUGE_RULES.keys()].sort()).toEqual([...gauges].sort())
  })

  it('all other families are of types that add up', async () => {
    const types = new Set((await makeMetricSet().families()).map(({ type }) => type))
    expect(types).toEqual(new Set(['counter', 'gauge', 'histogram']))
  })

  it.each<[string, MergeRule, number]>([
    ['holdfast_checks_in_flight', 'sum', 12],
    ['holdfast_store_degraded', 'max', 7],
    ['holdfast_component_ready', 'min', 2],
    ['process_start_time_seconds', 'first', 3],
  ])('%s: %s', (name, rule, expected) => {
    expect(GAUGE_RULES.get(name)).toBe(rule)
    expect(valuesOf(mergeFamilies([3, 7, 2].map((value) => [gauge(name, value)])))).toEqual({ one: expected })
  })
})

describe('mergeFamilies', () => {
  it('adds up counters series by series, whatever the order of their labels', () => {
    const labels = [
      { a: 'x', b: 'y' },
      { b: 'y', a: 'x' },
      { a: 'y', b: 'x' },
    ]
    const all = labels.map((one) => [{ ...counter({}), values: [{ labels: one, value: 1 }] }])
    expect(mergeFamilies(all)[0]?.values).toEqual([
      { labels: labels[1], value: 2 },
      { labels: labels[2], value: 1 },
    ])
  })

  it('adds up histograms bucket by bucket', async () => {
    const sets = [makeMetricSet(), makeMetricSet()]
    sets[0]!.histograms('proof_age_seconds').histogram({}).observe(1.5)
    sets[1]!.histograms('proof_age_seconds').histogram({}).observe(20)
    const { body } = await renderFamilies(mergeFamilies(await Promise.all(sets.map((set) => set.families()))))
    expect(body).toContain('holdfast_proof_age_seconds_bucket{le="1"} 0')
    expect(body).toContain('holdfast_proof_age_seconds_bucket{le="2"} 1')
    expect(body).toContain('holdfast_proof_age_seconds_bucket{le="30"} 2')
    expect(body).toContain('holdfast_proof_age_seconds_sum 21.5')
    expect(body).toContain('holdfast_proof_age_seconds_count 2')
  })

  it('of one worker is what that worker shows, line by line', async () => {
    const set = makeMetricSet()
    set.scalars('replay_fence_timestamp_seconds').cell({}).value = Number.POSITIVE_INFINITY
    set.scalars('config_hash_info').cell({ hash: 'a"b\\c\n' }).value = 1
    const families = (await set.families()).filter(({ name }) => name.startsWith(METRIC_PREFIX))
    const { contentType, body } = await renderFamilies(mergeFamilies([families]))
    const own = await set.render()
    expect(contentType).toBe(own.contentType)
    const ours = (text: string): string[] => text.split('\n').filter((line) => line.includes(METRIC_PREFIX))
    expect(ours(body)).toEqual(ours(own.body))
    expect(body).toContain('replay_fence_timestamp_seconds +Inf')
  })
})

describe('what a dead worker leaves', () => {
  it('are its counters and histograms, not its gauges', () => {
    const left = lasting([counter({ a: 1 }), gauge('holdfast_checks_in_flight', 5), family('h', 'histogram', { a: 1 })])
    expect(left.map(({ name }) => name)).toEqual(['things_total', 'h'])
  })

  it('counts for series that the living have; a series that the configuration lost stays lost', () => {
    const past = [counter({ stays: 5, gone: 7 })]
    expect(valuesOf(ofSeriesIn([counter({ stays: 1 })], past))).toEqual({ stays: 5 })
  })

  it('keeps the sum from ever running backwards, whichever workers die and are replaced', () => {
    const steps = fc.array(fc.record({ worker: fc.nat(2), add: fc.nat(9), dies: fc.boolean() }), { maxLength: 40 })
    fc.assert(
      fc.property(steps, (history) => {
        const living = [0, 0, 0]
        let past: readonly NumberFamily[] = []
        let counted = 0
        for (const { worker, add, dies } of history) {
          counted += add
          living[worker]! += add
          if (dies) {
            past = mergeFamilies([past, lasting([counter({ a: living[worker]! })])])
            living[worker] = 0
          }
          const present = living.map((value) => [counter({ a: value })])
          expect(valuesOf(mergeFamilies([...present, ofSeriesIn(present.flat(), past)]))).toEqual({ a: counted })
        }
      }),
    )
  })
})
