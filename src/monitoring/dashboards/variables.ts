/** What a dashboard can be narrowed to, and the selectors that narrow every query alike. */
import { METRIC_PREFIX, type MetricName } from '../../observability/metric-table.ts'
import { histogram, matchers, metric, series } from '../promql.ts'
import { DATASOURCE } from './panel.ts'

type HistogramName = Parameters<typeof histogram>[0]

const OWN = 'namespace=~"$namespace",job=~"$job",instance=~"$instance"'
/** Recorded numbers are of a whole job. */
const OWNER = 'namespace=~"$namespace",job=~"$job"'
const ENVOY = 'job=~"$envoy_job"'
/** The range that Grafana fits to the width of a panel and the scrape interval. */
export const RATE = '[$__rate_interval]'
/** What is looked at. */
export const RANGE = '[$__range]'

/** A metric of ours, narrowed. */
export function own(name: MetricName, more?: string): string {
  return metric(name, matchers(OWN, more))
}

export function ownHistogram(name: HistogramName, part: 'bucket' | 'sum' | 'count', more?: string): string {
  return histogram(name, part, matchers(OWN, more))
}

/** A metric of the process or of Node. */
export function ofProcess(name: string, more?: string): string {
  return series(name, matchers(OWN, more))
}

export function recorded(name: string, more?: string): string {
  return series(name, matchers(OWNER, more))
}

/** A counter of Envoy; its targets are not ours. */
export function ofEnvoy(name: string, more?: string): string {
  return series(`envoy_http_${name}`, matchers(ENVOY, more))
}

export const ROUTE = 'route=~"$route"'

/** `all` stands for every value, and where a label may be missing for that too. */
function query(name: string, label: string, definition: string, all: '.+' | '.*') {
  return {
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    definition,
    query: definition,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: all,
    current: { selected: true, text: ['All'], value: ['$__all'] },
    options: [],
    hide: 0,
    regex: '',
    skipUrlSync: false,
  }
}

export function variables() {
  const build = `${METRIC_PREFIX}build_info`
  const ours = series(build, 'namespace=~"$namespace",job=~"$job"')
  const routes = metric('route_decisions_total', OWNER)
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      refresh: 1,
      hide: 0,
      includeAll: false,
      multi: false,
      current: {},
      options: [],
      regex: '',
      skipUrlSync: false,
    },
    query('namespace', 'Namespace', `label_values(${build}, namespace)`, '.*'),
    query('job', 'Job', `label_values(${series(build, 'namespace=~"$namespace"')}, job)`, '.+'),
    query('instance', 'Instance', `label_values(${ours}, instance)`, '.+'),
    query('route', 'Route', `label_values(${routes}, route)`, '.+'),
    query('envoy_job', 'Job of Envoy', 'label_values(envoy_http_ext_authz_ok, job)', '.+'),
  ]
}
