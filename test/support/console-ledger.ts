/** The console over a real embedded ledger with the sample story written into it, judged like any other case. */
import { makeMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import type { ConsoleData } from '../../src/console/console-data.ts'
import { gatherCase } from '../../src/ledger/case/gather-case.ts'
import { makeIdentifiers } from '../../src/ledger/identifiers.ts'
import type { Incident } from '../../src/ledger/incident.ts'
import { listSessions } from '../../src/ledger/inventory.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'
import { NOW_MS, sampleIncidents, sampleSession, sampleSessions } from './console-samples.ts'
import { TOKEN } from './decisions.ts'

const RETENTION_SECONDS = 90 * 24 * 3600
const names = makeIdentifiers({ secret: Buffer.alloc(32, 7), hashSubjects: false })

/** The record under the name that its sid gives it, with the sid sealed. */
function sealed(record: SessionRecord, sid: string): SessionRecord {
  const handle = names.seal({ ...TOKEN, issuer: record.issuer, sessionId: sid })
  return { ...record, id: names.sessionId(record.issuer, sid), handle }
}

function idOf(incident: Incident, index: number): string {
  return `${incident.lastMs.toString(36).padStart(9, '0')}-sample0${index}`
}

export async function ledgerData(): Promise<ConsoleData> {
  const store = makeMemoryLedger(
    { retentionSeconds: RETENTION_SECONDS, maxSessions: 1_000, maxIncidents: 1_000 },
    () => NOW_MS,
  )
  const others = ['pipeline:checkout/artifacts', 'pipeline:checkout/smoke-test', 'pipeline:search/deploy'].map(
    (subject, index) =>
      sampleSession({
        subject,
        keyThumbprint:
          index === 1 ? sampleSession().keyThumbprint : `${subject.length}kTq7cN1Wm3S6gZcDqmCw8bR1vI5nXr2sQm0yJ4uHfL`,
        senders: sampleSession().senders.slice(0, 1),
        incidentCount: 0,
        incidents: [],
        uses: 40 * (index + 1),
      }),
  )
  const sessions = [...sampleSessions(), ...others].map((record, index) => sealed(record, `build-8812${index}`))
  const session = sessions[0]?.id
  const incidents = sampleIncidents().map((incident, index) => ({
    ...incident,
    id: idOf(incident, index),
    session: index < 2 ? session : undefined,
  }))
  await store.saveSessions(sessions.map((record) => ({ ...record, incidents: [], incidentCount: 0 })))
  await store.saveIncidents(incidents)
  return {
    names,
    incidents: store.recentIncidents,
    sessions: (filter, cursor, limit) => listSessions(store, filter, { cursor, limit, withinMs: 1_000, nowMs: NOW_MS }),
    case: (asked) => gatherCase(store, names, asked, { nowMs: NOW_MS, retentionSeconds: RETENTION_SECONDS }),
    gaps: store.gaps,
  }
}
