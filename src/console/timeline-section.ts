/** What happened, in the order of time, in two lanes: one for each sender, and across both what is about the session. */
import type { Case, TimelineEntry } from '../ledger/case/case.ts'
import { html, type Markup, type Part } from './html.ts'
import { timeOf } from './times.ts'

export function timelineSection({ timeline, senders }: Case): Part {
  if (timeline.length === 0) return undefined
  const titles = senders === undefined ? undefined : ([senders.left.title, senders.right.title] as const)
  const head =
    titles === undefined ? html`<th scope="col">What</th>` : titles.map((title) => html`<th scope="col">${title}</th>`)
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
<div class="scroll" role="region" aria-labelledby="timeline-caption" tabindex="0"><table class="timeline">
<caption id="timeline-caption">${titles === undefined ? 'What happened' : 'What happened, a lane for each sender; across both lanes: about the session itself'}</caption>
<thead><tr><th scope="col">Time</th>${head}</tr></thead>
<tbody>${timeline.map((entry) => entryRow(entry, titles !== undefined))}</tbody></table></div></section>`
}

function entryRow({ atMs, side, what }: TimelineEntry, lanes: boolean): Markup {
  return html`<tr class="${side}"><th scope="row">${timeOf(atMs)}</th>${lanes ? laneCells(side, what) : html`<td>${what}</td>`}</tr>
`
}

function laneCells(side: TimelineEntry['side'], what: string): Markup {
  switch (side) {
    case 'left':
      return html`<td class="entry">${what}</td><td></td>`
    case 'right':
      return html`<td></td><td class="entry">${what}</td>`
    case 'both':
      return html`<td class="entry across" colspan="2">${what}</td>`
  }
}
