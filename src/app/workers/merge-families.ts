/** The arithmetic of several workers' numbers: one family of each name, one sample of each series. */
import type { NumberFamily, NumberSample } from '../../observability/number-families.ts'
import { GAUGE_RULES, type MergeRule } from './merge-rules.ts'

export type Families = readonly NumberFamily[]

const COMBINE: Readonly<Record<MergeRule, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  first: (a) => a,
}

/** In the order in which families and series first come: the first of `all` should be the supervisor's. */
export function mergeFamilies(all: readonly Families[]): Families {
  const byName = new Map<string, NumberFamily[]>()
  for (const family of all.flat()) {
    const same = byName.get(family.name)
    if (same === undefined) byName.set(family.name, [family])
    else same.push(family)
  }
  return [...byName.values()].map(mergeOne)
}

function mergeOne(same: readonly NumberFamily[]): NumberFamily {
  const { name, help, type } = same[0] as NumberFamily
  const combine = COMBINE[type === 'gauge' ? (GAUGE_RULES.get(name) ?? 'sum') : 'sum']
  const samples = new Map<string, NumberSample>()
  for (const sample of same.flatMap(({ values }) => values)) {
    const key = seriesOf(sample)
    const before = samples.get(key)
    samples.set(key, before === undefined ? sample : { ...sample, value: combine(before.value, sample.value) })
  }
  return { name, help, type, values: [...samples.values()] }
}

/** What a worker that ended leaves behind: counts never run backwards, gauges end with what they measured. */
export function lasting(families: Families): Families {
  return families.filter(({ type }) => type === 'counter' || type === 'histogram')
}

/**
 * What is left of `past` when only the series of `living` count: a change of the configuration ends series, and the dead do
 * not bring them back.
 */
export function ofSeriesIn(living: Families, past: Families): Families {
  const known = new Set(living.flatMap(({ name, values }) => values.map((sample) => `${name} ${seriesOf(sample)}`)))
  return past.map((family) => ({
    ...family,
    values: family.values.filter((sample) => known.has(`${family.name} ${seriesOf(sample)}`)),
  }))
}

function seriesOf({ metricName, labels }: NumberSample): string {
  return JSON.stringify([metricName, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])
}
