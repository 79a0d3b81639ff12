/** The shared list as commands of the operator see it: all of it, and one change at a time. Rejects with ListTrouble. */
import type { Revocation } from '../../../check/revocation/revocation.ts'
import type { RefusedEntry } from '../../../revocations/raw-entry.ts'
import type { RevocationDocument } from '../../../revocations/revocation-document.ts'
import type { CommandLine, Reply } from '../connection.ts'
import { addCommands, type Note, removeCommands } from './change.ts'
import { GONE_AFTER_MS } from './clearing.ts'
import { type ListConnection, ListTrouble } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'
import { readText } from './mirror.ts'

export interface Written {
  /** The change in the log. */
  readonly streamId: string
  /** Who serves at that moment, and how long ago each was heard of, in ms. */
  readonly replicas: ReadonlyMap<string, number>
}

const SCANNED_AT_ONCE = 1_000

/** Everything in it, malformed entries by their place. */
export async function readSharedList(connection: ListConnection, keys: ListKeys): Promise<RevocationDocument> {
  const revocations = new Map<string, Revocation>()
  const refused = new Map<string, RefusedEntry>()
  let cursor = '0'
  do {
    const [reply] = await connection.ask([['hscan', keys.entries, cursor, 'COUNT', String(SCANNED_AT_ONCE)]])
    const [next, fields] = Array.isArray(reply) ? reply : []
    if (typeof next !== 'string' || !Array.isArray(fields)) throw new ListTrouble('the list cannot be read')
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const id = String(fields[i])
      const read = readText(id, String(fields[i + 1]))
      if (read.ok) revocations.set(id, read.value)
      else refused.set(id, { place: `revocations ${id}`, message: read.error })
    }
    cursor = next
  } while (cursor !== '0')
  return { revocations: [...revocations.values()], refused: [...refused.values()] }
}

export async function addToSharedList(
  connection: ListConnection,
  keys: ListKeys,
  revocation: Revocation,
): Promise<Written> {
  return write(connection, keys, addCommands(keys, revocation))
}

/** Undefined when there is no entry with this id. */
export async function removeFromSharedList(
  connection: ListConnection,
  keys: ListKeys,
  id: string,
  note: Note,
): Promise<Written | undefined> {
  const [there] = await connection.ask([['hexists', keys.entries, id]])
  return there === 1 ? write(connection, keys, removeCommands(keys, [id], note)) : undefined
}

/** The replicas that are registered: who serves, and how long ago each was heard of, in ms. */
export function readReplicas(register: Reply, time: Reply): ReadonlyMap<string, number> {
  const [seconds = 0, microseconds = 0] = Array.isArray(time) ? time.map(Number) : []
  const nowMs = seconds * 1000 + microseconds / 1000
  const replicas = new Map<string, number>()
  if (!Array.isArray(register)) return replicas
  for (let i = 0; i + 1 < register.length; i += 2) {
    const silentMs = Math.max(0, Math.round(nowMs - Number(register[i + 1])))
    if (silentMs <= GONE_AFTER_MS) replicas.set(String(register[i]), silentMs)
  }
  return replicas
}

export function registerCommands(keys: ListKeys): readonly CommandLine[] {
  return [['zrange', keys.replicas, '0', '-1', 'WITHSCORES'], ['time']]
}

/** `commands` end with the one that logs the change. */
async function write(connection: ListConnection, keys: ListKeys, commands: readonly CommandLine[]): Promise<Written> {
  const replies = await connection.transact([...commands, ...registerCommands(keys)])
  const [streamId, register = null, time = null] = replies.slice(commands.length - 1)
  return { streamId: String(streamId), replicas: readReplicas(register, time) }
}
