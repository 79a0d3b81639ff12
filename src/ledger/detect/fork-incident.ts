/** A fork of the nonces of one key, as an incident: the key was copied, and both of its holders are named. */
import { holderTag } from '../../check/proof/holder-tag.ts'
import type { Counterpart, Incident } from '../incident.ts'
import type { SenderTally } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import { incidentOfRecord, plain } from './incident-of-record.ts'
import { type Fork, thumbprintOf } from './lineage.ts'
import { type DetectionRules, sharedHolderOf } from './rules.ts'

const BY = 'two holders used one key by turns, each with nonces that the other never had'

/** Where the session forgot its address (its list of senders is bounded). */
const UNKNOWN = { peer: undefined, certificate: undefined, address: '' } as const

interface Known {
  readonly sender: SenderTally
  readonly record: SessionRecord
}

/**
 * `key`: as in `KeyUses`. `sessions`: those of the key. Who came second stands as the sender; who of the two is the thief is
 * not known. Undefined where the rules of sharing make the two one holder.
 */
export function incidentOfFork(
  key: string,
  { holders: [first, second], atMs }: Fork,
  sessions: readonly SessionRecord[],
  newId: (nowMs: number) => string,
  nowMs: number,
  rules: DetectionRules,
): Incident | undefined {
  const [one, other] = [knownBy(first, sessions), knownBy(second, sessions)]
  const client = (other ?? one)?.record.client
  if (
    one !== undefined &&
    other !== undefined &&
    sharedHolderOf(one.sender, client, rules) === sharedHolderOf(other.sender, client, rules)
  ) {
    return undefined
  }
  const counterpart: Counterpart = {
    role: 'other sender',
    sender: one === undefined ? undefined : plain(one.sender),
    hash: undefined,
    atMs: one?.sender.lastMs,
  }
  const told = { id: newId(nowMs), class: 'cloned', confidence: 'proven', by: BY, atMs } as const
  const record = (other ?? one)?.record ?? sessions[0]
  return { ...incidentOfRecord(told, record, other?.sender ?? UNKNOWN, counterpart), key: thumbprintOf(key) }
}

/** The sender with this tag that was seen last, over all sessions of the key. */
function knownBy(tag: string, sessions: readonly SessionRecord[]): Known | undefined {
  let found: Known | undefined
  for (const record of sessions) {
    for (const sender of record.senders) {
      if (found !== undefined && sender.lastMs <= found.sender.lastMs) continue
      if (holderTag(sender).toString('hex') === tag) found = { sender, record }
    }
  }
  return found
}
