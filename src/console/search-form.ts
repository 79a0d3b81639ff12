/** The search form of each page. It takes names and hashes, never a token: what it takes stands in the address. */
import type { InvestigateKind } from '../ledger/case/question.ts'
import { html, type Markup } from './html.ts'

/** What can be asked for, in the order of the form, and what its value is. `workload` is `peer` by another name. */
const KIND_TITLES: Readonly<Record<Exclude<InvestigateKind, 'workload'>, string>> = {
  token: 'token, by SHA-256',
  jti: 'jti',
  session: 'session, by sid',
  subject: 'subject',
  client: 'client',
  key: 'key, by thumbprint',
  certificate: 'certificate',
  peer: 'peer, by SPIFFE ID',
  'trust-domain': 'trust domain',
  address: 'address',
  issuer: 'issuer',
  decision: 'decision, by id',
}

export const MAX_VALUE_CHARS = 2_048

interface Asked {
  readonly kind: string
  readonly value: string
  readonly issuer?: string | undefined
}

export function searchForm(asked: Asked | undefined): Markup {
  return html`<form class="search" role="search" aria-label="Open a case" action="/console/case" method="get" autocomplete="off">
<div class="field"><label for="kind">Case of</label>
<select id="kind" name="kind">${Object.entries(KIND_TITLES).map(([kind, title]) => option(kind, title, asked?.kind))}</select></div>
<div class="field wide"><label for="value">Value</label>
<input id="value" name="value" value="${asked?.value ?? ''}" required maxlength="${MAX_VALUE_CHARS}" spellcheck="false" autocapitalize="none" aria-describedby="never-a-token"></div>
<div class="field"><label for="issuer">Issuer <span class="hint">for jti and session</span></label>
<input id="issuer" name="issuer" value="${asked?.issuer ?? ''}" maxlength="${MAX_VALUE_CHARS}" spellcheck="false" autocapitalize="none"></div>
<button type="submit">Investigate</button>
<p id="never-a-token" class="hint">Never paste a token here: give its SHA-256, or pipe it into <code>holdfast investigate token -</code>.</p>
</form>`
}

function option(value: string, title: string, chosen: string | undefined): Markup {
  return value === chosen
    ? html`<option value="${value}" selected>${title}</option>`
    : html`<option value="${value}">${title}</option>`
}
