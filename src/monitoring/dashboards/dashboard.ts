/** A dashboard in Grafana's classic JSON: sections of panels that flow from left to right. */
import type { MonitoringParameters } from '../parameters.ts'
import { heightOf, type PanelJson, type PanelWishes, panelJson } from './panel.ts'
import { DASHBOARD_UIDS, type DashboardUid } from './uids.ts'
import { variables } from './variables.ts'

export interface Section {
  readonly title: string
  readonly panels: readonly PanelWishes[]
}

export interface DashboardWishes {
  readonly uid: DashboardUid
  readonly title: string
  readonly description: string
  readonly sections: readonly Section[]
}

const COLUMNS = 24

export type DashboardJson = ReturnType<typeof dashboardJson>

export function dashboardJson(wishes: DashboardWishes, parameters: MonitoringParameters) {
  const others = DASHBOARD_UIDS.filter((uid) => uid !== wishes.uid)
  return {
    uid: wishes.uid,
    title: wishes.title,
    description: wishes.description,
    tags: ['holdfast'],
    schemaVersion: 38,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    timezone: 'browser',
    time: { from: 'now-6h', to: 'now' },
    annotations: { list: [] },
    links: [
      { type: 'link', title: 'Runbooks', url: parameters.runbookUrl, icon: 'doc', targetBlank: true, keepTime: false },
      ...others.map((uid) => ({
        type: 'link',
        title: uid.replace('holdfast-', 'Holdfast '),
        url: `/d/${uid}`,
        icon: 'dashboard',
        targetBlank: false,
        keepTime: true,
        includeVars: true,
      })),
    ],
    templating: { list: variables() },
    panels: layOut(wishes.sections, parameters),
  }
}

type RowJson = ReturnType<typeof rowJson>

function rowJson(title: string, id: number, y: number) {
  return { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] }
}

function layOut(sections: readonly Section[], parameters: MonitoringParameters): readonly (RowJson | PanelJson)[] {
  const laid: (RowJson | PanelJson)[] = []
  let y = 0
  for (const { title, panels } of sections) {
    laid.push(rowJson(title, laid.length + 1, y))
    y += 1
    let x = 0
    let height = 0
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) {
        x = 0
        y += height
        height = 0
      }
      const h = heightOf(panel)
      laid.push(panelJson(panel, laid.length + 1, { x, y, w: panel.width, h }, parameters))
      x += panel.width
      height = Math.max(height, h)
    }
    y += height
  }
  return laid
}
