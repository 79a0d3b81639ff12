/** The data of a dashboard, by panel: what its own queries bring. */
import type { DashboardJson } from '../../src/monitoring/dashboards/dashboard.ts'
import type { PanelJson } from '../../src/monitoring/dashboards/panel.ts'
import type { RunningPrometheus } from '../../test/support/prometheus.ts'
import { panelsOf, queriesOf, type ShownTime } from '../monitoring/ask.ts'
import type { Span } from './draw-lines.ts'

export interface Drawn {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** `[seconds, value]`; one for what is asked at one moment. */
  readonly values: readonly (readonly [number, number])[]
}

const POINTS = 120

export async function collect(
  prometheus: RunningPrometheus,
  dashboard: DashboardJson,
  span: Span,
  time: ShownTime,
): Promise<ReadonlyMap<PanelJson, readonly Drawn[]>> {
  const stepSeconds = Math.max(1, Math.round((span.endSeconds - span.startSeconds) / POINTS))
  const data = new Map<PanelJson, readonly Drawn[]>(panelsOf(dashboard).map((panel) => [panel, []]))
  for (const { panel, legend, expr } of queriesOf(dashboard, time)) {
    const series =
      panel.type === 'timeseries'
        ? await prometheus.queryRange(expr, span.startSeconds, span.endSeconds, stepSeconds)
        : await prometheus.query(expr, span.endSeconds)
    const drawn = series.map(({ metric, values }) => ({
      name: named(legend, metric),
      labels: metric,
      values: values.map(([seconds, value]) => [seconds, Number(value)] as const),
    }))
    data.set(panel, [...(data.get(panel) ?? []), ...drawn])
  }
  return data
}

function named(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim()
}
