/**
 * Metric families whose series are plain numbers. prom-client hashes the labels on each `inc`, children included; here a
 * series is found once and counting is an addition. prom-client still does the exposition: a family is a metric to its
 * registry.
 */
import type { Metric, MetricObjectWithValues, MetricValue, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>
/** Every label of a family, each time. */
type LabelValues<L extends string> = Readonly<Record<L, string>>

/** One series of a counter or gauge. */
export interface Cell {
  value: number
}

export interface Scalars<L extends string> {
  /** The series with these labels, made at 0 when it is not there yet. */
  cell(labels: LabelValues<L>): Cell
  /** A series whose value is asked for on each scrape. */
  read(labels: LabelValues<L>, value: () => number): void
  /** Ends all other series: the configuration lost what they counted. */
  keepOnly(keep: (labels: LabelValues<L>) => boolean): void
}

export interface Histogram {
  observe(value: number): void
}

export interface Histograms<L extends string> {
  /** The series with these labels, made empty when it is not there yet. */
  histogram(labels: LabelValues<L>): Histogram
}

interface ScalarSeries extends Cell {
  readonly labels: Labels
  read: (() => number) | undefined
}

export function scalars<L extends string>(
  registry: Registry,
  type: 'counter' | 'gauge',
  name: string,
  help: string,
): Scalars<L> {
  const series = new Map<string, ScalarSeries>()
  register(registry, type, name, help, () =>
    [...series.values()].map(({ labels, value, read }) => ({ labels, value: read === undefined ? value : read() })),
  )

  function cell(labels: Labels): ScalarSeries {
    const key = keyOf(labels)
    const known = series.get(key)
    if (known !== undefined) return known
    const made: ScalarSeries = { labels, value: 0, read: undefined }
    series.set(key, made)
    return made
  }

  return {
    cell,
    read(labels, value) {
      cell(labels).read = value
    },
    keepOnly(keep) {
      for (const [key, { labels }] of series) if (!keep(labels as LabelValues<L>)) series.delete(key)
    },
  }
}

interface HistogramSeries extends Histogram {
  readonly labels: Labels
  /** One more than there are edges: the last is above them all. */
  readonly counts: number[]
  sum(): number
}

/** `edges` rise strictly; each is the inclusive upper end of its bucket. */
export function histograms<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  edges: readonly number[],
): Histograms<L> {
  const series = new Map<string, HistogramSeries>()
  register(registry, 'histogram', name, help, () => [...series.values()].flatMap((one) => exposed(name, one, edges)))
  return {
    histogram(labels) {
      const key = keyOf(labels)
      const known = series.get(key)
      if (known !== undefined) return known
      const made = makeSeries(labels, edges)
      series.set(key, made)
      return made
    },
  }
}

function makeSeries(labels: Labels, edges: readonly number[]): HistogramSeries {
  const counts = new Array<number>(edges.length + 1).fill(0)
  let sum = 0
  return {
    labels,
    counts,
    sum: () => sum,
    observe(value) {
      if (!Number.isFinite(value)) return
      let i = 0
      while (i < edges.length && value > (edges[i] as number)) i++
      counts[i] = (counts[i] as number) + 1
      sum += value
    },
  }
}

function exposed(name: string, series: HistogramSeries, edges: readonly number[]): Value[] {
  const { labels, counts } = series
  let total = 0
  const buckets = counts.map((count, i) => {
    total += count
    const le = i < edges.length ? String(edges[i]) : '+Inf'
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: series.sum() },
    { metricName: `${name}_count`, labels, value: total },
  ]
}

type Value = MetricValue<string> & { readonly metricName?: string }

function register(
  registry: Registry,
  type: 'counter' | 'gauge' | 'histogram',
  name: string,
  help: string,
  values: () => Value[],
): void {
  const metric = {
    name,
    help,
    type,
    get: async () =>
      ({ name, help, type, values: values(), aggregator: 'sum' }) as unknown as MetricObjectWithValues<Value>,
  }
  // The registry asks a metric for its name and for get(), nothing else.
  registry.registerMetric(metric as unknown as Metric)
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
