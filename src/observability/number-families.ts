/** Metric families as plain data: what one process hands to another, and what a page of several processes is rendered from. */
import { type Metric, Registry } from 'prom-client'

export interface NumberSample {
  /** Of a histogram: the family's name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

export interface NumberFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly values: readonly NumberSample[]
}

export interface Exposition {
  readonly contentType: string
  readonly body: string
}

/** All families of a registry as they stand now. */
export async function familiesOf(registry: Registry): Promise<readonly NumberFamily[]> {
  // prom-client's own type leaves out `metricName`, which its histograms have.
  const families = (await registry.getMetricsAsJSON()) as unknown as readonly NumberFamily[]
  return families.map(({ name, help, type, values }) => ({ name, help, type, values }))
}

/** In Prometheus' text format, in the order given. */
export async function renderFamilies(families: readonly NumberFamily[]): Promise<Exposition> {
  const registry = new Registry()
  // The registry asks a metric for its name and for get(), nothing else.
  for (const family of families) {
    registry.registerMetric({ name: family.name, get: async () => family } as unknown as Metric)
  }
  return { contentType: registry.contentType, body: await registry.metrics() }
}
