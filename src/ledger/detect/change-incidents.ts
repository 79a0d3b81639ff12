/**
 * What the ledger sees when a session changes, whatever the verdicts were: two holders at once, and a settled session that
 * is no longer what it was. Suspected only: a client that moves looks the same.
 */
import type { Incident } from '../incident.ts'
import type { Change } from '../ledger-store.ts'
import { concurrentUse } from './concurrent-use.ts'
import { driftOf } from './drift.ts'
import { incidentOfRecord, plain } from './incident-of-record.ts'
import type { DetectionRules } from './rules.ts'

/** At most one of each class for one change. */
export function incidentsOfChange(
  change: Change,
  rules: DetectionRules,
  newId: (nowMs: number) => string,
  nowMs: number,
): readonly Incident[] {
  const concurrent = concurrentUse(change, rules)
  const drift = driftOf(change, rules)
  const incidents: Incident[] = []
  if (concurrent !== undefined) {
    const { by, again, between } = concurrent
    const told = { id: newId(nowMs), class: 'concurrent', confidence: 'suspected', by, atMs: again.lastMs } as const
    const counterpart = {
      role: 'other sender',
      sender: plain(between),
      hash: undefined,
      atMs: between.lastMs,
    } as const
    incidents.push(incidentOfRecord(told, change.after, again, counterpart))
  }
  if (drift !== undefined) {
    const { by, now, before } = drift
    const told = { id: newId(nowMs), class: 'drifted', confidence: 'suspected', by, atMs: now.lastMs } as const
    const counterpart =
      before === undefined
        ? undefined
        : ({ role: 'sender before', sender: plain(before), hash: undefined, atMs: before.lastMs } as const)
    incidents.push(incidentOfRecord(told, change.after, now, counterpart))
  }
  return incidents
}
