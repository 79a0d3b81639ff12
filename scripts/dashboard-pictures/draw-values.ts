/** Panels of what holds at one moment: a number, bars, a table. */
import type { PanelJson } from '../../src/monitoring/dashboards/panel.ts'
import type { Drawn } from './collect.ts'
import { formatValue } from './format.ts'
import { escapeHtml, type Size } from './html.ts'

const THRESHOLD_COLOURS: Readonly<Record<string, string>> = { green: '#1a7f37', red: '#c62828', text: '#1f2937' }
const ROW_PX = 22

function lastOf({ values }: Drawn): number {
  return values.at(-1)?.[1] ?? Number.NaN
}

function colourOf(panel: PanelJson, value: number): string {
  const reached = panel.fieldConfig.defaults.thresholds.steps.filter(
    (step) => step.value === null || value >= step.value,
  )
  return THRESHOLD_COLOURS[reached.at(-1)?.color ?? 'text'] ?? ''
}

function shown(panel: PanelJson, value: number): string {
  const { unit, decimals } = panel.fieldConfig.defaults
  return escapeHtml(formatValue(value, unit, decimals))
}

export function drawStat(panel: PanelJson, drawn: readonly Drawn[]): string {
  return drawn
    .map((one) => {
      const value = lastOf(one)
      const name =
        drawn.length > 1 || panel.targets.some(({ legendFormat }) => legendFormat.includes('{{')) ? one.name : ''
      return `<div class="stat"><span>${escapeHtml(name)}</span><b style="color:${colourOf(panel, value)}">${shown(panel, value)}</b></div>`
    })
    .join('')
}

export function drawBars(panel: PanelJson, drawn: readonly Drawn[], { height }: Size): string {
  const most = Math.max(...drawn.map(lastOf), Number.MIN_VALUE)
  const rows = drawn.slice(0, Math.floor(height / ROW_PX)).map((one) => {
    const value = lastOf(one)
    const style = `width:${((100 * value) / most).toFixed(1)}%;background:${colourOf(panel, value)}`
    return `<tr><td>${escapeHtml(one.name)}</td><td class="track"><div class="bar" style="${style}"></div></td><td class="number">${shown(panel, value)}</td></tr>`
  })
  return `<table class="bars">${rows.join('')}</table>`
}

export function drawTable(panel: PanelJson, drawn: readonly Drawn[], { height }: Size): string {
  const columns = Object.entries(columnsOf(panel))
  const fitting = Math.floor(height / ROW_PX) - 2
  const head = columns.map(([, title]) => `<th>${escapeHtml(title)}</th>`).join('')
  const rows = drawn.slice(0, fitting).map((one) => {
    const cells = columns.map(([label]) =>
      label === 'Value'
        ? `<td class="number">${shown(panel, lastOf(one))}</td>`
        : `<td>${escapeHtml(one.labels[label] ?? '')}</td>`,
    )
    return `<tr>${cells.join('')}</tr>`
  })
  const more = drawn.length > fitting ? `<p class="more">and ${drawn.length - fitting} more</p>` : ''
  return `<table><tr>${head}</tr>${rows.join('')}</table>${more}`
}

function columnsOf({ transformations = [] }: PanelJson): Readonly<Record<string, string>> {
  for (const { options } of transformations) if ('renameByName' in options) return options.renameByName
  return {}
}
