/** One log line an incident, within a rate: who makes incidents on purpose must not fill the disk. */
import type { Incident } from '../../ledger/incident.ts'
import type { Logger } from '../../observability/logger.ts'
import { makeTokenBucket } from '../../observability/token-bucket.ts'

const PER_SECOND = 5
const BURST = 50

/** What is left out of the log stands in the ledger and in the counters all the same. */
export function makeIncidentLog(log: Logger, nowMs: () => number): (incident: Incident) => void {
  const bucket = makeTokenBucket(PER_SECOND, BURST)
  let suppressed = 0
  return (incident) => {
    if (!bucket.take(nowMs())) {
      suppressed++
      return
    }
    if (suppressed > 0) log.warn('incidents left out of the log', { suppressed })
    suppressed = 0
    log.warn('incident', record(incident))
  }
}

function record(incident: Incident): Readonly<Record<string, unknown>> {
  const { sender, contained } = incident
  return {
    incident: incident.id,
    class: incident.class,
    confidence: incident.confidence,
    by: incident.by,
    outcome: incident.outcome,
    reason: incident.reason,
    count: incident.count,
    decision_id: incident.decisionId,
    route: incident.route,
    session: incident.session,
    key: incident.key,
    peer: sender.peer,
    source_address: sender.address === '' ? undefined : sender.address,
    contained: contained?.id,
  }
}
