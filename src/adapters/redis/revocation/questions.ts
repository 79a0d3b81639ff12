/**
 * The question that goes before a revocation: how many live sessions would it cut off? It stands in a stream of its own, as
 * `id ID entry JSON` like a change in the log, and is answered in a hash of its own, replica → three counts. Both expire.
 * Nothing of a session crosses the wire. A replica that does not know the stream leaves the question unanswered.
 */
import type { Reach, Revocation } from '../../../check/revocation/revocation.ts'
import { toRawEntry } from '../../../revocations/raw-entry.ts'
import type { CommandLine, Reply } from '../connection.ts'
import { type ListConnection, ListTrouble } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'
import { readText } from './mirror.ts'

export interface Question {
  readonly streamId: string
  /** Undefined when it is none that we can read. */
  readonly revocation: Revocation | undefined
}

const LIFE_MS = '10000'
const KEPT = '100'

/** To be sent as one transaction; the answer to the first is the id of the question. Who asks and why is not told. */
export function askCommands({ asked }: ListKeys, revocation: Revocation): readonly CommandLine[] {
  const { id } = revocation
  const entry = JSON.stringify(toRawEntry({ ...revocation, by: undefined, why: undefined }))
  return [
    ['xadd', asked, 'maxlen', '~', KEPT, '*', 'id', id, 'entry', entry],
    ['pexpire', asked, LIFE_MS],
  ]
}

/** From `[[id, [name, value, …]], …]`. */
export function readQuestions(entries: Reply): readonly Question[] {
  if (!Array.isArray(entries)) return []
  return entries.flatMap((item: Reply): Question[] => {
    const [streamId, fields] = Array.isArray(item) ? item : []
    return typeof streamId === 'string' ? [{ streamId, revocation: readRevocation(fields ?? null) }] : []
  })
}

function readRevocation(fields: Reply): Revocation | undefined {
  if (!Array.isArray(fields) || fields.length !== 4) return undefined
  const [idName, id, entryName, entry] = fields.map(String)
  if (idName !== 'id' || entryName !== 'entry' || id === undefined || entry === undefined) return undefined
  const read = readText(id, entry)
  return read.ok ? read.value : undefined
}

/** False when the stream may not be read, or is none. */
export async function mayReadQuestions(connection: ListConnection, { asked }: ListKeys): Promise<boolean> {
  try {
    await connection.ask([['xrange', asked, '-', '+', 'COUNT', '1']])
    return true
  } catch (error) {
    if (error instanceof ListTrouble) return false
    throw error
  }
}

/** Where the answers to one question stand. */
export function answersKey({ asked }: ListKeys, streamId: string): string {
  return `${asked}:${streamId}`
}

export function answerCommands(
  keys: ListKeys,
  streamId: string,
  replicaId: string,
  { matched, live, watchedSeconds }: Reach,
): readonly CommandLine[] {
  const key = answersKey(keys, streamId)
  return [
    ['hset', key, replicaId, `${matched} ${live} ${Math.floor(watchedSeconds)}`],
    ['pexpire', key, LIFE_MS],
  ]
}

/** Undefined when it is no answer, or one that cannot be. */
export function readReach(text: Reply): Reach | undefined {
  if (typeof text !== 'string' || !/^\d{1,9} \d{1,9} \d{1,12}$/.test(text)) return undefined
  const [matched = 0, live = 0, watchedSeconds = 0] = text.split(' ').map(Number)
  return matched <= live ? { matched, live, watchedSeconds } : undefined
}
