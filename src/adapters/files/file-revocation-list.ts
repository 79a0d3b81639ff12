/**
 * The revocation list of the watched file. A changed file is applied within two seconds. What cannot be read never empties
 * the list: the last good one stands, and where there never was one nothing can be shown to be clear.
 */
import type { Clock } from '../../check/clock.ts'
import type { RevocationKind, RevocationList } from '../../check/revocation/revocation.ts'
import type { RevocationIndex } from '../../check/revocation/revocation-index.ts'
import type { RefusedEntry } from '../../revocations/raw-entry.ts'
import { MAX_DOCUMENT_BYTES } from '../../revocations/revocation-document.ts'
import { loadRevocations } from './load-revocations.ts'
import { readContent } from './read-content.ts'
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

  async function apply(content: Buffer): Promise<void> {
    const loaded = await loadRevocations(content, clock.nowMs() / 1000, () => closed)
    if (loaded === undefined) return
    if (!loaded.ok) {
      events.failed(loaded.error)
      return
    }
    const { refused, refusedEntries } = loaded.value
    const appliedAtMs = clock.nowMs()
    const newest = Math.max(newestAtSeconds, loaded.value.newestAtSeconds)
    const newestAgeMs = index === undefined || newest === newestAtSeconds ? undefined : appliedAtMs - newest * 1000
    newestAtSeconds = newest
    index = loaded.value.index
    stats = { counts: index.counts, refusedEntries, appliedAtMs, newestAgeMs }
    events.applied(stats)
    for (const entry of refused) events.entryRefused(entry)
  }

  return {
    find: (query, nowSeconds) => index?.find(query, nowSeconds) ?? STALE,
    stats: () => stats,
    async start() {
      const known = await readContent(path, MAX_DOCUMENT_BYTES)
      if (closed) return
      if (known.kind === 'problem') events.failed(known.problem)
      else await apply(known.kind === 'content' ? known.content : EMPTY)
      if (closed) return
      const onChange = async (content: Buffer | undefined, problem: string | undefined): Promise<void> => {
        if (content === undefined) events.failed(problem ?? 'cannot be read')
        else await apply(content)
      }
      watched = watchFile(path, onChange, { known, pollMs, maxBytes: MAX_DOCUMENT_BYTES })
    },
    close() {
      closed = true
      watched?.close()
    },
  }
}
