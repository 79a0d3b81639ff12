/**
 * Port: where the ledger is kept. Off the decision path: a call may take its time and may fail, and then says so; it never
 * throws and never rejects. One contract suite holds for all (test/contract/ledger-store.ts).
 */
import type { Incident } from './incident.ts'
import type { KeyUses } from './key-record.ts'
import type { SessionRecord } from './session-record.ts'

/** What a session, or an incident, can be found by. Values are as in the record; `issuer` by sessions only. */
export const RELATIONS = [
  'token',
  'jti',
  'subject',
  'client',
  'key',
  'certificate',
  'workload',
  'trust-domain',
  'issuer',
  'address',
  'session',
  'decision',
] as const

export type Relation = (typeof RELATIONS)[number]

export interface Relative {
  readonly relation: Relation
  readonly value: string
}

/** `failed`: nothing of it is known to be written; the message is constant text. */
export type Written<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string }

/** A session before and after a delta was merged into it. */
export interface Change {
  /** Undefined: first seen. */
  readonly before: SessionRecord | undefined
  readonly after: SessionRecord
}

/** What a store could read. `corrupt`: entries that are none of ours or broken: skipped and counted. */
export interface Reading<T> {
  readonly found: readonly T[]
  readonly corrupt: number
  /** True where there are more than were asked for, or more than the index keeps. */
  readonly more: boolean
}

export interface Page {
  readonly sessions: readonly SessionRecord[]
  /** Where the next page starts; undefined at the end. */
  readonly cursor: string | undefined
  /** Sessions that were looked at for this page, and about how many there are. */
  readonly looked: number
  readonly about: number
  readonly corrupt: number
}

export interface PageWish {
  readonly cursor: string | undefined
  /** At most so many sessions (1 to 1,000). */
  readonly limit: number
  /** Ends the page, full or not, with a cursor. */
  readonly withinMs: number
  readonly wanted: (record: SessionRecord) => boolean
}

/** Time in which something was not written down. */
export interface Gap {
  readonly fromMs: number
  readonly toMs: number
  readonly dropped: number
  /** Which process. */
  readonly by: string
}

export interface LedgerStore {
  /** Merges each delta into its record, atomically for each session over all sharers, and indexes it. */
  saveSessions(deltas: readonly SessionRecord[]): Promise<Written<readonly Change[]>>
  /**
   * Folds the uses into the lineage of each key (`foldLineage` of detect/lineage.ts), atomically for each key. Resolves to
   * what forked: the keys, each with what `foldLineage` told.
   */
  saveKeys(uses: readonly KeyUses[]): Promise<Written<readonly Forked[]>>
  /** Appends; the oldest are forgotten beyond a bound and after the retention. Written into the records of their sessions too. */
  saveIncidents(incidents: readonly Incident[]): Promise<Written<number>>
  saveGap(gap: Gap): Promise<Written<void>>

  sessions(ids: readonly string[]): Promise<Written<Reading<SessionRecord>>>
  /** By an index: newest first, at most `limit` (1 to 1,000). */
  sessionsBy(relative: Relative, limit: number): Promise<Written<Reading<SessionRecord>>>
  /** All of them, in no order that means anything; a session that lives through the listing stands in it once. */
  page(wish: PageWish): Promise<Written<Page>>
  incidents(ids: readonly string[]): Promise<Written<Reading<Incident>>>
  incidentsBy(relative: Relative, limit: number): Promise<Written<Reading<Incident>>>
  /** Newest first. `before`: the id of the last one of the page before. */
  recentIncidents(limit: number, before: string | undefined): Promise<Written<Reading<Incident>>>
  gaps(): Promise<Written<readonly Gap[]>>
  /** Removes the sessions and incidents of a subject (as it stands in the records); resolves to how many of each. */
  forgetSubject(subject: string): Promise<Written<{ readonly sessions: number; readonly incidents: number }>>
  close(): Promise<void>
}

export interface Forked {
  readonly key: string
  readonly fork: import('./detect/lineage.ts').Fork
}

/** How long and how much a store keeps. */
export interface LedgerBounds {
  /** Counted from the last use. */
  readonly retentionSeconds: number
  readonly maxSessions: number
  readonly maxIncidents: number
}
