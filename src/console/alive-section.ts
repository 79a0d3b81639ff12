/** What the same identity, key or workload still has alive: a graph, and the same in a table, which is also its text. */
import type { Alive, Case } from '../ledger/case/case.ts'
import { aliveGraph } from './alive-graph.ts'
import { html, type Markup, type Part } from './html.ts'
import { caseLink } from './links.ts'
import { name, table } from './parts.ts'
import { boundBy, sessionLink } from './session-words.ts'
import { grouped, timeAndAgo } from './times.ts'

export function aliveSection({ alive, aliveMore, finding }: Case, nowMs: number): Part {
  if (finding.name === 'nothing known') return undefined
  const none = html`<p class="empty">Nothing else that hangs together with it is known to be alive.</p>`
  return html`<section aria-labelledby="alive"><h2 id="alive">Still alive elsewhere</h2>
${alive.length === 0 ? none : known(alive, aliveMore, nowMs)}</section>`
}

function known(alive: readonly Alive[], more: boolean, nowMs: number): Markup {
  return html`<div class="scroll" role="region" aria-label="Graph of what is still alive" tabindex="0">${aliveGraph(alive, more)}</div>
${table({
  id: 'alive-table',
  caption: html`Sessions that are still alive: ${grouped(alive.length)}${more && ' and more that are not shown'}`,
  head: ['Whose', 'Related by', 'Bound by', 'Last used', 'Ends'],
  rows: alive.map((entry) => row(entry, nowMs)),
})}`
}

function row({ session, by }: Alive, nowMs: number): readonly Part[] {
  const { lastSeenMs, expiresAtSeconds, keyThumbprint } = session
  return [
    sessionLink(session),
    by.join(', '),
    html`${boundBy(session)}${keyThumbprint !== undefined && html`<br><a href="${caseLink('key', keyThumbprint)}">${name(keyThumbprint)}</a>`}`,
    timeAndAgo(lastSeenMs, nowMs),
    timeAndAgo(expiresAtSeconds * 1000, nowMs),
  ]
}
