/**
 * Whether a connection leads to a server that may keep marks, and to which memory (docs/fence.md). Asked of every new
 * connection before it serves, of one whose epoch was not found, and from time to time.
 */
import type { CommandLine, Connection, Reply } from './connection.ts'
import { type Epochs, isEpoch, newEpoch } from './epochs.ts'
import type { KeyNames } from './keys.ts'
import type { RedisTarget } from './redis-url.ts'
import { parseServerInfo, type ServerInfo, unfitness } from './server-info.ts'
import { troubleOf } from './trouble.ts'

export interface Vouched {
  readonly info: ServerInfo
  /** Server minus own clock. */
  readonly clockDifferenceMs: number
  /** Epoch by tag; a tag is missing when its slot is not, or no longer, served here. */
  readonly epochs: ReadonlyMap<string, string>
  /** What was disowned and is replaced now: the tag, and what `Epochs.disowned` gave for it when that was sent. */
  readonly replaced: ReadonlyMap<string, number>
}

interface Refused {
  readonly kind: 'refused'
  /** Constant words. */
  readonly detail: string
  /** Present when the clocks surely differ by too much. */
  readonly clockDifferenceMs?: number
  readonly info?: ServerInfo
}

export type VouchOutcome = { readonly kind: 'vouched'; readonly vouched: Vouched } | Refused

export interface VouchOptions {
  readonly target: Pick<RedisTarget, 'username' | 'password' | 'database'>
  readonly names: KeyNames
  readonly clockAllowanceMs: number
  readonly insecureEviction: boolean
  readonly nowMs: () => number
  readonly epochs: Pick<Epochs, 'disowned'>
}

const BROKE = 'the connection broke'
const CLOCKS_DIFFER = 'the clock of the server and ours differ by more than half the allowance'
const CLOCKS_UNCLEAR = 'the server answers too slowly to compare its clock with ours'

export async function vouch(
  connection: Connection,
  tags: readonly string[],
  options: VouchOptions,
): Promise<VouchOutcome> {
  const startedMs = options.nowMs()
  const replies = await connection.send([
    ...login(options.target),
    ['info', 'server', 'replication', 'memory'],
    ['time'],
  ])
  if (replies === undefined) return { kind: 'refused', detail: BROKE }
  const error = replies.find((reply) => reply instanceof Error)
  if (error !== undefined) return { kind: 'refused', detail: troubleOf(error).detail }

  const info = parseServerInfo(String(replies.at(-2)))
  const measured = clockDifference(replies.at(-1) ?? null, startedMs, options.nowMs())
  const unfit = unfitness(info, options.insecureEviction)
  if (unfit !== undefined) return { kind: 'refused', detail: unfit, info }
  const { clockDifferenceMs } = measured
  const clocks = compareClocks(measured, options.clockAllowanceMs)
  if (clocks === 'differ') return { kind: 'refused', detail: CLOCKS_DIFFER, clockDifferenceMs, info }
  if (clocks === 'unclear') return { kind: 'refused', detail: CLOCKS_UNCLEAR, info }
  const settled = await settleEpochs(connection, tags, info.identity, measured.serverMs, options)
  if (typeof settled === 'string') return { kind: 'refused', detail: settled }
  return { kind: 'vouched', vouched: { info, clockDifferenceMs, ...settled } }
}

/** AUTH and SELECT, as far as there is something to say; they may be said again. */
export function login({ username, password, database }: VouchOptions['target']): readonly CommandLine[] {
  const commands: CommandLine[] = []
  if (password !== undefined) commands.push(username === undefined ? ['auth', password] : ['auth', username, password])
  if (database !== 0) commands.push(['select', String(database)])
  return commands
}

export interface MeasuredClock {
  readonly serverMs: number
  readonly clockDifferenceMs: number
  /** The difference is known no better than this. */
  readonly uncertaintyMs: number
}

