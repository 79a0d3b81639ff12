/** The sessions of the embedded ledger. */
import type { Change, LedgerBounds, Page, PageWish, Relative, Written } from '../../ledger/ledger-store.ts'
import { mergeRecords, withIncidents } from '../../ledger/merge.ts'
import { relativesOfSession } from '../../ledger/relations.ts'
import type { SessionRecord } from '../../ledger/session-record.ts'
import { standingOf } from '../../ledger/standing.ts'
import { type Held, makeRelationIndex } from './memory-ledger-index.ts'

export interface MemorySessions {
  save(delta: SessionRecord): Change
  addIncident(session: string, incident: string): void
  get(ids: readonly string[]): readonly SessionRecord[]
  /** Newest first. */
  by(relative: Relative): readonly SessionRecord[]
  page(wish: PageWish): Written<Page>
  /** Removes those it is said of; resolves to how many. */
  remove(which: (record: SessionRecord) => boolean): number
  /** Removes what has outlived the retention. */
  sweep(): void
  held(): Held
}

interface Entry {
  /** Never the same for two: where a listing goes on. */
  readonly serial: number
  record: SessionRecord
}

/** What goes at once when it is full: sorting all of them must not happen for each new one. */
const EVICTED_AT_ONCE = 1 / 16
/** Sessions between two looks at the clock. */
const LOOKED_AT_ONCE = 64

export function makeMemorySessions(bounds: LedgerBounds, nowMs: () => number): MemorySessions {
  const entries = new Map<string, Entry>()
  const index = makeRelationIndex()
  let serial = 0

  const isLive = ({ lastSeenMs }: SessionRecord): boolean => nowMs() - lastSeenMs < bounds.retentionSeconds * 1000

  function live(id: string): SessionRecord | undefined {
    const record = entries.get(id)?.record
    return record !== undefined && isLive(record) ? record : undefined
  }

  function drop(id: string): void {
    entries.delete(id)
    index.remove(id)
  }

  function evict(): void {
    const byStanding = [...entries.values()].map(({ record }) => ({ id: record.id, standing: standingOf(record) }))
    byStanding.sort((a, b) => a.standing - b.standing)
    const surplus = entries.size - bounds.maxSessions
    for (const { id } of byStanding.slice(0, surplus + Math.floor(bounds.maxSessions * EVICTED_AT_ONCE))) drop(id)
  }

  function remove(which: (record: SessionRecord) => boolean): number {
    const before = entries.size
    for (const { record } of entries.values()) if (which(record)) drop(record.id)
    return before - entries.size
  }

  return {
    save(delta) {
      const before = live(delta.id)
      const after = mergeRecords(before, delta)
      // One that outlived the retention and comes again is another one.
      if (before === undefined) drop(delta.id)
      const entry = entries.get(delta.id)
      if (entry === undefined) entries.set(delta.id, { serial: ++serial, record: after })
      else entry.record = after
      index.put(delta.id, relativesOfSession(after))
      if (entries.size > bounds.maxSessions) evict()
      return { before, after }
    },
    addIncident(session, incident) {
      const entry = entries.get(session)
      if (entry !== undefined) entry.record = withIncidents(entry.record, [incident])
    },
    get: (ids) => [...new Set(ids)].map(live).filter((record) => record !== undefined),
    by(relative) {
      const found = index.find(relative).map(live)
      return found.filter((record) => record !== undefined).sort((a, b) => b.lastSeenMs - a.lastSeenMs)
    },
    page({ cursor = '0', limit, withinMs, wanted }) {
      if (!/^\d{1,15}$/.test(cursor)) return { ok: false, detail: 'the cursor is none of this ledger' }
      const after = Number(cursor)
      const endsMs = nowMs() + withinMs
      const sessions: SessionRecord[] = []
      let looked = 0
      let last = after
      // A Map is walked in the order in which its entries came, which is that of their serial numbers.
      for (const entry of entries.values()) {
        if (entry.serial <= after) continue
        const isFull = sessions.length >= limit
        const isLate = looked > 0 && looked % LOOKED_AT_ONCE === 0 && nowMs() >= endsMs
        if (isFull || isLate) return page(String(last))
        looked++
        last = entry.serial
        if (isLive(entry.record) && wanted(entry.record)) sessions.push(entry.record)
      }
      return page(undefined)

      function page(next: string | undefined): Written<Page> {
        return { ok: true, value: { sessions, cursor: next, looked, about: entries.size, corrupt: 0 } }
      }
    },
    remove,
    sweep: () => void remove((record) => !isLive(record)),
    held: () => ({ count: entries.size, ...index.size() }),
  }
}
