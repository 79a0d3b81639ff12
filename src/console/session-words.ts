/** What the pages say of a session. */
import { isAlive, isStale, isUnbound } from '../ledger/inventory.ts'
import type { FirstSeen, SessionRecord } from '../ledger/session-record.ts'
import { html, type Markup, type Part } from './html.ts'
import { caseLink } from './links.ts'
import { name } from './parts.ts'

/** Whose it is, as the link to its case: the ledger's own name of a session can be asked for like a sid. */
export function sessionLink({ id, subject, client }: SessionRecord): Markup {
  const whose = subject === undefined ? 'no subject' : name(subject)
  return html`<a href="${caseLink('session', id)}">${whose}<span class="unseen">, open the case</span></a>${
    client !== undefined && html`<br><span class="ago">client ${name(client)}</span>`
  }`
}

export function boundBy(session: SessionRecord): Part {
  if (isUnbound(session)) return html`<span class="state warn">unbound</span>`
  return session.held.length === 0 ? 'bound, not shown yet' : session.held.join(', ')
}

/** `alive`, `revoked` or `ended`, and `used after its end` where it was. */
export function states(session: SessionRecord, nowMs: number): Markup {
  const ended = session.revoked === undefined ? 'ended' : 'revoked'
  const word = isAlive(session, nowMs) ? 'alive' : ended
  return html`<span class="state ${word}">${word}</span>${isStale(session) && html` <span class="state warn">used after its end</span>`}`
}

export const FIRST_SEEN_WORDS: Readonly<Record<FirstSeen, string>> = {
  created_here: 'created here',
  late: 'first seen late',
  other_peer: 'first seen from another peer',
  unknown: 'origin not known',
}