export function clockDifference(time: Reply, startedMs: number, endedMs: number): MeasuredClock {
  const [seconds, microseconds] = Array.isArray(time) ? time.map(Number) : []
  const serverMs = Math.floor((seconds ?? Number.NaN) * 1000 + (microseconds ?? Number.NaN) / 1000)
  return {
    serverMs,
    clockDifferenceMs: Math.round(serverMs - (startedMs + endedMs) / 2),
    uncertaintyMs: (endedMs - startedMs) / 2,
  }
}

/** Each of two clocks within half the allowance of the server's: within the allowance of each other. */
export function compareClocks(
  { clockDifferenceMs, uncertaintyMs }: MeasuredClock,
  clockAllowanceMs: number,
): 'agree' | 'unclear' | 'differ' {
  const apartMs = Math.abs(clockDifferenceMs)
  if (apartMs + uncertaintyMs <= clockAllowanceMs / 2) return 'agree'
  return apartMs - uncertaintyMs > clockAllowanceMs / 2 ? 'differ' : 'unclear'
}

/**
 * The epoch of each tag for this identity; made where there is none, replaced where it is disowned. HSETNX: of all who find
 * none, one makes it. Constant words on failure.
 */
async function settleEpochs(
  connection: Connection,
  tags: readonly string[],
  identity: string,
  serverMs: number,
  { names, epochs: known }: VouchOptions,
): Promise<Pick<Vouched, 'epochs' | 'replaced'> | string> {
  const epochs = new Map<string, string>()
  const replaced = new Map<string, number>()
  const mends: CommandLine[] = []
  const missing: string[] = []
  const found = await ask(
    connection,
    tags,
    (key) => [
      ['hget', key, identity],
      ['hkeys', key],
    ],
    names,
  )
  if (typeof found === 'string') return found
  for (const [tag, [value = null, fields = null]] of found) {
    const others = (Array.isArray(fields) ? fields.map(String) : []).filter((field) => field !== identity)
    // Where a slot or a master comes back to an identity that it once had, the epoch of then must be gone.
    if (others.length > 0) mends.push(['hdel', names.epoch(tag), ...others])
    // Read here, not after: what is let through from here on may come behind the new epoch.
    const disowned = known.disowned(tag)
    if (disowned !== undefined) replaced.set(tag, disowned)
    const stands = isEpoch(value) && disowned === undefined
    if (stands) epochs.set(tag, value)
    else missing.push(tag)
    if (value !== null && !stands) mends.push(['hdel', names.epoch(tag), identity])
  }
  const mended = mends.length === 0 ? [] : await connection.send(mends)
  if (mended === undefined) return BROKE
  const stuck = mended.find((reply) => reply instanceof Error && !troubleOf(reply).misplaced)
  if (stuck instanceof Error) return troubleOf(stuck).detail

  const made = await ask(
    connection,
    missing,
    (key) => [
      ['hsetnx', key, identity, newEpoch(serverMs)],
      ['hget', key, identity],
    ],
    names,
  )
  if (typeof made === 'string') return made
  for (const [tag, [, value]] of made) if (isEpoch(value)) epochs.set(tag, value)
  return { epochs, replaced }
}

/** The answers by tag, without the tags that are served elsewhere. */
async function ask(
  connection: Connection,
  tags: readonly string[],
  commandsOf: (key: string) => readonly CommandLine[],
  names: KeyNames,
): Promise<ReadonlyMap<string, readonly Reply[]> | string> {
  const answers = new Map<string, readonly Reply[]>()
  if (tags.length === 0) return answers
  const lines = tags.map((tag) => commandsOf(names.epoch(tag)))
  const replies = await connection.send(lines.flat())
  if (replies === undefined) return BROKE
  let next = 0
  for (const [i, tag] of tags.entries()) {
    const own = replies.slice(next, next + (lines[i]?.length ?? 0))
    next += own.length
    const error = own.find((reply) => reply instanceof Error)
    if (error === undefined) answers.set(tag, own)
    else if (!troubleOf(error).misplaced) return troubleOf(error).detail
  }
  return answers
}
