/** The inventory: which sessions there are, with the filters of `holdfast sessions`, page by page. */
import { SWITCH_FILTERS, VALUE_FILTERS } from '../ledger/inventory.ts'
import type { Gap, Page } from '../ledger/ledger-store.ts'
import { holderOf } from '../ledger/sender.ts'
import type { SessionRecord } from '../ledger/session-record.ts'
import { html, type Markup, type Part } from './html.ts'
import { layout } from './layout.ts'
import { linkTo } from './links.ts'
import { banner, name, orNone, table } from './parts.ts'
import { boundBy, FIRST_SEEN_WORDS, sessionLink, states } from './session-words.ts'
import { grouped, timeAndAgo } from './times.ts'

export type GivenFilters = Readonly<Record<string, string | undefined>>

export interface SessionsView {
  /** Undefined: the filters are wrong, and `wrong` says how. */
  readonly page: Page | undefined
  readonly wrong?: string
  /** As given, by the names of inventory.ts. */
  readonly filters: GivenFilters
  readonly gaps: readonly Gap[] | undefined
  readonly nowMs: number
}

const HINTS: Readonly<Record<(typeof VALUE_FILTERS)[number], string>> = {
  'long-lived': 'Lives longer than (90s, 8h, 30d)',
  idle: 'Not used for (90s, 8h, 30d)',
  issuer: 'Issuer',
  subject: 'Subject',
  client: 'Client',
  workload: 'Workload (SPIFFE ID)',
  route: 'Route',
}
const SWITCH_TITLES: Readonly<Record<(typeof SWITCH_FILTERS)[number], string>> = {
  unbound: 'Unbound',
  stale: 'Used after its end',
  alive: 'Alive',
  revoked: 'Revoked',
  'with-incidents': 'With incidents',
}

export function sessionsPage({ page, wrong, filters, gaps, nowMs }: SessionsView): string {
  return layout({
    title: 'Sessions',
    here: 'sessions',
    gaps,
    body: html`<h1>Sessions</h1>
<p class="lead">Who is active, what is bound, what is not, what outlived its task.</p>
${wrong !== undefined && banner('error', wrong)}
${filterForm(filters)}
${page !== undefined && listing(page, filters, nowMs)}`,
  })
}

function filterForm(filters: GivenFilters): Markup {
  return html`<form class="filters card" action="/console/sessions" method="get" aria-label="Filter sessions">
<fieldset><legend>Only sessions that are</legend>${SWITCH_FILTERS.map((filter) => checkbox(filter, filters[filter]))}</fieldset>
<fieldset class="fields"><legend>and have</legend>${VALUE_FILTERS.map((filter) => textField(filter, filters[filter]))}</fieldset>
<p class="actions"><button type="submit">Filter</button> <a href="/console/sessions">Clear</a></p>
</form>`
}

function checkbox(filter: (typeof SWITCH_FILTERS)[number], given: string | undefined): Markup {
  const id = `f-${filter}`
  const box = given
    ? html`<input type="checkbox" id="${id}" name="${filter}" value="1" checked>`
    : html`<input type="checkbox" id="${id}" name="${filter}" value="1">`
  return html`<span class="check">${box} <label for="${id}">${SWITCH_TITLES[filter]}</label></span>`
}

function textField(filter: (typeof VALUE_FILTERS)[number], given: string | undefined): Markup {
  const id = `f-${filter}`
  return html`<div class="field"><label for="${id}">${HINTS[filter]}</label>
<input id="${id}" name="${filter}" value="${given ?? ''}" spellcheck="false" autocapitalize="none"></div>`
}

function listing({ sessions, cursor, looked, about, corrupt }: Page, filters: GivenFilters, nowMs: number): Markup {
  return html`<p class="counted" role="status">${grouped(sessions.length)} on this page, of ${grouped(looked)} looked at; about ${grouped(about)} on record.</p>
${corrupt > 0 && banner('gap', html`${grouped(corrupt)} entries could not be read and are left out.`)}
${sessions.length === 0 ? html`<p class="empty">${cursor === undefined ? 'No session like this is on record.' : 'None among those looked at so far.'}</p>` : sessionsTable(sessions, nowMs)}
<nav class="pages" aria-label="Pages">${cursor !== undefined && html`<a href="${linkTo('/console/sessions', { ...filters, cursor })}">Next page</a>`}</nav>`
}

function sessionsTable(sessions: readonly SessionRecord[], nowMs: number): Markup {
  return table({
    id: 'sessions',
    caption: 'Sessions, in no particular order',
    head: ['Whose', 'State', 'Bound by', 'Used by', 'Uses', 'First seen', 'Last used', 'Ends'],
    rows: sessions.map((session) => row(session, nowMs)),
  })
}

function row(session: SessionRecord, nowMs: number): readonly Part[] {
  const { issuer, firstSeen, firstSeenMs, lastSeenMs, expiresAtSeconds } = session
  return [
    html`${sessionLink(session)}<br><span class="ago">${name(issuer)}</span>`,
    states(session, nowMs),
    boundBy(session),
    senders(session),
    uses(session),
    html`${timeAndAgo(firstSeenMs, nowMs)}<br><span class="ago">${FIRST_SEEN_WORDS[firstSeen]}</span>`,
    timeAndAgo(lastSeenMs, nowMs),
    timeAndAgo(expiresAtSeconds * 1000, nowMs),
  ]
}

function uses({ uses: count, incidentCount }: SessionRecord): Markup {
  const incidents = incidentCount === 1 ? '1 incident' : `${grouped(incidentCount)} incidents`
  return html`<span class="number">${grouped(count)}</span>${incidentCount > 0 && html`<br><span class="state warn">${incidents}</span>`}`
}

/** The one that used it most, and how many more. */
function senders({ senders: all, sendersOmitted }: SessionRecord): Part {
  const [most, ...others] = [...all].sort((one, other) => other.count - one.count)
  if (most === undefined) return orNone(undefined, 'not known')
  const more = others.length + sendersOmitted
  return html`${orNone(holderOf(most) && name(holderOf(most)), 'not known')}${more > 0 && html`<br><span class="ago">and ${more} more</span>`}`
}
