/** A time series panel as inline SVG: lines, or areas on top of each other, with axes and a legend. */
import type { PanelJson } from '../../src/monitoring/dashboards/panel.ts'
import type { Drawn } from './collect.ts'
import { formatValue, ticks, timeTicks } from './format.ts'
import { COLOURS, escapeHtml, type Size } from './html.ts'

const MARGIN = { left: 66, right: 10, top: 8, bottom: 20 }
const LEGEND_LINE_PX = 15
const LEGEND_LINES = 2
const MEBIBYTE = 1_048_576

interface Point {
  readonly seconds: number
  readonly from: number
  readonly to: number
}

interface Layer {
  readonly name: string
  readonly colour: string
  readonly points: readonly Point[]
}

export interface Span {
  readonly startSeconds: number
  readonly endSeconds: number
}

export function drawLines(panel: PanelJson, drawn: readonly Drawn[], { width, height }: Size, span: Span): string {
  const { unit, min, max, thresholds, custom } = panel.fieldConfig.defaults
  const layers = layersOf(drawn, custom?.stacking.mode === 'normal')
  const values = layers.flatMap(({ points }) => points.map(({ to }) => to))
  const low = Math.min(min ?? Number.POSITIVE_INFINITY, ...values)
  const high = max ?? Math.max(low + 1e-9, ...values)
  const top = high === low || (values.every((value) => value === 0) && max === undefined) ? low + 1 : high * 1.05
  const plot = {
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom - LEGEND_LINES * LEGEND_LINE_PX,
  }
  const x = (seconds: number): number =>
    MARGIN.left + ((seconds - span.startSeconds) / (span.endSeconds - span.startSeconds)) * plot.width
  const y = (value: number): number => MARGIN.top + (1 - (value - low) / (top - low)) * plot.height
  const grid = ticks(low, top, 4, unit === 'bytes' ? MEBIBYTE : 1).map(
    (value) =>
      `<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${y(value)}" y2="${y(value)}" class="grid"/>` +
      `<text x="${MARGIN.left - 6}" y="${y(value) + 4}" class="tick" text-anchor="end">${escapeHtml(formatValue(value, unit))}</text>`,
  )
  const limits = thresholds.steps
    .flatMap(({ value }) => (value === null || value > top ? [] : [value]))
    .map(
      (value) =>
        `<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${y(value)}" y2="${y(value)}" class="limit"/>`,
    )
  const fill = (custom?.fillOpacity ?? 0) / 100
  const shapes = layers.map((layer) => shapeOf(layer, x, y, fill))
  return `<svg width="${width}" height="${height}">${grid.join('')}${timeAxis(span, x, height)}${limits.join('')}${shapes.join('')}${legend(layers, height, width)}</svg>`
}

function layersOf(drawn: readonly Drawn[], stacked: boolean): readonly Layer[] {
  const base = new Map<number, number>()
  return drawn.map(({ name, values }, index) => {
    const points = values
      .filter(([, value]) => Number.isFinite(value))
      .map(([seconds, value]): Point => {
        const from = stacked ? (base.get(seconds) ?? 0) : 0
        if (stacked) base.set(seconds, from + value)
        return { seconds, from, to: from + value }
      })
    return { name, colour: COLOURS[index % COLOURS.length] ?? '', points }
  })
}

type Scale = (value: number) => number

/** A gap in the data is a gap in the line. */
function shapeOf({ points, colour }: Layer, x: Scale, y: Scale, fill: number): string {
  const gap = 3 * Math.min(...points.slice(1).map(({ seconds }, i) => seconds - (points[i]?.seconds ?? 0)))
  const runs: Point[][] = []
  for (const point of points) {
    const last = runs.at(-1)
    const before = last?.at(-1)
    if (last === undefined || before === undefined || point.seconds - before.seconds > gap) runs.push([point])
    else last.push(point)
  }
  return runs
    .map((run) => {
      const upper = run.map(({ seconds, to }) => `${x(seconds).toFixed(1)},${y(to).toFixed(1)}`)
      const lower = run.map(({ seconds, from }) => `${x(seconds).toFixed(1)},${y(from).toFixed(1)}`).reverse()
      return (
        `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" fill-opacity="${fill}"/>` +
        `<polyline points="${upper.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.4"/>`
      )
    })
    .join('')
}

function timeAxis({ startSeconds, endSeconds }: Span, x: Scale, height: number): string {
  return timeTicks(endSeconds - startSeconds, 6)
    .map((elapsed) => {
      const label = `${Math.floor(elapsed / 60)}:${String(Math.round(elapsed % 60)).padStart(2, '0')}`
      return `<text x="${x(startSeconds + elapsed)}" y="${height - LEGEND_LINES * LEGEND_LINE_PX - 4}" class="tick" text-anchor="middle">${label}</text>`
    })
    .join('')
}

const CHARACTER_PX = 6.1
const SWATCH_PX = 26

/** In two lines; what does not fit is counted. */
function legend(layers: readonly Layer[], height: number, width: number): string {
  const end = width - MARGIN.right
  let at = MARGIN.left
  let line = 1
  const parts: string[] = []
  for (const [index, { name, colour }] of layers.entries()) {
    const needs = SWATCH_PX + name.length * CHARACTER_PX
    if (at + needs > end && line < LEGEND_LINES) {
      at = MARGIN.left
      line += 1
    }
    const base = height - (LEGEND_LINES - line) * LEGEND_LINE_PX - 5
    const rest = layers.length - index
    if (line === LEGEND_LINES && at + needs > end - (rest > 1 ? 45 : 0)) {
      parts.push(`<text x="${at}" y="${base}" class="name">and ${rest}</text>`)
      break
    }
    parts.push(
      `<rect x="${at}" y="${base - 6}" width="12" height="4" fill="${colour}"/>` +
        `<text x="${at + 16}" y="${base}" class="name">${escapeHtml(name)}</text>`,
    )
    at += needs
  }
  return parts.join('')
}
