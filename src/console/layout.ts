/** The frame of each page: head, skip link, landmarks, search. No script anywhere, one stylesheet from the same origin. */
import type { Gap } from '../ledger/ledger-store.ts'
import { html, type Markup, type Part, render } from './html.ts'
import { banner } from './parts.ts'
import { searchForm } from './search-form.ts'
import { grouped, timeOf } from './times.ts'

export interface PageParts {
  readonly title: string
  /** Which entry of the navigation it is. */
  readonly here: 'incidents' | 'sessions' | 'case'
  readonly body: Part
  /** What the search form shows; undefined: empty. */
  readonly asked?: { readonly kind: string; readonly value: string; readonly issuer?: string | undefined } | undefined
  readonly gaps: readonly Gap[] | undefined
  /** The page asks for itself again after so many seconds; undefined: it stands still. */
  readonly refreshSeconds?: number | undefined
}

const MAX_GAPS_SHOWN = 3

export function layout({ title, here, body, asked, gaps, refreshSeconds }: PageParts): string {
  const text = render(html`<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} – Holdfast</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/console/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<div class="bar">
<p class="brand">Holdfast <span>console, read-only</span></p>
<nav aria-label="Main">${navLink('incidents', '/console/', 'Incidents', here)}${navLink('sessions', '/console/sessions', 'Sessions', here)}</nav>
</div>
${searchForm(asked)}
</header>
<main id="main" tabindex="-1">
${gapBanner(gaps)}
${body}
</main>
</body>
</html>
`)
  return `<!doctype html>\n${text}`
}

function navLink(entry: string, href: string, word: string, here: string): Markup {
  return entry === here ? html`<a href="${href}" aria-current="page">${word}</a>` : html`<a href="${href}">${word}</a>`
}

function gapBanner(gaps: readonly Gap[] | undefined): Markup | undefined {
  if (gaps === undefined) return banner('gap', 'Whether the ledger dropped anything could not be read.')
  if (gaps.length === 0) return undefined
  const newest = [...gaps].sort((one, other) => other.toMs - one.toMs)
  const shown = newest.slice(0, MAX_GAPS_SHOWN).map(({ fromMs, toMs, dropped, by }) => {
    return html`<li>${grouped(dropped)} not written from ${timeOf(fromMs)} to ${timeOf(toMs)} by <bdi>${by}</bdi></li>`
  })
  const rest = newest.length - shown.length
  return html`<div class="banner gap" role="note"><p><strong>Evidence is missing.</strong> The ledger dropped what it could not write; what is not shown here may still have happened.</p>
<ul>${shown}${rest > 0 && html`<li>and ${rest} times before</li>`}</ul></div>`
}

/** A page that says why there is none; the text is ours. */
export function troublePage(title: string, text: Part): string {
  return layout({ title, here: 'case', gaps: [], body: html`<h1>${title}</h1>${banner('error', text)}` })
}
