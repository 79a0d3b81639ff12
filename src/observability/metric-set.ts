/** All families of the table in one registry, with the process and Node metrics that prom-client brings. */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { type Histograms, histograms, type Scalars, scalars } from './families.ts'
import { METRIC_PREFIX, METRICS, type MetricName } from './metric-table.ts'
import { type Exposition, familiesOf, type NumberFamily } from './number-families.ts'

type LabelsOf<N extends MetricName> = (typeof METRICS)[N]['labels'][number]
type NamesOf<T> = { [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never }[MetricName]
type ScalarName = NamesOf<'counter' | 'gauge'>
type HistogramName = NamesOf<'histogram'>

export interface MetricSet {
  scalars<N extends ScalarName>(name: N): Scalars<LabelsOf<N>>
  histograms<N extends HistogramName>(name: N): Histograms<LabelsOf<N>>
  /** The exposition in Prometheus' text format. */
  render(): Promise<Exposition>
  /** The same as plain data, for a process that adds up several. */
  families(): Promise<readonly NumberFamily[]>
}

/** Gauges whose names end in `_total`, which is a counter's ending: `promtool check metrics` refuses them. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

export function makeMetricSet(): MetricSet {
  const registry = new Registry()
  const allScalars = new Map<MetricName, Scalars<string>>()
  const allHistograms = new Map<MetricName, Histograms<string>>()
  for (const name of Object.keys(METRICS) as MetricName[]) {
    const { type, help, edges } = METRICS[name]
    const fullName = `${METRIC_PREFIX}${name}`
    if (type === 'histogram') allHistograms.set(name, histograms(registry, fullName, help, edges))
    else allScalars.set(name, scalars(registry, type, fullName, help))
  }
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED_DEFAULTS) registry.removeSingleMetric(name)
  return {
    // The maps hold what the table says, family by family.
    scalars: (name) => allScalars.get(name) as Scalars<string>,
    histograms: (name) => allHistograms.get(name) as Histograms<string>,
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    families: () => familiesOf(registry),
  }
}
