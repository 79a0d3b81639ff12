/**
 * Who stands against whom in an incident, and whether the two are one. An honest look-alike is told here: the same sender
 * once more, another pod of the workload, the session's own holder.
 */
import { senderHash } from '../../check/replay/replay-key.ts'
import type { Incident } from '../incident.ts'
import { isUnbound } from '../inventory.ts'
import { holderOf, type Sender } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import type { SameHolder } from './material.ts'

export interface Parties {
  /** The holder, or who was first; undefined where nobody is known. */
  readonly left: Sender | undefined
  readonly leftRole: string
  /** The left one is taken for the holder since it came first: nothing else says so. */
  readonly presumed: boolean
  /** Where only the hash of the left one is known, and nobody known has it. */
  readonly hash: string | undefined
  readonly right: Sender
  /** How the two are known to be one; undefined where they are two, or where that is not known. */
  readonly same: Sameness | undefined
}

/** `identity`: same SPIFFE ID or certificate. `place`: same address, or addresses that the configuration calls one. */
export type Sameness = 'identity' | 'place'

/** @param session of the incident, where the ledger still has it */
export function partiesOf(told: Incident, session: SessionRecord | undefined, sameHolder: SameHolder): Parties {
  const incident = ownerFirst(told, session)
  const { sender: right, counterpart } = incident
  const hash = counterpart?.hash
  const left = leftOf(incident, session)
  const role = counterpart?.role ?? 'holder'
  const named = left?.peer !== undefined && left.peer === incident.holder
  const presumed = left !== undefined && role === 'holder' && !named && counterpart?.sender !== left
  return {
    left,
    leftRole: role,
    presumed,
    hash: left === undefined ? hash : undefined,
    right,
    same: left && sameness(left, right, incident.client, sameHolder),
  }
}

/** Of two who use one session or key by turns either may have been written down first: the owner stands left. */
function ownerFirst(incident: Incident, session: SessionRecord | undefined): Incident {
  const { sender, counterpart } = incident
  const owner = ownerOf(session)
  if (counterpart?.role !== 'other sender' || counterpart.sender === undefined || owner === undefined) return incident
  if (holderOf(sender) !== holderOf(owner)) return incident
  return { ...incident, sender: counterpart.sender, counterpart: { ...counterpart, sender } }
}

function leftOf({ sender: right, counterpart }: Incident, session: SessionRecord | undefined): Sender | undefined {
  if (counterpart === undefined) return ownerOf(session)
  const { role, sender: told, hash } = counterpart
  if (told === undefined) return hash === undefined ? undefined : bearerOf(hash, right, session)
  if (role !== 'holder') return told
  const owner = ownerOf(session)
  // The same one as it was seen, with its address.
  if (owner !== undefined && owner.peer !== undefined && owner.peer === told.peer) return owner
  return isComparable(told, right) ? told : (owner ?? told)
}

/** What a token says of its holder says nothing of a sender who shows no identity: honest ones without mTLS do not either. */
function isComparable(told: Sender, right: Sender): boolean {
  return (
    (told.peer !== undefined && right.peer !== undefined) ||
    (told.certificate !== undefined && right.certificate !== undefined)
  )
}

/** How two senders are one; undefined: they are two. */
function sameness(
  one: Sender,
  other: Sender,
  client: string | undefined,
  sameHolder: SameHolder,
): Sameness | undefined {
  const bothNamed = one.peer !== undefined && other.peer !== undefined
  if (bothNamed ? one.peer === other.peer : one.certificate !== undefined && one.certificate === other.certificate) {
    return 'identity'
  }
  if (sameHolder(one, other, client)) return bothNamed ? 'identity' : 'place'
  // Two of whom nothing is known are not one.
  return holderOf(one) !== '' && holderOf(one) === holderOf(other) ? 'place' : undefined
}

/** Who has this `senderHash`: the sender itself, or one that the session knows. */
function bearerOf(hash: string, right: Sender, session: SessionRecord | undefined): Sender | undefined {
  return [right, ...(session?.senders ?? []).map(plain)].find((sender) => hashOf(sender) === hash)
}

/** As replay memory names a sender (check-replay.ts). */
function hashOf({ peer, certificate, address }: Sender): string {
  return senderHash(peer ?? certificate, address).toString('hex')
}

/**
 * Whose session it is, as far as is known: the workload that the token names; else the first sender of a session that passed
 * at least once, or that anybody could use. Of a bound session that never passed nobody can tell.
 */
export function ownerOf(session: SessionRecord | undefined): Sender | undefined {
  if (session === undefined) return undefined
  const { holder, senders, lastAllowedMs } = session
  const first = [...senders].sort((one, other) => one.firstMs - other.firstMs).map(plain)
  const named = holder === undefined ? undefined : first.find(({ peer }) => peer === holder)
  if (named !== undefined) return named
  // Somebody with another identity came first: the holder has not been seen, but is known by name.
  if (holder !== undefined && first.some(({ peer }) => peer !== undefined)) {
    return { peer: holder, certificate: undefined, address: '' }
  }
  return lastAllowedMs !== undefined || isUnbound(session) ? first[0] : undefined
}

/** Without the counts. */
function plain({ peer, certificate, address }: Sender): Sender {
  return { peer, certificate, address }
}
