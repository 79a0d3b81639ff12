/** A panel as it is written here, and as Grafana's classic JSON has it. */
import type { MonitoringParameters } from '../parameters.ts'

export type Unit = 'reqps' | 'ops' | 's' | 'bytes' | 'percentunit' | 'short' | 'bool_yes_no' | 'dateTimeFromNow'

export interface Target {
  readonly expr: string
  /** `{{label}}` stands for its value. */
  readonly legend: string
}

export interface PanelWishes {
  readonly title: string
  readonly description: string
  readonly type: 'timeseries' | 'stat' | 'table' | 'bargauge'
  readonly unit: Unit
  readonly targets: readonly Target[]
  /** Of 24. */
  readonly width: number
  /** In rows of the grid; each type has a usual one. */
  readonly height?: number
  readonly decimals?: number
  readonly stacked?: boolean
  readonly max?: number
  /** The axis does not start at 0. */
  readonly belowZero?: boolean
  /** From this value on it is bad; with `good: 'high'`, below it. */
  readonly limit?: number
  readonly good?: 'low' | 'high'
  /** Columns of a table, by label; `Value` is the number. */
  readonly columns?: Readonly<Record<string, string>>
  /** The alert whose runbook tells what to do. */
  readonly runbook?: string
}

interface GridPosition {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const

const HEIGHTS = { timeseries: 8, stat: 4, table: 8, bargauge: 8 } as const

export function heightOf({ type, height }: PanelWishes): number {
  return height ?? HEIGHTS[type]
}

export type PanelJson = ReturnType<typeof panelJson>

export function panelJson(
  wishes: PanelWishes,
  id: number,
  gridPos: GridPosition,
  { runbookUrl }: MonitoringParameters,
) {
  const { title, description, type, targets, runbook } = wishes
  const instant = type !== 'timeseries'
  const links =
    runbook === undefined
      ? []
      : [{ title: `Runbook ${runbook}`, url: `${runbookUrl}#${runbook.toLowerCase()}`, targetBlank: true }]
  return {
    id,
    type: type as string,
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    links,
    targets: targets.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      instant,
      range: !instant,
      format: type === 'table' ? 'table' : 'time_series',
    })),
    fieldConfig: { defaults: fieldDefaults(wishes), overrides: [] },
    options: OPTIONS[type],
    ...(wishes.columns === undefined ? {} : { transformations: organize(wishes.columns) }),
  }
}

function fieldDefaults({
  unit,
  decimals,
  max,
  type,
  stacked = false,
  limit,
  good = 'low',
  belowZero = false,
}: PanelWishes) {
  const [below, above] = good === 'low' ? ['green', 'red'] : ['red', 'green']
  const steps =
    limit === undefined
      ? [{ color: type === 'stat' ? 'text' : 'green', value: null }]
      : [
          { color: below, value: null },
          { color: above, value: limit },
        ]
  return {
    unit,
    ...(decimals === undefined ? {} : { decimals }),
    ...(max === undefined ? {} : { max }),
    ...((type === 'timeseries' || type === 'bargauge') && !belowZero ? { min: 0 } : {}),
    thresholds: { mode: 'absolute', steps },
    color: { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    ...(type === 'timeseries' ? { custom: lines(stacked, limit) } : {}),
  }
}

function lines(stacked: boolean, limit: number | undefined) {
  return {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: stacked ? 40 : 8,
    showPoints: 'never',
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: limit === undefined ? 'off' : 'dashed' },
  }
}

const LAST = { calcs: ['lastNotNull'], fields: '', values: false }

const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: { reduceOptions: LAST, colorMode: 'value', graphMode: 'none', textMode: 'auto' },
  table: { showHeader: true },
  bargauge: { reduceOptions: LAST, displayMode: 'basic', orientation: 'horizontal', showUnfilled: true },
} as const

/** Everything that has no name among the columns is left out. */
function organize(columns: Readonly<Record<string, string>>) {
  const names = Object.keys(columns)
  return [
    { id: 'filterFieldsByName', options: { include: { names } } },
    {
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: columns,
      },
    },
  ]
}
