/**
 * Who stays when the ledger is full. A flood of one-time tokens pushes out one-time tokens, not the sessions that are in use;
 * and evidence goes last.
 */
import type { SessionRecord } from './session-record.ts'

/** Times are told apart to ten seconds, so that a standing is a small whole number (four bytes in a sorted set of Redis). */
const STEP_MS = 10_000
/** More than the steps until the year 2100. */
const CLASS = 500_000_000

/** The lower the earlier it goes: used once and without incident, then by last use, then with incidents by last use. */
export function standingOf({ uses, incidentCount, lastSeenMs }: SessionRecord): number {
  const rank = incidentCount > 0 ? 2 : uses > 1 ? 1 : 0
  return rank * CLASS + Math.min(CLASS - 1, Math.max(0, Math.floor(lastSeenMs / STEP_MS)))
}
