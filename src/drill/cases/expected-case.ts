/** What the case of a scenario must say, and what a responder would ask for. */
import type { Finding, FindingName } from '../../ledger/case/case.ts'
import type { CallerName, Pod } from '../world/workloads.ts'

/** Which identifier is at hand: from an alert, out of a leaked token, from the issuer, out of a log. */
export type AskedBy = 'decision' | 'token' | 'jti' | 'session' | 'key'

export interface ExpectedCase extends Pick<Finding, 'confidence' | 'accuses'> {
  readonly by: AskedBy
  readonly finding: FindingName
  /** Where there are two: who stands in the left column, and who in the right. The left one is never accused. */
  readonly senders?: Senders
}

export interface Senders {
  readonly left: Place
  readonly right: Place
}

/** One pod; with its address where the scenario sends from another one than the usual. */
export interface Place {
  readonly caller: CallerName
  readonly pod?: Pod
  readonly from?: string
}

/** Somebody is accused, with these words. */
export function accused(
  confidence: 'proven' | 'suspected',
  finding: FindingName,
  by: AskedBy,
  senders?: Senders,
): ExpectedCase {
  return { by, finding, confidence, accuses: true, ...(senders === undefined ? {} : { senders }) }
}

/** Nobody is accused. */
export function nobody(finding: FindingName, by: AskedBy = 'session'): ExpectedCase {
  return { by, finding, confidence: 'none', accuses: false }
}

/** The holder on the left, in its first pod, and somebody else on the right. */
export function twoSenders(holder: CallerName, other: CallerName, more: Omit<Place, 'caller'> = {}): Senders {
  return { left: { caller: holder }, right: { caller: other, ...more } }
}
