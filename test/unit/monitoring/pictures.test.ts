/** The drawing of dashboards: numbers as their units say, nothing from the data as markup, nothing hidden that is missing. */
import { describe, expect, it } from 'vitest'
import { formatValue, ticks, timeTicks } from '../../../scripts/dashboard-pictures/format.ts'
import { pageOf } from '../../../scripts/dashboard-pictures/page.ts'
import { panelsOf, queriesOf } from '../../../scripts/monitoring/ask.ts'
import { dashboards } from '../../../src/monitoring/dashboards/dashboards.ts'
import type { Unit } from '../../../src/monitoring/dashboards/panel.ts'

const SPAN = { startSeconds: 1_000, endSeconds: 1_100 }

describe('pictures of dashboards', () => {
  it.each<[number, Unit, number | undefined, string]>([
    [0.99912, 'percentunit', 2, '99.91 %'],
    [0.0004, 's', undefined, '400 µs'],
    [0.025, 's', undefined, '25 ms'],
    [150, 's', undefined, '2.5 min'],
    [-1.5, 's', undefined, '-1.5 s'],
    [268_435_456, 'bytes', undefined, '256 MiB'],
    [0, 'bytes', undefined, '0 B'],
    [87.44, 'reqps', undefined, '87.4 req/s'],
    [1, 'bool_yes_no', undefined, 'Yes'],
    [Number.NaN, 'short', undefined, '–'],
  ])('%d in %s is %s', (value, unit, decimals, text) => {
    expect(formatValue(value, unit, decimals)).toBe(text)
  })

  it('marks axes at round numbers', () => {
    expect(ticks(0, 0.9, 4)).toEqual([0, 0.5])
    expect(ticks(-1, 3, 4)).toEqual([-1, 0, 1, 2, 3])
    expect(ticks(0, 3 * 1_048_576, 3, 1_048_576)).toEqual([0, 1, 2, 3].map((n) => n * 1_048_576))
    expect(timeTicks(95, 6)).toEqual([0, 30, 60, 90])
  })

  it.each(dashboards())('$uid says where there is no data, and shows names as text', (dashboard) => {
    const [first] = panelsOf(dashboard)
    if (first === undefined) throw new Error('a dashboard has panels')
    const drawn = [{ name: '<b>x</b>', labels: {}, values: [[1_000, 1] as const, [1_001, 2] as const] }]
    const data = new Map(panelsOf(dashboard).map((panel) => [panel, panel.type === 'timeseries' ? drawn : []]))
    const { html, heightPx } = pageOf(dashboard, data, SPAN, 'a caption')
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;')
    expect(html).not.toContain('<b>x</b>')
    expect(html).toContain('No data')
    expect(html).toContain('a caption')
    expect(html).not.toMatch(/https?:|url\(|<script/)
    expect(heightPx).toBeGreaterThan(500)
  })

  it.each(dashboards())('$uid is asked without a variable left over', (dashboard) => {
    const queries = queriesOf(dashboard, { rateInterval: '5m', range: '6h' })
    expect(queries.length).toBeGreaterThan(20)
    for (const { expr } of queries) expect(expr).not.toMatch(/\$|unknown/)
  })
})
