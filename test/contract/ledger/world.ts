/** A ledger store that a test of the contract opens, and how it reads what comes back. */
import { onTestFinished } from 'vitest'
import type { LedgerBounds, LedgerStore, Page, Written } from '../../../src/ledger/ledger-store.ts'
import type { SessionRecord } from '../../../src/ledger/session-record.ts'
import { sessionRecord } from '../../support/ledger-records.ts'

export interface LedgerUnderContract {
  readonly store: LedgerStore
  /** Another process' store over the same memory. Absent: `store` is of one process. */
  readonly sharer?: LedgerStore
  /** By the clock that retention goes by; absent: the real one. */
  readonly nowMs?: () => number
  /** Lets time pass by that clock; absent: waits. */
  readonly pass?: (ms: number) => Promise<void>
  /** Breaks the entry of this session. Absent: entries cannot be broken. */
  readonly corrupt?: (id: string) => Promise<void>
  /** Sessions that are more than it keeps, and how many it keeps of them at most. */
  readonly flood?: { readonly sessions: number; readonly kept: number }
  readonly close: () => Promise<void>
}

/** Opens an empty one. */
export type OpenLedger = (bounds: LedgerBounds) => Promise<LedgerUnderContract>

const BOUNDS: LedgerBounds = { retentionSeconds: 3600, maxSessions: 2_000, maxIncidents: 1_000 }
const DEFAULT_FLOOD = { sessions: 3 * BOUNDS.maxSessions, kept: BOUNDS.maxSessions }
const WITHIN_MS = 10_000

export function openedBy(open: OpenLedger) {
  return async (bounds: Partial<LedgerBounds> = {}) => {
    const under = await open({ ...BOUNDS, ...bounds })
    onTestFinished(under.close)
    const nowMs = under.nowMs ?? Date.now
    const {
      store,
      sharer = store,
      flood = DEFAULT_FLOOD,
      pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
      corrupt,
    } = under
    /** One use of a session, a moment ago. */
    const use = (of: string, changes: Partial<SessionRecord> = {}): SessionRecord =>
      sessionRecord(of, { firstSeenMs: nowMs() - 1000, ...changes })
    return { store, sharer, flood, pass, corrupt, nowMs, use }
  }
}

/** The value, or the test fails with what the store says. */
export function read<T>(written: Written<T>): T {
  if (!written.ok) throw new Error(written.detail)
  return written.value
}

export async function allPages(
  store: LedgerStore,
  limit: number,
  wish: { readonly wanted?: (record: SessionRecord) => boolean; readonly withinMs?: number } = {},
  between: () => Promise<void> = async () => undefined,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  let cursor: string | undefined
  do {
    const page = read(await store.page({ cursor, limit, withinMs: WITHIN_MS, wanted: () => true, ...wish }))
    pages.push(page)
    cursor = page.cursor
    await between()
  } while (cursor !== undefined && pages.length < 20_000)
  return pages
}

export async function listAll(store: LedgerStore): Promise<readonly SessionRecord[]> {
  return (await allPages(store, 1_000)).flatMap(({ sessions }) => sessions)
}

export function idsOf(pages: readonly Page[]): readonly string[] {
  return pages.flatMap(({ sessions }) => sessions.map(({ id }) => id)).sort()
}
