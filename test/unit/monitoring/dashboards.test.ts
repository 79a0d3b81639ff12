/** The rules of Grafana's linter for dashboards, and what we ask beyond them. Names are those of the linter. */
import { describe, expect, it } from 'vitest'
import type { DashboardJson } from '../../../src/monitoring/dashboards/dashboard.ts'
import { dashboards } from '../../../src/monitoring/dashboards/dashboards.ts'
import type { PanelJson } from '../../../src/monitoring/dashboards/panel.ts'
import { DASHBOARD_UIDS } from '../../../src/monitoring/dashboards/uids.ts'
import { DEFAULT_PARAMETERS } from '../../../src/monitoring/parameters.ts'
import { isAlert } from '../../../src/monitoring/rule.ts'
import { ruleGroups } from '../../../src/monitoring/rules.ts'
import { METRIC_PREFIX, METRICS } from '../../../src/observability/metric-table.ts'
import { parsePromql, type Selector } from './promql-tree.ts'

const ALL = dashboards()
const UNITS = new Set(['reqps', 'ops', 's', 'bytes', 'percentunit', 'short', 'bool_yes_no', 'dateTimeFromNow'])
const RECORDED = new Set(ruleGroups().flatMap(({ rules }) => rules.flatMap((r) => (isAlert(r) ? [] : [r.record]))))
const ALERTS = new Set(ruleGroups().flatMap(({ rules }) => rules.filter(isAlert).map(({ alert }) => alert)))
const COLUMNS = 24

function panelsOf(dashboard: DashboardJson): readonly PanelJson[] {
  return dashboard.panels.flatMap((panel) => ('targets' in panel ? [panel] : []))
}

const PANELS = ALL.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ name: `${dashboard.uid}: ${panel.title}`, panel })),
)
const TARGETS = PANELS.flatMap(({ name, panel }) =>
  panel.targets.map(({ refId, expr }) => ({ name: `${name} ${refId}`, expr })),
)

/** Who is asked: an instance of ours, a whole job, Envoy, the alerts, or everything that is scraped. */
function kindOf({ metric }: Selector): 'own' | 'recorded' | 'envoy' | 'alerts' | 'all' {
  if (metric.startsWith('all:')) return 'all'
  if (metric.includes(':')) return 'recorded'
  if (metric.startsWith('envoy_')) return 'envoy'
  return metric === 'ALERTS' ? 'alerts' : 'own'
}

function isCounter({ metric }: Selector): boolean {
  return /(?:_total|_count|_sum|_bucket)$/.test(metric) && !metric.includes(':')
}

describe('C4 dashboards', () => {
  it('have the stable uids that alerts link to', () => {
    expect(ALL.map(({ uid }) => uid)).toEqual(DASHBOARD_UIDS)
    expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length)
  })

  it.each(ALL)('$uid is uneditable, links to runbooks and to the others', (dashboard) => {
    expect(dashboard.editable).toBe(false)
    expect(dashboard.schemaVersion).toBeGreaterThan(35)
    const urls = dashboard.links.map(({ url }) => url)
    expect(urls).toContain(DEFAULT_PARAMETERS.runbookUrl)
    const others = DASHBOARD_UIDS.filter((uid) => uid !== dashboard.uid)
    expect(urls).toEqual(expect.arrayContaining(others.map((uid) => `/d/${uid}`)))
  })

  it.each(ALL)(
    '$uid: template-datasource, template-job, template-instance, template-on-time-change-reload',
    (dashboard) => {
      const variables = new Map(dashboard.templating.list.map((variable) => [variable.name, variable]))
      expect([...variables.keys()]).toEqual(['datasource', 'namespace', 'job', 'instance', 'route', 'envoy_job'])
      expect(variables.get('datasource')).toMatchObject({ type: 'datasource', query: 'prometheus' })
      for (const variable of [...variables.values()].filter(({ type }) => type === 'query')) {
        expect(variable).toMatchObject({
          multi: true,
          includeAll: true,
          refresh: 2,
          datasource: { uid: '$datasource' },
        })
        // Only a label that may be missing may match nothing.
        expect(variable).toMatchObject({ allValue: variable.name === 'namespace' ? '.*' : '.+' })
      }
    },
  )

  it.each(ALL)('$uid: template-label-promql', (dashboard) => {
    for (const { type, query } of dashboard.templating.list) {
      if (type !== 'query') continue
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? []
      expect(parsePromql(selector).faults).toEqual([])
      expect(label).toMatch(/^(?:namespace|job|instance|route)$/)
    }
  })

  it.each(ALL)('$uid: panels lie side by side, and each id is one panel', (dashboard) => {
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const taken = new Set<string>()
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(COLUMNS)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false)
          taken.add(`${x},${y}`)
        }
      }
    }
  })
})

