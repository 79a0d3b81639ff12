/** Times and numbers for people: UTC, as in the logs, and how long ago beside it. */
import { showTime } from '../ledger/case/show.ts'
import { html, type Markup } from './html.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `2026-11-23 08:21:08Z`; a time that no calendar has (a claim may hold any number) stands as its number. */
export function timeOf(ms: number): Markup {
  const shown = showTime(ms)
  return shown.endsWith('Z') ? html`<time datetime="${shown}">${shown.replace('T', ' ')}</time>` : html`${shown}`
}

/** `3 min ago`, or `in 2 h` for what is to come, and the time itself below it. */
export function timeAndAgo(ms: number, nowMs: number): Markup {
  return html`<span class="number">${ago(ms, nowMs)}</span><br><span class="ago">${timeOf(ms)}</span>`
}

function ago(ms: number, nowMs: number): string {
  const distance = Math.abs(nowMs - ms)
  if (distance < 1000) return 'now'
  return ms <= nowMs ? `${span(distance)} ago` : `in ${span(distance)}`
}

/** The largest unit that fits: `42 s`, `3 min`, `5 h`, `12 d`. */
export function span(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.round(ms / 1000)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`
  return `${Math.floor(ms / DAY_MS)} d`
}

/** `12 345`, with a thin space that does not break. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}
