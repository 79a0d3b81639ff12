/**
 * The embedded ledger: of one process, bounded, gone with it. Each call is done at once, so that it is atomic. When it is full
 * a sixteenth goes at a time, the lowest standing first (ledger/standing.ts).
 */
import type { Gap, LedgerBounds, LedgerStore, Reading } from '../../ledger/ledger-store.ts'
import { makeMemoryIncidents } from './memory-ledger-incidents.ts'
import type { Held } from './memory-ledger-index.ts'
import { makeMemoryKeys } from './memory-ledger-keys.ts'
import { makeMemorySessions } from './memory-ledger-sessions.ts'

export interface MemoryLedger extends LedgerStore {
  /** What is held, what has outlived the retention included until it is swept. */
  held(): { readonly sessions: Held; readonly incidents: Held; readonly keys: number }
}

const MAX_GAPS = 100
const SWEEP_INTERVAL_MS = 10_000

/** `nowMs`: milliseconds since the epoch. */
export function makeMemoryLedger(bounds: LedgerBounds, nowMs: () => number): MemoryLedger {
  const sessions = makeMemorySessions(bounds, nowMs)
  const incidents = makeMemoryIncidents(bounds, nowMs)
  const keys = makeMemoryKeys(bounds, nowMs)
  let gaps: readonly Gap[] = []
  let sweptMs = nowMs()

  /** Reading leaves out what has outlived the retention; writing now and then removes it. */
  function sweep(): void {
    if (Math.abs(nowMs() - sweptMs) < SWEEP_INTERVAL_MS) return
    sweptMs = nowMs()
    sessions.sweep()
    incidents.sweep()
    keys.sweep()
    const keptSinceMs = sweptMs - bounds.retentionSeconds * 1000
    gaps = gaps.filter(({ toMs }) => toMs > keptSinceMs)
  }

  return {
    async saveSessions(deltas) {
      sweep()
      return { ok: true, value: deltas.map(sessions.save) }
    },
    async saveKeys(uses) {
      sweep()
      return { ok: true, value: keys.fold(uses) }
    },
    async saveIncidents(saved) {
      sweep()
      for (const incident of saved) {
        incidents.save(incident)
        if (incident.session !== undefined) sessions.addIncident(incident.session, incident.id)
      }
      return { ok: true, value: saved.length }
    },
    async saveGap(gap) {
      gaps = [...gaps, gap].slice(-MAX_GAPS)
      return { ok: true, value: undefined }
    },
    async sessions(ids) {
      return { ok: true, value: { found: sessions.get(ids), corrupt: 0, more: false } }
    },
    async sessionsBy(relative, limit) {
      return { ok: true, value: firstOf(sessions.by(relative), limit) }
    },
    page: async (wish) => sessions.page(wish),
    async incidents(ids) {
      return { ok: true, value: { found: incidents.get(ids), corrupt: 0, more: false } }
    },
    async incidentsBy(relative, limit) {
      return { ok: true, value: firstOf(incidents.by(relative), limit) }
    },
    async recentIncidents(limit, before) {
      return { ok: true, value: firstOf(incidents.recent(before), limit) }
    },
    async gaps() {
      return { ok: true, value: gaps }
    },
    async forgetSubject(subject) {
      const isOf = (entry: { readonly subject: string | undefined }): boolean => entry.subject === subject
      return { ok: true, value: { sessions: sessions.remove(isOf), incidents: incidents.remove(isOf) } }
    },
    async close() {},
    held: () => ({ sessions: sessions.held(), incidents: incidents.held(), keys: keys.count() }),
  }
}

function firstOf<T>(found: readonly T[], limit: number): Reading<T> {
  return { found: found.slice(0, limit), corrupt: 0, more: found.length > limit }
}