describe('C4 panels', () => {
  it.each(PANELS)('$name: panel-title-description, panel-units, panel-datasource, panel-no-targets', ({ panel }) => {
    expect(panel.title).toMatch(/^[A-Z].{3,50}$/)
    expect(panel.description).toMatch(/^[A-Z].{20,}\.$/)
    expect(UNITS).toContain(panel.fieldConfig.defaults.unit)
    expect(panel.datasource).toEqual({ type: 'prometheus', uid: '$datasource' })
    expect(panel.targets.length).toBeGreaterThan(0)
    for (const target of panel.targets) {
      expect(target.datasource).toEqual(panel.datasource)
      expect(target.legendFormat).not.toBe('')
    }
    expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length)
  })

  it.each(PANELS)('$name: its runbook is that of an alert', ({ panel }) => {
    for (const { title, url } of panel.links) {
      const alert = title.replace('Runbook ', '')
      expect(ALERTS).toContain(alert)
      expect(url).toBe(`${DEFAULT_PARAMETERS.runbookUrl}#${alert.toLowerCase()}`)
    }
  })

  it('a table that shows the number has one query, since several would have several numbers', () => {
    for (const { panel } of PANELS.filter((one) => one.panel.type === 'table')) expect(panel.targets).toHaveLength(1)
  })
})

describe('C4 queries', () => {
  it.each(TARGETS)('$name: target-promql, of metrics that there are', ({ expr }) => {
    const { faults, selectors } = parsePromql(expr)
    expect(faults).toEqual([])
    expect(selectors.length).toBeGreaterThan(0)
    for (const { metric } of selectors) {
      const name = metric.slice(METRIC_PREFIX.length)
      if (metric.includes(':')) expect(RECORDED).toContain(metric)
      else if (metric.startsWith(METRIC_PREFIX))
        expect(METRICS).toHaveProperty(name.replace(/_(?:bucket|sum|count)$/, ''))
      else expect(metric).toMatch(/^(?:process_|nodejs_|envoy_http_|ALERTS$)/)
    }
  })

  it.each(TARGETS)('$name: target-job, target-instance', ({ expr }) => {
    for (const selector of parsePromql(expr).selectors) {
      const { matchers } = selector
      const kind = kindOf(selector)
      if (kind === 'own' || kind === 'recorded') {
        expect(matchers.get('namespace')).toBe('=~"$namespace"')
        expect(matchers.get('job')).toBe('=~"$job"')
      }
      if (kind === 'own') expect(matchers.get('instance')).toBe('=~"$instance"')
      if (kind === 'envoy') expect(matchers.get('job')).toBe('=~"$envoy_job"')
    }
  })

  it.each(TARGETS)('$name: target-counter-agg, target-rate-interval', ({ expr }) => {
    for (const selector of parsePromql(expr).selectors) {
      const { callee, range } = selector
      if (isCounter(selector)) expect(['rate', 'increase']).toContain(callee)
      if (callee === 'rate') expect(range).toBe('$__rate_interval')
      if (callee === 'increase') expect(range).toBe('$__range')
    }
  })

  it('the linter of these tests sees what it looks for', () => {
    expect(parsePromql('sum(rate(x_total{job=~"$job"}[5m])').faults).not.toEqual([])
    expect(parsePromql('sum by (a) (rate(x_total{job=~"$job",a="b"}[$__rate_interval])) / y').selectors).toEqual([
      {
        metric: 'x_total',
        matchers: new Map([
          ['job', '=~"$job"'],
          ['a', '="b"'],
        ]),
        range: '$__rate_interval',
        callee: 'rate',
      },
      { metric: 'y', matchers: new Map(), range: undefined, callee: undefined },
    ])
  })
})
