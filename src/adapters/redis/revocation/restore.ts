/**
 * Writes back what the server lost (a flush, a restart without data, a failover or snapshot that was behind): an entry
 * leaves the list only by a logged removal or its own end, so whatever else is missing was lost, and who knows it restores
 * it. One replica at a time.
 */
import { hasEnded } from '../../../revocations/raw-entry.ts'
import { readLogged, restoreCommands } from './change.ts'
import type { Copy } from './copy.ts'
import { type ListConnection, ListTrouble } from './list-connection.ts'
import type { SyncDeps } from './synchronise.ts'

/** The lock falls by itself when its holder dies. */
const LOCK_MS = 5_000
const RESTORED_AT_ONCE = 100
const CHANGES_AT_ONCE = 1_000

/**
 * Resolves when nothing that `known` holds is missing in what was `found`; rejects with ListTrouble otherwise, also after it wrote
 * back what was: the list must be read anew then.
 */
export async function restoreLost(connection: ListConnection, known: Copy, found: Copy, deps: SyncDeps): Promise<void> {
  const { keys, replicaId } = deps
  const nowSeconds = deps.nowMs() / 1000
  let removed: ReadonlySet<string> | undefined
  let batch: (readonly [id: string, text: string])[] = []
  let locked = false
  let restored = 0

  async function write(): Promise<void> {
    if (batch.length === 0) return
    // Another replica may have been here between our reading of the list and our lock.
    const [there] = await connection.ask([['hmget', keys.entries, ...batch.map(([id]) => id)]])
    const missing = batch.filter((_, i) => !Array.isArray(there) || there[i] === null)
    const commands = missing.flatMap(([id, text]) => restoreCommands(keys, id, text))
    await connection.transact([...commands, ['pexpire', keys.restoring, String(LOCK_MS)]])
    restored += missing.length
    batch = []
  }

  for (const [id, text] of known.mirror.archive.texts()) {
    if (found.mirror.has(id) || hasEnded(JSON.parse(text), nowSeconds)) continue
    removed ??= await removedIds(connection, deps)
    if (removed.has(id)) continue
    if (!locked) await lock(connection, deps)
    locked = true
    batch.push([id, text])
    if (batch.length === RESTORED_AT_ONCE) await write()
  }
  await write()
  if (!locked) return
  await connection.ask([['del', keys.restoring]])
  if (restored > 0) deps.restored(restored)
  throw new ListTrouble(`the list was lost; ${replicaId} wrote it back`)
}

async function lock(connection: ListConnection, { keys, replicaId }: SyncDeps): Promise<void> {
  const [reply] = await connection.ask([['set', keys.restoring, replicaId, 'nx', 'px', String(LOCK_MS)]])
  if (reply !== 'OK') throw new ListTrouble('the list was lost and is being written back')
}

/** What the log says was taken back on purpose. */
async function removedIds(connection: ListConnection, { keys }: SyncDeps): Promise<ReadonlySet<string>> {
  const removed = new Set<string>()
  let after = '-'
  for (;;) {
    const [reply = null] = await connection.ask([['xrange', keys.log, after, '+', 'COUNT', String(CHANGES_AT_ONCE)]])
    const logged = readLogged(reply)
    for (const { change } of logged) {
      if (change?.op === 'remove') for (const id of change.ids) removed.add(id)
      if (change?.op === 'add') removed.delete(change.id)
    }
    if (logged.length < CHANGES_AT_ONCE) return removed
    after = `(${logged.at(-1)?.streamId}`
  }
}
