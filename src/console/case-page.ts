/** The case of one identifier: what is found, why, and what to do; the same data as `holdfast investigate`. */
import type { Case, Labels } from '../ledger/case/case.ts'
import { forceText } from '../ledger/case/case-text.ts'
import type { Gap } from '../ledger/ledger-store.ts'
import { aliveSection } from './alive-section.ts'
import { html, type Markup, type Part } from './html.ts'
import { incidentLink } from './incidents-page.ts'
import { layout } from './layout.ts'
import { confidenceBadge, list, name, outcomeBadge, table } from './parts.ts'
import { sendersSection } from './senders-section.ts'
import { timelineSection } from './timeline-section.ts'
import { grouped, timeOf } from './times.ts'

export interface CaseView {
  readonly shown: Case
  /** As asked, for the search form and the page's own links. */
  readonly asked: { readonly kind: string; readonly value: string; readonly issuer?: string | undefined }
  readonly gaps: readonly Gap[] | undefined
  readonly nowMs: number
}

export function casePage({ shown, asked, gaps, nowMs }: CaseView): string {
  const { finding } = shown
  const known = finding.name !== 'nothing known'
  return layout({
    title: `Case: ${finding.name}`,
    here: 'case',
    asked,
    gaps,
    body: html`<p class="crumb">Case of ${shown.asked.kind} ${name(shown.asked.value)}, drawn up ${timeOf(shown.madeAtMs)}</p>
${known ? findingBox(shown) : nothingKnown(shown)}
${evidence(shown)}
${shown.senders && sendersSection(shown.senders)}
${commands(shown)}
${aliveSection(shown, nowMs)}
${timelineSection(shown)}
${incidentsSection(shown)}
${revokedSection(shown)}
${known && labelsSection(shown.labels)}
${known && searchedSection(shown)}`,
  })
}

function findingBox({ finding }: Case): Markup {
  const mood = finding.accuses ? finding.confidence : 'none'
  return html`<section class="finding ${mood}" aria-labelledby="finding"><div class="title"><h1 id="finding">${capital(finding.name)}</h1>${confidenceBadge(mood)}</div>
<p class="sentence">${finding.sentence}</p></section>`
}

function nothingKnown(shown: Case): Markup {
  return html`<section class="finding none" aria-labelledby="finding"><h1 id="finding">Nothing known</h1>
<p class="sentence">${shown.finding.sentence}</p></section>
${searchedSection(shown)}`
}

function evidence({ evidenceFor, evidenceAgainst, missing }: Case): Part {
  if (evidenceFor.length + evidenceAgainst.length + missing.length === 0) return undefined
  const column = (
    title: string,
    items: readonly string[],
    none: string,
  ): Markup => html`<section class="card"><h3>${title}</h3>
${items.length === 0 ? html`<p class="none-known">${none}</p>` : list(items, 'evidence')}</section>`
  return html`<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2><div class="columns three">
${column('For', evidenceFor, 'Nothing speaks for it.')}
${column('Against', evidenceAgainst, 'Nothing speaks against it.')}
${column('Missing', missing, 'Nothing is known to be missing.')}</div></section>`
}

function commands({ commands: all }: Case): Part {
  if (all.length === 0) return undefined
  return html`<section aria-labelledby="contain"><h2 id="contain">To contain it</h2>
<p class="lead">The narrowest first. Type it where <code>holdfast</code> has the configuration; this page changes nothing.</p>
<ol class="commands">${all.map(({ command, cutsOff }) => html`<li><p>${cutsOff}</p><pre tabindex="0" aria-label="Command"><code>${command}</code></pre></li>`)}</ol></section>`
}

function incidentsSection({ incidents }: Case): Part {
  if (incidents.length === 0) return undefined
  return html`<section aria-labelledby="its-incidents"><h2 id="its-incidents">Incidents</h2>${table({
    id: 'case-incidents',
    caption: html`Incidents of this case: ${incidents.length}`,
    head: ['What', 'From', 'To', 'Times', 'Outcome', 'Route'],
    rows: incidents.map((incident) => {
      const { confidence, atMs, lastMs, count, outcome, route } = incident
      const link = incidentLink(incident)
      const word = html`${incident.class}, ${confidence}`
      return [
        link === undefined ? word : html`<a href="${link}">${word}</a>`,
        timeOf(atMs),
        timeOf(lastMs),
        grouped(count),
        outcomeBadge(outcome),
        route,
      ]
    }),
  })}</section>`
}

function revokedSection({ revoked }: Case): Part {
  if (revoked.length === 0) return undefined
  const rows = revoked.map(
    (one) => html`${one.kind}, revocation ${name(one.id)}, seen ${timeOf(one.atMs)}${forceText(one)}`,
  )
  return html`<section aria-labelledby="revoked"><h2 id="revoked">Already revoked</h2>${list(rows, 'plain')}</section>`
}

function labelsSection({ attack, nhi, csf, sp800207 }: Labels): Part {
  const groups: readonly (readonly [string, readonly string[]])[] = [
    ['MITRE ATT&CK', attack],
    ['OWASP NHI', nhi],
    ['CSF 2.0', csf],
    ['SP 800-207 tenets', sp800207.map(String)],
  ]
  const rows = groups.filter(([, values]) => values.length > 0)
  if (rows.length === 0) return undefined
  return html`<section aria-labelledby="labels"><h2 id="labels">Labels</h2><dl class="labels">${rows.map(
    ([title, values]) => html`<div><dt>${title}</dt><dd>${list(values, 'chips')}</dd></div>`,
  )}</dl></section>`
}

function searchedSection({ searched }: Case): Part {
  if (searched.length === 0) return undefined
  const rows = searched.map(({ relation, value, found }) => html`${relation} ${name(value)}: ${grouped(found)} found`)
  return html`<section aria-labelledby="searched"><h2 id="searched">Where was looked</h2>${list(rows, 'plain')}</section>`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
