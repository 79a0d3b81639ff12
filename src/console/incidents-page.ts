/** The first page: what was found, newest first. */
import type { Counterpart, Incident } from '../ledger/incident.ts'
import type { Gap, Reading } from '../ledger/ledger-store.ts'
import { html, type Markup, type Part } from './html.ts'
import { layout } from './layout.ts'
import { caseLink, linkTo } from './links.ts'
import { banner, confidenceBadge, name, orNone, outcomeBadge, senderCell, table } from './parts.ts'
import { grouped, span, timeAndAgo } from './times.ts'

export interface IncidentsView {
  readonly reading: Reading<Incident>
  /** The page after this id; undefined: the newest. */
  readonly before: string | undefined
  readonly live: boolean
  readonly gaps: readonly Gap[] | undefined
  readonly nowMs: number
}

const REFRESH_SECONDS = 10

export function incidentsPage({ reading, before, live, gaps, nowMs }: IncidentsView): string {
  const { found, corrupt, more } = reading
  const last = found.at(-1)
  return layout({
    title: 'Incidents',
    here: 'incidents',
    gaps,
    refreshSeconds: live ? REFRESH_SECONDS : undefined,
    body: html`<div class="title"><h1>Incidents</h1>${before === undefined && liveSwitch(live)}</div>
<p class="lead">Newest first. Alike ones within a minute are one.</p>
${corrupt > 0 && banner('gap', html`${grouped(corrupt)} entries could not be read and are left out.`)}
${found.length === 0 ? html`<p class="empty">${before === undefined ? 'No incident is on record.' : 'No older incident is on record.'}</p>` : incidentsTable(found, nowMs)}
<nav class="pages" aria-label="Pages">${before !== undefined && html`<a href="/console/">Newest</a>`}${
      more && last !== undefined && html`<a href="${linkTo('/console/', { before: last.id })}">Older</a>`
    }</nav>`,
  })
}

/** Off unless asked for: a page that changes by itself takes a screen reader's place away (WCAG 2.2.2). */
function liveSwitch(live: boolean): Markup {
  return live
    ? html`<p class="live"><span class="badge on">Live</span> asks again every ${REFRESH_SECONDS} s. <a href="/console/">Stop</a></p>`
    : html`<p class="live"><a href="/console/?live=1">Show live</a></p>`
}

function incidentsTable(incidents: readonly Incident[], nowMs: number): Markup {
  return table({
    id: 'incidents',
    caption: html`Incidents on this page: ${incidents.length}`,
    head: ['What', 'When', 'Outcome', 'Brought by', 'Other sender', 'Whose session', 'Route'],
    rows: incidents.map((incident) => incidentRow(incident, nowMs)),
  })
}

function incidentRow(incident: Incident, nowMs: number): readonly Part[] {
  const { atMs, lastMs, count, outcome, sender, counterpart, route, contained } = incident
  const times = count > 1 && html`<br><span class="ago">${grouped(count)} times in ${span(lastMs - atMs)}</span>`
  return [
    what(incident),
    html`${timeAndAgo(lastMs, nowMs)}${times}`,
    html`${outcomeBadge(outcome)}${contained && html`<br><span class="ago">${contained.kind} revoked automatically</span>`}`,
    senderCell(sender),
    counterpart === undefined ? orNone(undefined) : counterpartCell(counterpart),
    whose(incident),
    orNone(route && name(route), 'none'),
  ]
}

function what(incident: Incident): Markup {
  const { confidence, by } = incident
  const link = incidentLink(incident)
  const word = html`<strong class="class">${incident.class}</strong>`
  return html`${link === undefined ? word : html`<a href="${link}">${word}<span class="unseen">, open the case</span></a>`} ${confidenceBadge(confidence)}<br><span class="by">${by}</span>`
}

/** By the narrowest name that can be asked for; undefined where nothing was verified. */
export function incidentLink({ decisionId, session, key, subject, client, sender }: Incident): string | undefined {
  if (decisionId !== undefined) return caseLink('decision', decisionId)
  if (session !== undefined) return caseLink('session', session)
  if (key !== undefined) return caseLink('key', key)
  if (subject !== undefined) return caseLink('subject', subject)
  if (client !== undefined) return caseLink('client', client)
  if (sender.peer !== undefined) return caseLink('peer', sender.peer)
  return sender.address === '' ? undefined : caseLink('address', sender.address)
}

function counterpartCell({ role, sender, hash }: Counterpart): Markup {
  const who =
    sender === undefined ? html`<span class="ago">known by its hash only</span> ${orNone(hash)}` : senderCell(sender)
  return html`<span class="role">${role}</span><br>${who}`
}

function whose({ subject, client, issuer }: Incident): Part {
  if (subject === undefined && client === undefined) return orNone(undefined, 'no verified token')
  return html`${orNone(subject && name(subject), 'no subject')}${client !== undefined && html`<br><span class="ago">client ${name(client)}</span>`}${
    issuer !== undefined && html`<br><span class="ago">${name(issuer)}</span>`
  }`
}
