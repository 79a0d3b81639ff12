/** The finding in one sentence: who did what to whose session, proven or suspected, by what, and whether it passed. */
import type { Incident } from '../incident.ts'
import type { SessionRecord } from '../session-record.ts'
import type { FindingName } from './case.ts'
import type { Parties } from './parties.ts'
import { counted, showDuration, showSender, showTime } from './show.ts'
import type { Weighed } from './weigh.ts'

/** What happened, from the right one's side; `left` is undefined where nobody is known. */
type Statement = (right: string, left: string | undefined, session: string) => string

const STATEMENTS: Readonly<Partial<Record<FindingName, Statement>>> = {
  cloned: (right, left, session) =>
    `the key of ${session} was copied: ${left ?? 'its holder'} and ${right} both use it`,
  stolen: (right, left, session) =>
    `${right} used ${session} without what it is bound to${left ? `; ${left} holds it` : ''}`,
  forwarded: (right, left, session) => `${right} brought ${session}, which belongs to ${left ?? 'another workload'}`,
  replayed: (right, left, session) =>
    `${right} sent a proof of ${session} again that ${left ?? 'another sender'} had used`,
  transplanted: (right, _, session) => `${right} brought ${session} to a place that it was not made for`,
  'revoked use': (right, _, session) => `${right} used ${session} after it was revoked`,
  downgraded: (right, _, session) => `${right} used ${session} without the proof that it is bound to`,
  'stale use': (right, _, session) => `${right} used ${session} after its end`,
  'concurrent use': (right, left, session) => `${left ?? 'one sender'} and ${right} use ${session} side by side`,
  drifted: (right, _, session) => `${right} uses ${session} in another way than before`,
  'repeated by its own sender': (right, _, session) => `${right} sent a proof of ${session} twice itself`,
}

const OUTCOMES: Readonly<Record<Incident['outcome'], string>> = {
  denied: 'denied',
  let_pass: 'let pass, since the route only observes',
  allowed: 'allowed',
}

/** @param requests how many requests speak for it, over all incidents of this finding */
export function sentenceOf(
  { name, confidence, accuses, incident, parties }: Weighed,
  requests: number,
  several: boolean,
): string {
  const statement = STATEMENTS[name]?.(
    showSender(parties.right),
    leftText(parties),
    several ? 'a session' : 'the session',
  )
  const ending = `${counted(requests, 'request')}, ${OUTCOMES[incident.outcome]}`
  const opening = confidence === 'none' ? 'No impersonation is seen' : confidence === 'proven' ? 'Proven' : 'Suspected'
  const own = confidence === 'none' && name !== 'repeated by its own sender' ? `, ${ownerText(parties)}` : ''
  const nobody = accuses ? '' : '; nobody is accused'
  return `${opening}: ${statement}${own} (${byText(incident)}; ${ending})${nobody}.`
}

function ownerText({ same }: Parties): string {
  return same === undefined ? 'and whose it is is not known' : 'and it is its own holder'
}

function leftText({ left, hash }: Parties): string | undefined {
  if (left !== undefined) return showSender(left)
  return hash === undefined ? undefined : `an earlier sender (known by its hash ${hash} only)`
}

/** The constant sentence of an incident, as a part of another one. */
export function byText({ by }: Incident): string {
  return by.replace(/\.$/, '').replace(/^[A-Z](?=[a-z ])/, (first) => first.toLowerCase())
}

/** As evidence: what, how often, when, and whether it passed. */
export function incidentText({ incident }: Weighed, requests: number, firstMs: number, lastMs: number): string {
  const span = lastMs > firstMs ? `${showTime(firstMs)} to ${showTime(lastMs)}` : showTime(firstMs)
  return `${byText(incident)}: ${counted(requests, 'request')}, ${OUTCOMES[incident.outcome]}, ${span}`
}

/** Where no incident speaks: how the session began. */
export function beginning(sessions: readonly SessionRecord[]): {
  readonly name: FindingName
  readonly sentence: string
} {
  const of = (kind: SessionRecord['firstSeen']) => sessions.filter(({ firstSeen }) => firstSeen === kind)
  const several = sessions.length > 1
  const which = (some: readonly SessionRecord[]) =>
    several ? `${some.length} of ${sessions.length} sessions` : 'the session'
  const elsewhere = of('other_peer')
  if (elsewhere.length > 0) {
    const told = `${which(elsewhere)} first came from another workload than the one that the token names`
    return { name: 'first seen from another peer', sentence: `Suspected: ${told}; nobody is accused.` }
  }
  const late = [...of('late'), ...of('unknown')]
  if (late.length > 0) {
    const delay = several ? '' : delayText(late[0])
    const told = `${which(late)} did not begin here as far as can be told${delay}`
    return { name: 'first seen late', sentence: `No impersonation is seen: ${told}; its earlier life is not known.` }
  }
  const told = several ? `all ${sessions.length} sessions were` : 'the session was'
  return {
    name: 'created here',
    sentence: `No impersonation is seen: ${told} created here and used by its own holder.`,
  }
}

function delayText(record: SessionRecord | undefined): string {
  if (record === undefined) return ''
  const delayMs = delayOf(record)
  return delayMs === undefined
    ? ': its token says nothing of when it was issued'
    : `: first used ${showDuration(delayMs)} after it was issued`
}

/** From issue to first use; undefined where the token does not tell. */
export function delayOf({ issuedAtSeconds, firstSeenMs }: SessionRecord): number | undefined {
  return issuedAtSeconds === undefined ? undefined : Math.max(0, firstSeenMs - issuedAtSeconds * 1000)
}
