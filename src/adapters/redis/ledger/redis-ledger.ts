/**
 * The ledger that replicas share, in Redis or Valkey (docs/redis.md). Off the decision path, over a connection of its own;
 * a server that does not answer fails a call within seconds. Layout: ledger-keys.ts; atomicity: scripts.ts.
 */
import type { LedgerBounds, LedgerStore, Written } from '../../../ledger/ledger-store.ts'
import type { TlsSettings } from '../connection.ts'
import { ListTrouble, ownerOf } from '../revocation/list-connection.ts'
import { toOctets } from './entries.ts'
import { sessionsById, sessionsByRelative } from './find-sessions.ts'
import { forgetIncidents, forgetSessions } from './forget.ts'
import { readGaps, saveGap } from './gaps.ts'
import { incidentEntries } from './incident-entry.ts'
import { ledgerKeys } from './ledger-keys.ts'
import { makeLedgerLink } from './ledger-link.ts'
import { readPage } from './page.ts'
import { saveKeys } from './save-keys.ts'
import { addIncidents, saveSessions } from './save-sessions.ts'
import { sessionEntries } from './session-entry.ts'
import { makeSweep } from './sweep.ts'

export interface RedisLedgerOptions {
  /** See redis-url.ts; may hold a password. */
  readonly url: string
  readonly tls?: TlsSettings
  /** Starts every key. */
  readonly prefix: string
  /** The same at all replicas: another `maxSessions` spreads the inventory otherwise. */
  readonly bounds: LedgerBounds
  readonly nowMs: () => number
}

/** Connects when it is first used. Throws when the URL is none of the known forms: the configuration checks it before. */
export function makeRedisLedger({ url, tls, prefix, bounds, nowMs }: RedisLedgerOptions): LedgerStore {
  const owners = ownerOf(url, tls)
  const keys = ledgerKeys(toOctets(prefix), owners.cluster)
  const link = makeLedgerLink(() => owners.openTo(keys.gaps))
  const entries = sessionEntries(keys, bounds)
  const incidents = incidentEntries(link, keys, bounds)
  const sweep = makeSweep(link, entries, keys, Math.random())
  let writing: Promise<unknown> = Promise.resolve()

  /** One after the other: our own writes need not contend for an entry. */
  function inTurn<T>(work: () => Promise<T>): Promise<Written<T>> {
    const turn = writing.then(() => written(work))
    writing = turn
    return turn
  }

  return {
    saveSessions: (deltas) =>
      inTurn(async () => {
        const changes = await saveSessions(link, entries, deltas, nowMs())
        await sweep.step(nowMs())
        return changes
      }),
    saveKeys: (uses) => inTurn(() => saveKeys(link, keys, entries.shards, uses, nowMs())),
    saveIncidents: (some) =>
      inTurn(async () => {
        await incidents.save(some, nowMs())
        const bySession = new Map<string, readonly string[]>()
        for (const { id, session } of some) {
          if (session !== undefined) bySession.set(session, [...(bySession.get(session) ?? []), id])
        }
        await addIncidents(link, entries, bySession, nowMs())
        return some.length
      }),
    saveGap: (gap) => written(() => saveGap(link, keys, gap, bounds.retentionSeconds)),
    sessions: (ids) => written(() => sessionsById(link, entries, ids, nowMs())),
    sessionsBy: (relative, limit) => written(() => sessionsByRelative(link, entries, keys, relative, limit, nowMs())),
    page: (wish) => written(() => readPage(link, entries, keys, wish, nowMs())),
    incidents: (ids) =>
      written(async () => {
        const { found, corrupt, more } = await incidents.byId(ids, nowMs())
        return { found, corrupt, more }
      }),
    incidentsBy: (relative, limit) => written(() => incidents.byRelative(relative, limit, nowMs())),
    recentIncidents: (limit, before) => written(() => incidents.recent(limit, before, nowMs())),
    gaps: () => written(() => readGaps(link, keys)),
    forgetSubject: (subject) =>
      written(async () => ({
        sessions: await forgetSessions(link, entries, keys, subject, nowMs()),
        incidents: await forgetIncidents(incidents, subject, nowMs()),
      })),
    async close() {
      link.close()
    },
  }
}

/** The port promises never to reject. */
async function written<T>(work: () => Promise<T>): Promise<Written<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return {
      ok: false,
      detail: error instanceof ListTrouble ? error.message : 'the ledger failed by a fault of our own',
    }
  }
}
