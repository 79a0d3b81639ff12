/** E the runbooks: a section for each alert, whole, under the anchor that the alert links to, with queries that are PromQL. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_PARAMETERS } from '../../../src/monitoring/parameters.ts'
import { isAlert } from '../../../src/monitoring/rule.ts'
import { ruleGroups } from '../../../src/monitoring/rules.ts'
import { METRIC_PREFIX, METRICS } from '../../../src/observability/metric-table.ts'
import { anchors, readDocument } from '../../docs/documents.ts'
import { parsePromql } from './promql-tree.ts'
import { PARTS, runbookQueries, runbooks } from './runbook-page.ts'

const RULES = ruleGroups().flatMap(({ rules }) => rules)
const ALERTS = RULES.filter(isAlert)
const RECORDED = new Set(RULES.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])))

describe('E runbooks', () => {
  it('there is one for each alert, and none of an alert that is gone', () => {
    expect(
      runbooks()
        .map(({ alert }) => alert)
        .sort(),
    ).toEqual([...new Set(ALERTS.map(({ alert }) => alert))].sort())
  })

  it.each(runbooks())('$alert has its parts in order, and something in each', ({ text, parts, queries }) => {
    expect(parts).toEqual(PARTS)
    expect(queries.length).toBeGreaterThan(0)
    expect(text).not.toMatch(/\*\*\w+\.\*\*\s+\*\*/)
  })

  it('the address in each alert leads to its section', () => {
    const page = anchors(readDocument('docs/runbooks.md'))
    for (const { annotations } of ALERTS) {
      const [url, anchor = ''] = annotations.runbook_url.split('#')
      expect(url).toBe(DEFAULT_PARAMETERS.runbookUrl)
      expect(page).toContain(anchor)
    }
  })

  it.each(runbookQueries())('$alert asks what can be asked: $query', ({ query }) => {
    const { faults, selectors } = parsePromql(query)
    expect(faults).toEqual([])
    for (const { metric } of selectors) {
      const name = metric.slice(METRIC_PREFIX.length).replace(/_(?:bucket|sum|count)$/, '')
      if (metric.includes(':')) expect(RECORDED).toContain(metric)
      else if (metric.startsWith(METRIC_PREFIX)) expect(METRICS).toHaveProperty(name)
      else expect(metric).toMatch(/^(?:up|process_|nodejs_|envoy_http_)/)
    }
  })

  it('breaking the glass is told step by step, each with who is unprotected by it', () => {
    const { prose } = readDocument('docs/runbooks.md')
    const steps = [...prose.matchAll(/^\| (\d)\. ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)]
    expect(steps.map(([, number]) => number)).toEqual(['1', '2', '3', '4', '5'])
    for (const [, , , , exposed = ''] of steps) expect(exposed.trim().length).toBeGreaterThan(10)
  })
})
