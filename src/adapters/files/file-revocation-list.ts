/**
 * The revocation list of the watched file. A changed file is applied within two seconds. What cannot be read never empties
 * the list: the last good one stands, and where there never was one nothing can be shown to be clear.
 */
import type { Clock } from '../../check/clock.ts'
import type { RevocationKind, RevocationList } from '../../check/revocation/revocation.ts'
import { buildRevocationIndex, type RevocationIndex } from '../../check/revocation/revocation-index.ts'
import { readContent } from './read-content.ts'
import { MAX_DOCUMENT_BYTES, type RefusedEntry, readRawEntries, readRevocations } from './revocation-document.ts'
import { watchFile } from './watched-file.ts'

export interface RevocationStats {
  /** Entries in force by kind; each kind is there. */
  readonly counts: ReadonlyMap<RevocationKind, number>
  readonly refusedEntries: number
  /** When the list that stands was read. */
  readonly appliedAtMs: number
  /** How long the newest entry took to get here; undefined for the first list, and when none is new. */
  readonly newestAgeMs: number | undefined
}

/** What the log, the metrics and readiness want to know; called in the order in which it happens. */
interface RevocationFileEvents {
  applied(stats: RevocationStats): void
  /** An entry of the list just applied that has no effect; the first hundred are named. */
  entryRefused(entry: RefusedEntry): void
  /** The file as a whole could not be applied; in words that follow its name. What stood before stands. */
  failed(problem: string): void
}

export interface FileRevocationList extends RevocationList {
  /** Resolves after the first reading, whatever came of it; from then on the file is watched. */
  start(): Promise<void>
  /** Undefined as long as no list could be read: `find` answers `stale`. */
  stats(): RevocationStats | undefined
  close(): void
}

export interface RevocationFileDeps {
  readonly clock: Clock
  readonly events: RevocationFileEvents
  /** Default 1000. */
  readonly pollMs?: number
}

const STALE = { kind: 'stale', detail: 'the revocation list could not be read' } as const
/** A list written by something else altogether must not fill the log. */
const MAX_NAMED = 100
const EMPTY = Buffer.from('{"version":1,"revocations":[]}')

/**
 * A file that does not exist at the start is an empty list: the first `revoke` makes it. One that disappears later is a
 * fault, since no revocation is ever taken back by deleting a file.
 */
export function openFileRevocations(path: string, deps: RevocationFileDeps): FileRevocationList {
  const { clock, events, pollMs = 1000 } = deps
  let index: RevocationIndex | undefined
  let stats: RevocationStats | undefined
  let newestAtSeconds = 0
  let watched: { close(): void } | undefined
  let closed = false

  function apply(content: Buffer): void {
    const entries = readRawEntries(content)
    if (!entries.ok) {
      events.failed(entries.error)
      return
    }
    const { revocations, refused } = readRevocations(entries.value)
    const appliedAtMs = clock.nowMs()
    const newest = revocations.reduce((latest, { atSeconds }) => Math.max(latest, atSeconds), newestAtSeconds)
    const newestAgeMs = index === undefined || newest === newestAtSeconds ? undefined : appliedAtMs - newest * 1000
    newestAtSeconds = newest
    index = buildRevocationIndex(revocations, appliedAtMs / 1000)
    stats = { counts: index.counts, refusedEntries: refused.length, appliedAtMs, newestAgeMs }
    events.applied(stats)
    for (const entry of refused.slice(0, MAX_NAMED)) events.entryRefused(entry)
  }

  return {
    find: (query, nowSeconds) => index?.find(query, nowSeconds) ?? STALE,
    stats: () => stats,
    async start() {
      const known = await readContent(path, MAX_DOCUMENT_BYTES)
      if (closed) return
      if (known.kind === 'problem') events.failed(known.problem)
      else apply(known.kind === 'content' ? known.content : EMPTY)
      const onChange = (content: Buffer | undefined, problem: string | undefined): void => {
        if (content === undefined) events.failed(problem ?? 'cannot be read')
        else apply(content)
      }
      watched = watchFile(path, onChange, { known, pollMs, maxBytes: MAX_DOCUMENT_BYTES })
    },
    close() {
      closed = true
      watched?.close()
    },
  }
}
