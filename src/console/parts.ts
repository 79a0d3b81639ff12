/** The small parts that the pages share: badges, senders, tables. What a colour says, a word says too. */
import { holderOf, type Sender } from '../ledger/sender.ts'
import { html, type Markup, type Part } from './html.ts'

const CONFIDENCE_MARKS = { proven: '●', suspected: '◐', none: '○' } as const

/** A word with a mark of its own form. */
export function confidenceBadge(confidence: 'proven' | 'suspected' | 'none'): Markup {
  const word = confidence === 'none' ? 'nobody accused' : confidence
  return html`<span class="badge ${confidence}"><span aria-hidden="true">${CONFIDENCE_MARKS[confidence]}</span> ${word}</span>`
}

const OUTCOMES = { denied: 'stopped', let_pass: 'let pass (observing)', allowed: 'not refused' } as const

export function outcomeBadge(outcome: keyof typeof OUTCOMES): Markup {
  return html`<span class="outcome ${outcome}">${OUTCOMES[outcome]}</span>`
}

/** A text of others: kept apart from the direction of the text around it (`bdi`), broken where its parts end. */
export function name(text: string): Markup {
  const parts = text.split(/(?<=[^/][/:])(?![/:])/)
  return html`<bdi class="name">${parts.map((part, index) => (index === 0 ? part : html`<wbr>${part}`))}</bdi>`
}

/** By what it is told apart, and its address. */
export function senderCell(sender: Sender): Markup {
  const holder = holderOf(sender)
  if (holder === '') return html`<span class="none-known">not known</span>`
  return holder === sender.address || sender.address === ''
    ? name(holder)
    : html`${name(holder)}<br><span class="ago">from ${name(sender.address)}</span>`
}

/** What is not there is told in words. */
export function orNone(part: Part, word = 'none'): Part {
  return part === undefined || part === '' ? html`<span class="none-known">${word}</span>` : part
}

export interface Table {
  readonly id: string
  readonly caption: Part
  readonly head: readonly string[]
  /** The first cell heads its row. */
  readonly rows: readonly (readonly Part[])[]
}

/** Wide tables scroll by themselves, by keyboard too (hence the tabindex), and never the page. */
export function table({ id, caption, head, rows }: Table): Markup {
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}">${caption}</caption>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(tableRow)}</tbody></table></div>`
}

function tableRow([first, ...rest]: readonly Part[]): Markup {
  return html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>
`
}

export function list(items: readonly Part[], className: string): Markup {
  return html`<ul class="${className}">${items.map((item) => html`<li>${item}</li>`)}</ul>`
}

/** Something that has to be known before the page is believed. */
export function banner(kind: 'gap' | 'error', text: Part): Markup {
  return html`<p class="banner ${kind}"><strong>${kind === 'gap' ? 'Evidence is missing.' : 'Error.'}</strong> ${text}</p>`
}
