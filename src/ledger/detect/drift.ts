/**
 * Drift: a session that had settled is used by another workload, from another part of the network, with another user agent,
 * or on another route than ever before. New releases and new tasks look the same, so it is suspected and denies nothing.
 */
import type { Change } from '../ledger-store.ts'
import type { SenderTally } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import { rangeOf } from './network.ts'
import { type DetectionRules, sharedHolderOf } from './rules.ts'

export interface Drift {
  readonly by: string
  /** Who showed it, and who was seen last before. */
  readonly now: SenderTally
  readonly before: SenderTally | undefined
}

const SETTLED_USES = 20
const SETTLED_MS = 600_000
/** What a provider's network is about as large as. */
const RANGE_OF_IPV4 = 16
const RANGE_OF_IPV6 = 32

const BY_PEER = 'a settled session is used by a workload that it never had'
const BY_RANGE = 'a settled session is used from a part of the network that it never came from'
const BY_AGENT = 'a settled session is used with a user agent that it never had'
const BY_ROUTE = 'a settled session is used on a route that it never was used on'

/** The weightiest that is new in this change; once each, since it is known from then on. */
export function driftOf({ before, after }: Change, rules: DetectionRules): Drift | undefined {
  if (before === undefined || !isSettled(before)) return undefined
  const last = newestOf(before.senders)
  const told = (by: string, now: SenderTally): Drift => ({ by, now, before: last })
  // Of senders that were left out of the list nobody knows whether they are new.
  const fresh = before.sendersOmitted === 0 ? newSenders(before, after, rules) : []
  const ofPeer = fresh.find(({ peer }) => peer !== undefined && !before.senders.some((known) => known.peer === peer))
  if (ofPeer !== undefined) return told(BY_PEER, ofPeer)
  const ranges = new Set(before.senders.map(({ address }) => rangeOf(address, RANGE_OF_IPV4, RANGE_OF_IPV6)))
  const ofRange = fresh.find(({ peer, address }) => {
    const range = peer === undefined ? rangeOf(address, RANGE_OF_IPV4, RANGE_OF_IPV6) : undefined
    return range !== undefined && !ranges.has(range)
  })
  if (ofRange !== undefined) return told(BY_RANGE, ofRange)
  const agents = new Set(before.senders.map(({ agent }) => agent))
  const ofAgent = fresh.find(({ agent }) => agent !== undefined && !agents.has(agent))
  if (ofAgent !== undefined) return told(BY_AGENT, ofAgent)
  const now = newestOf(after.senders)
  return now !== undefined && hasNewRoute(before, after) ? told(BY_ROUTE, now) : undefined
}

function isSettled({ uses, firstSeenMs, lastSeenMs }: SessionRecord): boolean {
  return uses >= SETTLED_USES && lastSeenMs - firstSeenMs >= SETTLED_MS
}

/** Not seen before, and of no holder that was. A sender keeps only its last user agent, so one that is known shows nothing new. */
function newSenders(before: SessionRecord, after: SessionRecord, rules: DetectionRules): readonly SenderTally[] {
  const holders = new Set(before.senders.map((sender) => sharedHolderOf(sender, before.client, rules)))
  return after.senders.filter((sender) => !holders.has(sharedHolderOf(sender, after.client, rules)))
}

function hasNewRoute(before: SessionRecord, after: SessionRecord): boolean {
  if (before.routesOmitted > 0) return false
  const known = new Set(before.routes.map(({ route }) => route))
  return after.routes.some(({ route }) => !known.has(route))
}

function newestOf(senders: readonly SenderTally[]): SenderTally | undefined {
  return senders.reduce<SenderTally | undefined>(
    (newest, sender) => (newest === undefined || sender.lastMs > newest.lastMs ? sender : newest),
    undefined,
  )
}
