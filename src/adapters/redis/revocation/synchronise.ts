/**
 * Brings the copy of a replica up to the list. After a break of the connection it goes on in the log where it stopped; in
 * all other cases it reads everything: first where the log stands, then all entries, then what was logged meanwhile. Each
 * change is then either among the entries or in the log, and one that is in both is applied twice to the same effect.
 */
import type { Reply } from '../connection.ts'
import { parseServerInfo } from '../server-info.ts'
import { foundCommand, readLogged } from './change.ts'
import { type ApplyEvents, applyChanges, type Changes, type Copy, reachesBack } from './copy.ts'
import { type ListConnection, ListTrouble } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'
import { makeMirror } from './mirror.ts'
import { restoreLost } from './restore.ts'
import { readSnapshot, type Snapshot, snapshotCommands } from './snapshot.ts'
import { isAtLeast } from './stream-id.ts'

export interface SyncDeps extends ApplyEvents {
  readonly keys: ListKeys
  readonly monotonicMs: () => number
  readonly replicaId: string
  readonly restored: (entries: number) => void
}

export interface Synchronised {
  readonly copy: Copy
  readonly whole: boolean
  /** The clock of the server minus our monotonic one. */
  readonly serverAheadMs: number
}

/** Few enough that checks in between do not wait. */
const SCANNED_AT_ONCE = 500
const CHANGES_AT_ONCE = 500

/** Rejects with ListTrouble. `known` is changed only when it is gone on with. */
export async function synchronise(
  connection: ListConnection,
  known: Copy | undefined,
  deps: SyncDeps,
): Promise<Synchronised> {
  const [info] = await connection.ask([['info', 'server', 'replication']])
  const { identity, role } = parseServerInfo(String(info))
  if (role !== 'master') throw new ListTrouble('the server is a replica')
  const snapshot = await takeSnapshot(connection, deps.keys)
  const serverAheadMs = snapshot.serverMs - deps.monotonicMs()
  if (snapshot.restoring !== null) throw new ListTrouble('the list was lost and is being written back')
  if (known !== undefined && known.identity === identity && continues(known, snapshot)) {
    await catchUp(connection, known, deps, 'new')
    return { copy: known, whole: false, serverAheadMs }
  }
  const copy: Copy = { ...snapshot, entries: 0, identity, mirror: makeMirror(snapshot.entries) }
  await readEntries(connection, copy, deps)
  await catchUp(connection, copy, deps, 'overlapping')
  if (known !== undefined && mayHaveLost(known, snapshot)) await restoreLost(connection, known, copy, deps)
  return { copy, whole: true, serverAheadMs }
}

/** Where there is no list, an empty one is made: a replica cannot tell a new list from one that was lost before it came. */
async function takeSnapshot(connection: ListConnection, keys: ListKeys): Promise<Snapshot> {
  const [, ...replies] = await connection.tryTransaction([foundCommand(keys), ...snapshotCommands(keys)])
  const snapshot = readSnapshot(replies)
  if (snapshot === undefined) throw new ListTrouble('the keys of the list hold something else')
  return snapshot
}

function continues(known: Copy, snapshot: Snapshot): boolean {
  const { epoch, lastId, changes } = snapshot
  return (
    known.epoch === epoch &&
    isAtLeast(lastId, known.lastId) &&
    changes >= known.changes &&
    reachesBack(snapshot, known.lastId) &&
    (lastId !== known.lastId || (changes === known.changes && snapshot.entries === known.entries))
  )
}

/** False when what is not in the list any more may have been taken back while we were away, the log being cut since. */
function mayHaveLost(known: Copy, snapshot: Snapshot): boolean {
  const cut = isAtLeast(snapshot.lastId, known.lastId) && !reachesBack(snapshot, known.lastId)
  return known.epoch !== snapshot.epoch || !cut
}

/** Puts all entries into the copy. The next ones are on their way while these are read. */
async function readEntries(connection: ListConnection, copy: Copy, deps: SyncDeps): Promise<void> {
  const scan = (cursor: string): Promise<readonly Reply[]> =>
    connection.ask([['hscan', deps.keys.entries, cursor, 'COUNT', String(SCANNED_AT_ONCE)]])
  for (let scanning: Promise<readonly Reply[]> | undefined = scan('0'); scanning !== undefined; ) {
    const [reply = null]: readonly Reply[] = await scanning
    const [cursor, fields]: readonly Reply[] = Array.isArray(reply) ? reply : []
    if (typeof cursor !== 'string' || !Array.isArray(fields)) throw new ListTrouble('the list cannot be read')
    scanning = cursor === '0' ? undefined : scan(cursor)
    // Awaited in the next round; should this one throw before, it is nobody's.
    scanning?.catch(() => undefined)
    const nowSeconds = deps.nowMs() / 1000
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const id = String(fields[i])
      // HSCAN may give an entry twice.
      if (copy.mirror.has(id)) continue
      copy.entries++
      const put = copy.mirror.put(id, String(fields[i + 1]), nowSeconds)
      if (!put.ok) deps.refused(put.error)
    }
  }
}

/** Applies the log up to its end. */
async function catchUp(connection: ListConnection, copy: Copy, deps: SyncDeps, changes: Changes): Promise<void> {
  for (;;) {
    const [reply = null] = await connection.ask([
      ['xrange', deps.keys.log, `(${copy.lastId}`, '+', 'COUNT', String(CHANGES_AT_ONCE)],
    ])
    const logged = readLogged(reply)
    applyChanges(copy, logged, deps, changes)
    if (logged.length < CHANGES_AT_ONCE) return
  }
}
