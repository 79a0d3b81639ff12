/** One dashboard as a page without anything from outside, on the grid of its JSON. */
import type { DashboardJson } from '../../src/monitoring/dashboards/dashboard.ts'
import type { PanelJson } from '../../src/monitoring/dashboards/panel.ts'
import type { Drawn } from './collect.ts'
import { drawLines, type Span } from './draw-lines.ts'
import { drawBars, drawStat, drawTable } from './draw-values.ts'
import { escapeHtml, type Size } from './html.ts'

export const PAGE_PX = 1600
const COLUMN_PX = PAGE_PX / 24
const ROW_PX = 30
const GAP_PX = 4
const HEAD_PX = 84
const PADDING_PX = 10
const TITLE_PX = 24

const STYLE = `
* { box-sizing: border-box; margin: 0 }
body { width: ${PAGE_PX}px; background: #f3f4f6; color: #1f2937; font: 12px "DejaVu Sans", sans-serif; position: relative }
h1 { font-size: 20px; padding: 14px 16px 2px }
.caption { padding: 0 16px; color: #4b5563; line-height: 1.5 }
h2 { position: absolute; font-size: 14px; padding: 7px 12px }
.panel { position: absolute; background: #fff; border: 1px solid #d1d5db; border-radius: 3px; overflow: hidden }
h3 { font-size: 12px; padding: 6px ${PADDING_PX}px 0; height: ${TITLE_PX}px; white-space: nowrap }
.body { padding: 0 ${PADDING_PX}px; overflow: hidden }
.stats { display: flex; flex-direction: column; justify-content: center; align-items: center; gap: 4px; height: calc(100% - ${TITLE_PX + 8}px) }
.stat { display: flex; gap: 10px; align-items: baseline }
.stat b { font-size: 25px }
table { border-collapse: collapse; width: 100%; font-size: 11px }
th { text-align: left; color: #4b5563; border-bottom: 1px solid #d1d5db }
td, th { padding: 3px 6px 3px 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 260px }
td.number { text-align: right; font-variant-numeric: tabular-nums }
.bars td.track { width: 60% }
.bar { height: 11px; border-radius: 2px }
.more, .empty { color: #6b7280; padding: 4px 0 }
.grid { stroke: #e5e7eb } .limit { stroke: #c62828; stroke-dasharray: 5 4 }
.tick { font-size: 10px; fill: #6b7280 } .name { font-size: 10px; fill: #374151 }
`

export interface Picture {
  readonly html: string
  readonly heightPx: number
}

export function pageOf(
  dashboard: DashboardJson,
  data: ReadonlyMap<PanelJson, readonly Drawn[]>,
  span: Span,
  caption: string,
): Picture {
  const parts = dashboard.panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos
    const top = HEAD_PX + y * ROW_PX
    if (!('targets' in panel)) return `<h2 style="left:0;top:${top}px">${escapeHtml(panel.title)}</h2>`
    const size = { width: w * COLUMN_PX - GAP_PX, height: h * ROW_PX - GAP_PX }
    const place = `left:${x * COLUMN_PX + GAP_PX / 2}px;top:${top}px;width:${size.width}px;height:${size.height}px`
    return `<div class="panel" style="${place}"><h3>${escapeHtml(panel.title)}</h3>${bodyOf(panel, data.get(panel) ?? [], size, span)}</div>`
  })
  const rows = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h))
  const head = `<h1>${escapeHtml(dashboard.title)}</h1><p class="caption">${escapeHtml(dashboard.description)}<br>${escapeHtml(caption)}</p>`
  return {
    html: `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${head}${parts.join('')}`,
    heightPx: HEAD_PX + rows * ROW_PX + 8,
  }
}

function bodyOf(panel: PanelJson, drawn: readonly Drawn[], size: Size, span: Span): string {
  const inner = { width: size.width - 2 * PADDING_PX, height: size.height - TITLE_PX - 8 }
  if (drawn.length === 0) return '<div class="body"><p class="empty">No data</p></div>'
  switch (panel.type) {
    case 'stat':
      return `<div class="body stats">${drawStat(panel, drawn)}</div>`
    case 'bargauge':
      return `<div class="body">${drawBars(panel, drawn, inner)}</div>`
    case 'table':
      return `<div class="body">${drawTable(panel, drawn, inner)}</div>`
    default:
      return `<div class="body">${drawLines(panel, drawn, inner, span)}</div>`
  }
}
