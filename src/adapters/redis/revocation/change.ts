/**
 * One change of the shared list, as commands that write it and as it stands in the log: `op add id ID entry JSON`, or
 * `op remove id ID …` with as many ids as went, and by whom, why and when they were taken back.
 */
import { randomBytes } from 'node:crypto'
import type { Revocation } from '../../../check/revocation/revocation.ts'
import { toRawEntry } from '../../../revocations/raw-entry.ts'
import { formatTime } from '../../../revocations/rfc3339.ts'
import type { CommandLine, Reply } from '../connection.ts'
import type { ListKeys } from './list-keys.ts'

/** Replicas that were away for longer read the whole list. */
const LOG_LENGTH = 100_000
const EPOCH_BYTES = 8

export type Change =
  | { readonly op: 'add'; readonly id: string; readonly text: string }
  | { readonly op: 'remove'; readonly ids: readonly string[] }

export interface LoggedChange {
  readonly streamId: string
  /** Undefined when it is none that we know. */
  readonly change: Change | undefined
}

export interface Note {
  readonly by: string | undefined
  readonly why: string | undefined
  readonly atSeconds: number
}

/** To be sent as one transaction; the answer to the last is the id in the log. */
export function addCommands(keys: ListKeys, revocation: Revocation): readonly CommandLine[] {
  const text = JSON.stringify(toRawEntry(revocation))
  return [foundCommand(keys), ['hset', keys.entries, revocation.id, text], logAdded(keys, revocation.id, text)]
}

/** An entry that was lost, written back; one that is there stays as it is. */
export function restoreCommands(keys: ListKeys, id: string, text: string): readonly CommandLine[] {
  return [['hsetnx', keys.entries, id, text], logAdded(keys, id, text)]
}

export function removeCommands(keys: ListKeys, ids: readonly string[], note: Note): readonly CommandLine[] {
  const named = ids.flatMap((id) => ['id', id])
  const noted = ['by', note.by ?? '', 'why', note.why ?? '', 'at', formatTime(note.atSeconds)]
  return [
    ['hdel', keys.entries, ...ids],
    ['xadd', keys.log, 'maxlen', '~', String(LOG_LENGTH), '*', 'op', 'remove', ...named, ...noted],
  ]
}

/** Whoever comes first gives the list its epoch. */
export function foundCommand(keys: ListKeys): CommandLine {
  return ['set', keys.epoch, randomBytes(EPOCH_BYTES).toString('hex'), 'nx']
}

function logAdded({ log }: ListKeys, id: string, text: string): CommandLine {
  return ['xadd', log, 'maxlen', '~', String(LOG_LENGTH), '*', 'op', 'add', 'id', id, 'entry', text]
}

/** From `[[id, [name, value, …]], …]`, the answer to XRANGE. What is no such thing is left out. */
export function readLogged(reply: Reply): readonly LoggedChange[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap((item: Reply): LoggedChange[] => {
    const [streamId, fields] = Array.isArray(item) ? item : []
    if (typeof streamId !== 'string') return []
    return [{ streamId, change: Array.isArray(fields) ? readChange(fields.map(String)) : undefined }]
  })
}

/** What the answer to XREAD has of the stream `key`: null, or `[[key, entries], …]`. For `readLogged`. */
export function streamIn(reply: Reply, key: string): Reply {
  const streams = Array.isArray(reply) ? reply : []
  const stream = streams.find((one: Reply) => Array.isArray(one) && one[0] === key)
  return Array.isArray(stream) ? (stream[1] ?? null) : null
}

function readChange(fields: readonly string[]): Change | undefined {
  const values = (name: string): string[] => fields.filter((_, i) => i % 2 === 1 && fields[i - 1] === name)
  const [op] = values('op')
  const ids = values('id')
  const [id] = ids
  const [text] = values('entry')
  if (op === 'add' && ids.length === 1 && id !== undefined && text !== undefined) return { op, id, text }
  if (op === 'remove' && ids.length > 0) return { op, ids }
  return undefined
}
