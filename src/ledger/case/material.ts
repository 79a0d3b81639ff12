/** What a case is judged from: all that was looked up, as plain data, so that the judgement is a pure function of it. */
import type { Incident } from '../incident.ts'
import type { Gap } from '../ledger-store.ts'
import type { Sender } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Alive, Case } from './case.ts'
import type { InForce } from './in-force.ts'

export interface Material {
  readonly asked: Case['asked']
  readonly nowMs: number
  readonly retentionSeconds: number
  /** The last used first. */
  readonly sessions: readonly SessionRecord[]
  /** The oldest first. */
  readonly incidents: readonly Incident[]
  readonly alive: readonly Alive[]
  readonly aliveMore: boolean
  /** Sessions of the same identity that are not past their end, and yet not alive. */
  readonly cutOff: readonly SessionRecord[]
  /** What the list of revocations says at `nowMs`. */
  readonly inForce: InForce
  readonly gaps: readonly Gap[]
  /** Entries that could not be read. */
  readonly corrupt: number
  /** True where more sessions or incidents were found than are in the case. */
  readonly more: boolean
  /** What was not clear about the question itself, in words. */
  readonly doubts: readonly string[]
  readonly searched: Case['searched']
  /** By id of session: what `holdfast revoke` takes, opened. */
  readonly handles: ReadonlyMap<string, string>
  /** Whether two senders are one holder, as far as the configuration says: NAT, shared service accounts. */
  readonly sameHolder: SameHolder
}

/** `client` of the session: rules of sharing may be for some clients only. */
export type SameHolder = (one: Sender, other: Sender, client: string | undefined) => boolean
