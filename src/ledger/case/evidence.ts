/** What speaks for the finding and what against it, a line each, in plain words. */
import type { Reason } from '../../check/reasons.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Finding, FindingName } from './case.ts'
import { ownerOf } from './parties.ts'
import { delayOf, incidentText } from './sentence.ts'
import { counted, showDuration, showSender } from './show.ts'
import type { Weighed } from './weigh.ts'

export interface Evidence {
  readonly evidenceFor: readonly string[]
  readonly evidenceAgainst: readonly string[]
}

/** Of each kind at most so many lines: what a person reads. */
const MAX_LINES = 12

/** What else a suspicion could be, in words for whoever has to decide. */
const OTHER_CAUSES: Readonly<Partial<Record<FindingName, string>>> = {
  replayed: 'A retry through another network looks the same as far as senders are known by address only.',
  transplanted: 'A client or route with a wrong origin, and a service that passes tokens on, look the same.',
  downgraded: 'A client that is configured wrongly looks the same.',
  'stale use': 'A client that does not renew its token looks the same.',
  'revoked use': 'A client that has not heard of the revocation looks the same.',
  'concurrent use': 'A client that moves between networks looks the same; ledger.sharing says who shares on purpose.',
  drifted: 'A new release, a new network or a new task of the same client looks the same.',
}

/** Refusals that ordinary clients meet, and what they mean. */
const ORDINARY: readonly (readonly [reasons: readonly Reason[], meaning: string])[] = [
  [['nonce_required', 'nonce_stale', 'nonce_invalid'], 'sent back for a nonce, as RFC 9449 §8 has it'],
  [['certificate_rotated'], 'refused since the workload renewed its certificate: an ordinary rotation'],
  [['proof_future', 'proof_stale'], "refused for the date of the proof: look at the client's clock"],
]

/** @param weighed in the order of their weight, the one that the finding is made of first */
export function evidenceOf(
  finding: Finding,
  weighed: readonly Weighed[],
  sessions: readonly SessionRecord[],
): Evidence {
  const own = weighed.filter(({ name }) => name === finding.name)
  const others = weighed.filter(({ name }) => name !== finding.name)
  const bearing = sessions.flatMap((session) => beginningText(session))
  const open = unboundText(sessions)
  const evidenceFor = finding.accuses
    ? [...grouped(own), ...grouped(others).map((line) => `Also ${line}`), ...distinct(bearing), ...open]
    : [...grouped(own), ...distinct(bearing), ...boundText(sessions)]
  const evidenceAgainst = [
    ...samenessText(own),
    ...(finding.confidence === 'suspected' ? [otherCause(finding.name, own)] : []),
    ...(finding.accuses ? [] : [...grouped(others).map((line) => `But ${line}`), ...open]),
    ...ordinaryText(sessions),
  ]
  return { evidenceFor: bounded(evidenceFor), evidenceAgainst: bounded(evidenceAgainst) }
}

/** Unless what it is suspected by says so itself. */
function otherCause(name: FindingName, weighed: readonly Weighed[]): string {
  return weighed.some(({ incident }) => incident.by.includes('looks the same')) ? '' : (OTHER_CAUSES[name] ?? '')
}

/** One line for each that differs in words, sender or outcome. */
function grouped(weighed: readonly Weighed[]): readonly string[] {
  const groups = new Map<string, Weighed[]>()
  for (const one of weighed) {
    const { name, incident } = one
    const key = JSON.stringify([name, incident.by, incident.outcome, one.parties.right])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Weighed]
    const requests = group.reduce((sum, { incident }) => sum + incident.count, 0)
    const atMs = Math.min(...group.map(({ incident }) => incident.atMs))
    const lastMs = Math.max(...group.map(({ incident }) => incident.lastMs))
    const certainty = first.confidence === 'none' ? '' : `, ${first.confidence}`
    return `${first.name}${certainty}: ${incidentText(first, requests, atMs, lastMs)}, by ${showSender(first.parties.right)}`
  })
}

function beginningText(session: SessionRecord): readonly string[] {
  const delayMs = delayOf(session)
  const after = delayMs === undefined ? '' : ` ${showDuration(delayMs)} after it was issued`
  const owner = ownerOf(session)
  const by = owner === undefined ? '' : ` by ${showSender(owner)}`
  switch (session.firstSeen) {
    case 'created_here':
      return [`Created here: first used${by}${after}.`]
    case 'late':
      return [`First seen late: first used${after}; what happened to it before is not known.`]
    case 'other_peer':
      return [`First used by another workload than ${session.holder ?? 'its holder'}${after}.`]
    case 'unknown':
      return ['Its token does not say when it was issued.']
  }
}

function boundText(sessions: readonly SessionRecord[]): readonly string[] {
  const held = [...new Set(sessions.flatMap((session) => session.held))]
  return held.length === 0 ? [] : [`What passed last had shown its binding: ${held.join(', ')}.`]
}

function unboundText(sessions: readonly SessionRecord[]): readonly string[] {
  const open = sessions.filter(
    ({ held, keyThumbprint, certificateThumbprint }) =>
      held.length === 0 && keyThumbprint === undefined && certificateThumbprint === undefined,
  )
  return open.length === 0
    ? []
    : ['Unbound bearer token: who else has it can use it, and is told apart only by workload, certificate or address.']
}

function samenessText(weighed: readonly Weighed[]): readonly string[] {
  return distinct(
    weighed.flatMap(({ parties: { same } }) => {
      if (same === 'identity') return ['Both senders show the same identity: one workload, perhaps several pods of it.']
      return same === 'place' ? ['Both come from one address, or from addresses that the configuration calls one.'] : []
    }),
  )
}

function ordinaryText(sessions: readonly SessionRecord[]): readonly string[] {
  return ORDINARY.flatMap(([reasons, meaning]) => {
    const count = sessions.reduce(
      (sum, { verdicts }) => sum + reasons.reduce((part, reason) => part + (verdicts[reason] ?? 0), 0),
      0,
    )
    return count === 0 ? [] : [`${counted(count, 'request')} ${count === 1 ? 'was' : 'were'} ${meaning}.`]
  })
}

function distinct(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)]
}

function bounded(lines: readonly string[]): readonly string[] {
  const said = lines.filter((line) => line !== '')
  if (said.length <= MAX_LINES) return said
  return [...said.slice(0, MAX_LINES - 1), `and ${said.length - MAX_LINES + 1} more of this kind`]
}
