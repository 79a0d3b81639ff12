/**
 * Small pieces of PromQL. Our metrics are named through their table, so that a renamed one does not compile; label values are
 * escaped in one place.
 */
import { METRIC_PREFIX, type METRICS, type MetricName } from '../observability/metric-table.ts'

type HistogramName = { [N in MetricName]: (typeof METRICS)[N]['type'] extends 'histogram' ? N : never }[MetricName]

/** `holdfast_NAME{selector}`; `selector` is a comma list of matchers. */
export function metric(name: MetricName, selector = ''): string {
  return series(`${METRIC_PREFIX}${name}`, selector)
}

/** A series of a histogram: its buckets, its sum or its count. */
export function histogram(name: HistogramName, part: 'bucket' | 'sum' | 'count', selector = ''): string {
  return series(`${METRIC_PREFIX}${name}_${part}`, selector)
}

export function series(name: string, selector = ''): string {
  return selector === '' ? name : `${name}{${selector}}`
}

/** A matcher for exactly this value, whatever it holds. */
export function equals(label: string, value: string): string {
  return `${label}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** Of several matchers, those that are there. */
export function matchers(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(',')
}

/** The edge of a bucket: Prometheus 3 writes whole numbers as `2.0`. */
export function edge(value: number): string {
  return Number.isInteger(value) ? `le=~"${value}(\\\\.0)?"` : `le="${value}"`
}

export function sumBy(labels: string, vector: string): string {
  return labels === '' ? `sum(${vector})` : `sum by (${labels}) (${vector})`
}

/** In the largest unit that divides it: `7d`, `90s`. */
export function duration(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}

/** Who a number belongs to; `namespace` is empty where the scraper gives none. */
export const OWNER = 'namespace, job'
export const INSTANCE = 'namespace, job, instance'

/** Reasons of the class `unavailable`: our own outage, or that of what we need. */
export const UNAVAILABLE_REASONS = '.*_unavailable|revocation_stale|deadline_exceeded|internal_error'
/** Reasons that a client mends by itself, by taking up the nonce that it is handed. */
export const NONCE_REASONS = 'nonce_required|nonce_stale'
