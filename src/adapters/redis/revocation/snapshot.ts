/** Where the shared list stands at one moment, read in one transaction. */
import type { CommandLine, Reply } from '../connection.ts'
import type { ListKeys } from './list-keys.ts'
import { FIRST_ID } from './stream-id.ts'

export interface Snapshot {
  /** By the clock of the server. */
  readonly serverMs: number
  readonly epoch: string
  /** Who writes a lost list back just now; null: nobody. */
  readonly restoring: string | null
  /** Entries in the list, malformed and ended ones included. */
  readonly entries: number
  /** The last id of the log, and the first that it still has. */
  readonly lastId: string
  readonly firstId: string
  /** How many changes were ever logged. */
  readonly changes: number
}

/** The answers of the first ones are read by `readSnapshot`; others may follow in the same transaction. */
export function snapshotCommands(keys: ListKeys): readonly CommandLine[] {
  return [['time'], ['get', keys.epoch], ['get', keys.restoring], ['hlen', keys.entries], ['xinfo', 'stream', keys.log]]
}

/** Undefined when there is no list: it was lost, or nobody made it yet. */
export function readSnapshot(replies: readonly Reply[]): Snapshot | undefined {
  const [time, epoch, restoring, entries, info] = replies
  if (!Array.isArray(time) || typeof epoch !== 'string' || typeof entries !== 'number') return undefined
  const [seconds = 0, microseconds = 0] = time.map(Number)
  // A list that nothing was written to yet has no log, and XINFO is an error then.
  const log = new Map<Reply, Reply>()
  if (Array.isArray(info)) for (let i = 0; i < info.length; i += 2) log.set(info[i] ?? null, info[i + 1] ?? null)
  return {
    serverMs: seconds * 1000 + Math.floor(microseconds / 1000),
    epoch,
    restoring: typeof restoring === 'string' ? restoring : null,
    entries,
    lastId: String(log.get('last-generated-id') ?? FIRST_ID),
    firstId: String(log.get('recorded-first-entry-id') ?? FIRST_ID),
    changes: Number(log.get('entries-added') ?? 0),
  }
}
