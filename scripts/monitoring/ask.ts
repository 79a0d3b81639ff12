/** The queries of a dashboard as Grafana would ask them: its variables stand for everything. */
import type { DashboardJson } from '../../src/monitoring/dashboards/dashboard.ts'
import type { PanelJson } from '../../src/monitoring/dashboards/panel.ts'

export interface PanelQuery {
  readonly panel: PanelJson
  readonly legend: string
  readonly expr: string
}

/** Durations of PromQL: what Grafana makes of the scrape interval and of the time shown. */
export interface ShownTime {
  readonly rateInterval: string
  readonly range: string
}

export function panelsOf({ panels }: DashboardJson): readonly PanelJson[] {
  return panels.flatMap((panel) => ('targets' in panel ? [panel] : []))
}

export function queriesOf(dashboard: DashboardJson, time: ShownTime): readonly PanelQuery[] {
  const all = new Map(
    dashboard.templating.list.map(({ name, ...more }) => [name, 'allValue' in more ? more.allValue : '']),
  )
  const filled = (expr: string): string =>
    expr
      .replaceAll('$__rate_interval', time.rateInterval)
      .replaceAll('$__range', time.range)
      .replaceAll(/\$(\w+)/g, (_, name: string) => all.get(name) ?? `unknown variable ${name}`)
  return panelsOf(dashboard).flatMap((panel) =>
    panel.targets.map(({ expr, legendFormat }) => ({ panel, legend: legendFormat, expr: filled(expr) })),
  )
}
