/** The two senders side by side, and in words where they differ. */
import type { Case, SenderColumn } from '../ledger/case/case.ts'
import type { Sender } from '../ledger/sender.ts'
import { html, type Markup, type Part } from './html.ts'
import { caseLink } from './links.ts'
import { name, orNone } from './parts.ts'
import { grouped, timeOf } from './times.ts'

type Senders = NonNullable<Case['senders']>

export function sendersSection({ left, right }: Senders): Markup {
  return html`<section aria-labelledby="senders"><h2 id="senders">Both senders</h2>
<div class="columns two">${column(left, right)}${column(right, left)}</div></section>`
}

function column(one: SenderColumn, other: SenderColumn): Markup {
  const { title, sender, hash, firstMs, lastMs, count } = one
  return html`<section class="card sender"><h3>${title}</h3><dl>
${row('Workload', sender?.peer && html`<a href="${caseLink('peer', sender.peer)}">${name(sender.peer)}</a>`, differs('peer', one, other))}
${row('Certificate', sender?.certificate && name(sender.certificate), differs('certificate', one, other))}
${row('Address', sender?.address && name(sender.address), differs('address', one, other))}
${hash !== undefined && row('Hash of the sender', name(hash), false)}
${row('Uses', count === undefined ? undefined : grouped(count), false)}
${row('First', firstMs === undefined ? undefined : timeOf(firstMs), false)}
${row('Last', lastMs === undefined ? undefined : timeOf(lastMs), false)}
</dl></section>`
}

function row(title: string, value: Part, differing: boolean): Markup {
  return html`<div><dt>${title}${differing && html` <span class="differs">differs</span>`}</dt><dd>${orNone(value, 'not known')}</dd></div>`
}

/** Only where both are known: what is not known may be the same. */
function differs(member: keyof Sender, one: SenderColumn, other: SenderColumn): boolean {
  const here = one.sender?.[member]
  const there = other.sender?.[member]
  return here !== undefined && there !== undefined && here !== there
}
