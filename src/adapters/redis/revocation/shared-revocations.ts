/**
 * The revocation list that all replicas share, in Redis or Valkey. Each holds all of it, so that a check costs no network;
 * changes are pushed, and each replica says how far it is (docs: ARCHITECTURE, Redis keys).
 */
import type { Clock } from '../../../check/clock.ts'
import type { RevocationKind, RevocationList } from '../../../check/revocation/revocation.ts'
import type { RefusedEntry } from '../../../revocations/raw-entry.ts'
import { sleep, waitBeforeAttemptMs } from '../waiting.ts'
import type { ReachOf } from './answering.ts'
import type { Copy } from './copy.ts'
import { type ListServer, ListTrouble } from './list-connection.ts'
import { type Moment, runSession } from './session.ts'

export interface SharedRevocationOptions {
  readonly server: ListServer
  /** Unlike that of every other replica, the one before a restart included. */
  readonly replicaId: string
  readonly clock: Clock
  /** The list is stale when it could not be shown for longer that the copy is up to date. */
  readonly maxStalenessMs: number
  readonly events: SharedRevocationEvents
  /** Counts what a revocation would cut off that is not cut off by those in force. Without it that question stays unanswered. */
  readonly reachOf?: ReachOf
  /** Default: performance.now. */
  readonly monotonicMs?: () => number
}

/** What the log and the metrics want to know. */
export interface SharedRevocationEvents {
  /** Called with each change, and when the list was read whole. */
  applied(stats: SharedRevocationStats): void
  /** An entry without effect; each is named once, the first thousand. */
  entryRefused(entry: RefusedEntry): void
  /** The link was lost, and why; what stood before stands. Said once until it is back. */
  disconnected(detail: string): void
  /** The link is there, and the copy up to date. `whole`: everything was read anew. */
  connected(whole: boolean): void
  /** The server had lost entries, and this replica wrote them back. */
  restored(entries: number): void
}

export interface SharedRevocationStats {
  readonly connected: boolean
  /** Constant words, or what is wrong. */
  readonly detail: string
  /** Entries in force by kind; each kind is there. */
  readonly counts: ReadonlyMap<RevocationKind, number>
  readonly refusedEntries: number
  /** Wall clock. When the copy was last shown to be up to date. */
  readonly freshAtMs: number
  /** How long the newest entry of the last change took to get here; undefined when there was none. */
  readonly newestAgeMs: number | undefined
}

export interface SharedRevocations extends RevocationList {
  /** Connects in the background, and keeps doing so until `close`. */
  start(): void
  /** Undefined before the whole list was read: until then `find` answers `stale`. */
  stats(): SharedRevocationStats | undefined
  /** True when `find` may answer `clear`. */
  isFresh(nowSeconds: number): boolean
  /** Resolves when the server was told that this replica is gone, or could not be. */
  close(): Promise<void>
}

const NOT_READ = { kind: 'stale', detail: 'the shared revocation list was not read yet' } as const
const STALE = { kind: 'stale', detail: 'the shared revocation list may have changed since it was last seen' } as const
/** A session that lived so long was a good one: no hurry to wait. */
const STEADY_MS = 5_000
const MAX_NAMED = 1_000

export function makeSharedRevocations(options: SharedRevocationOptions): SharedRevocations {
  const { clock, events, maxStalenessMs, monotonicMs = () => performance.now() } = options
  const closing = new AbortController()
  const named = new Set<string>()
  let copy: Copy | undefined
  let fresh: Moment = { wallMs: Number.NEGATIVE_INFINITY, monotonicMs: Number.NEGATIVE_INFINITY }
  let connected = false
  let detail = 'not connected yet'
  let newestAgeMs: number | undefined
  let running = Promise.resolve()

  function isFresh(nowSeconds: number): boolean {
    // The wall clock also counts while the machine sleeps, the other one also when the wall clock is set back.
    return nowSeconds * 1000 - fresh.wallMs <= maxStalenessMs && monotonicMs() - fresh.monotonicMs <= maxStalenessMs
  }

  function stats(): SharedRevocationStats | undefined {
    if (copy === undefined) return undefined
    const { index, refused } = copy.mirror
    const { counts } = index
    return { connected, detail, counts, refusedEntries: refused.size, freshAtMs: fresh.wallMs, newestAgeMs }
  }

  function applied(newestAtSeconds: number | undefined): void {
    newestAgeMs = newestAtSeconds === undefined ? undefined : clock.nowMs() - newestAtSeconds * 1000
    const now = stats()
    if (now !== undefined) events.applied(now)
  }

  function refused(entry: RefusedEntry): void {
    if (named.size >= MAX_NAMED || named.has(entry.place)) return
    named.add(entry.place)
    events.entryRefused(entry)
  }

  const session = () =>
    runSession(
      {
        ...options,
        monotonicMs,
        nowMs: clock.nowMs,
        known: () => copy,
        refused,
        restored: events.restored,
        applied,
        fresh: (moment) => {
          fresh = moment
        },
        synchronised(result) {
          copy = result.copy
          connected = true
          detail = 'connected'
          events.connected(result.whole)
          applied(undefined)
        },
      },
      closing.signal,
    )

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      const startedMs = monotonicMs()
      const trouble = await session().then(
        () => undefined,
        (error: unknown) => (error instanceof ListTrouble ? error.message : 'the link failed'),
      )
      if (trouble === undefined) return
      if (connected || trouble !== detail) events.disconnected(trouble)
      connected = false
      detail = trouble
      failures = monotonicMs() - startedMs >= STEADY_MS ? 1 : failures + 1
      await sleep(waitBeforeAttemptMs(failures, Math.random()), closing.signal)
    }
  }

  return {
    start() {
      running = run()
    },
    stats,
    isFresh: (nowSeconds) => copy !== undefined && isFresh(nowSeconds),
    find(query, nowSeconds) {
      if (copy === undefined) return NOT_READ
      const outcome = copy.mirror.index.find(query, nowSeconds)
      return outcome.kind === 'revoked' || isFresh(nowSeconds) ? outcome : STALE
    },
    async close() {
      closing.abort()
      await running
    },
  }
}
