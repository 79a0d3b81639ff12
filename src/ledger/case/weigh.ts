/**
 * What one incident says once both of its senders are known: which finding, how sure, and whether it accuses anybody. What an
 * honest client does by itself accuses nobody: a retry, another pod of one workload, a renewed key of it, a clock that is off.
 */
import type { Reason } from '../../check/reasons.ts'
import type { Incident, IncidentClass } from '../incident.ts'
import type { SessionRecord } from '../session-record.ts'
import { FINDINGS, type Finding, type FindingName } from './case.ts'
import type { SameHolder } from './material.ts'
import { type Parties, partiesOf, type Sameness } from './parties.ts'

export interface Weighed extends Pick<Finding, 'name' | 'confidence' | 'accuses'> {
  readonly incident: Incident
  readonly parties: Parties
}

interface Row {
  readonly name: FindingName
  /** What makes the two senders one in the eyes of this class, so that nobody is accused; undefined: nothing does. */
  readonly excusedBy: ReadonlySet<Sameness>
  /** It says when, not who: without another one to compare with it accuses nobody. */
  readonly ofTime?: true
}

const IDENTITY: ReadonlySet<Sameness> = new Set(['identity'])
const ANY: ReadonlySet<Sameness> = new Set(['identity', 'place'])

/**
 * A foreign key or certificate from the holder's own address may well be a thief behind the same NAT; from the holder's own
 * identity it is the workload itself. All else that the holder does from its own place is its own affair.
 */
const ROWS: Readonly<Record<IncidentClass, Row>> = {
  cloned: { name: 'cloned', excusedBy: IDENTITY },
  stolen: { name: 'stolen', excusedBy: IDENTITY },
  forwarded: { name: 'forwarded', excusedBy: IDENTITY },
  replayed: { name: 'replayed', excusedBy: ANY },
  transplanted: { name: 'transplanted', excusedBy: ANY },
  revoked: { name: 'revoked use', excusedBy: ANY, ofTime: true },
  downgraded: { name: 'downgraded', excusedBy: ANY },
  stale: { name: 'stale use', excusedBy: ANY, ofTime: true },
  concurrent: { name: 'concurrent use', excusedBy: ANY },
  drifted: { name: 'drifted', excusedBy: ANY },
}

/** A clock that is off looks like this, and the holder's clock is its own affair. */
const OF_CLOCKS: ReadonlySet<Reason> = new Set(['proof_stale', 'proof_future'])

/** Undefined: it says nothing of the session. */
export function weigh(
  incident: Incident,
  session: SessionRecord | undefined,
  sameHolder: SameHolder,
): Weighed | undefined {
  const parties = partiesOf(incident, session, sameHolder)
  const { name, excusedBy, ofTime = false } = ROWS[incident.class]
  const alone = parties.left === undefined && parties.hash === undefined
  const excused = parties.same === undefined ? ofTime && alone : excusedBy.has(parties.same)
  if (!excused) {
    // Drift has too many honest causes (a new release, a new network) to accuse anybody.
    return { incident, parties, name, confidence: incident.confidence, accuses: name !== 'drifted' }
  }
  if (name === 'concurrent use' || name === 'cloned') return undefined
  if (incident.reason !== undefined && OF_CLOCKS.has(incident.reason)) return undefined
  if (name === 'drifted') return { incident, parties, name, confidence: incident.confidence, accuses: false }
  const told = name === 'replayed' ? 'repeated by its own sender' : name
  return { incident, parties, name: told, confidence: 'none', accuses: false }
}

const CONFIDENCES: readonly Finding['confidence'][] = ['proven', 'suspected', 'none']

/** What has to be known first stands first: an accusation, the proven before the suspected, in the order of FINDINGS. */
export function byWeight(one: Weighed, other: Weighed): number {
  return (
    Number(other.accuses) - Number(one.accuses) ||
    CONFIDENCES.indexOf(one.confidence) - CONFIDENCES.indexOf(other.confidence) ||
    FINDINGS.indexOf(one.name) - FINDINGS.indexOf(other.name) ||
    one.incident.atMs - other.incident.atMs
  )
}
