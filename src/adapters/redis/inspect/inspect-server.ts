/** Looks at one master of the store with the rights of our own user, and writes nothing. */
import type { EpochFacts, SeenServer, ServerFacts, ServerInfoFacts } from '../../../doctor/facts.ts'
import type { Owner } from '../cluster-slots.ts'
import type { CommandLine, Connection, Reply } from '../connection.ts'
import { isEpoch } from '../epochs.ts'
import type { KeyNames } from '../keys.ts'
import type { LedgerKeys } from '../ledger/ledger-keys.ts'
import type { ListKeys } from '../revocation/list-keys.ts'
import { infoFields, parseServerInfo, unfitnesses } from '../server-info.ts'
import { troubleOf } from '../trouble.ts'
import { clockDifference, compareClocks, login, type MeasuredClock } from '../vouch.ts'
import { ledgerCommands, listCommands, storeCommands } from './acl.ts'
import { addressText, ask, openTo, shakeHands, type Way } from './reach.ts'
import { tryCommands } from './trial.ts'

export interface InspectOptions {
  readonly way: Way
  readonly names: KeyNames
  readonly keys: ListKeys
  /** Undefined where no ledger is kept. */
  readonly ledger: LedgerKeys | undefined
  readonly clockAllowanceMs: number
  readonly nowMs: () => number
}

const ROUND_TRIPS = 50
const ROUND_TRIPS_WITHIN_MS = 5_000
/** These say that the server is not ready for anybody; anything else concerns one command. */
const CLOSED_TO_US: ReadonlySet<string> = new Set(['NOAUTH', 'WRONGPASS', 'LOADING', 'MASTERDOWN'])

/** Never rejects. A handful of round trips, and fifty to measure them. */
export async function inspectServer(server: Owner, options: InspectOptions): Promise<ServerFacts> {
  const address = addressText(server)
  const handshake = await shakeHands(options.way, server)
  if (!handshake.ok) return { kind: 'unreachable', address, detail: handshake.code }
  const lost = { kind: 'unreachable', address, detail: 'the server does not answer' } as const
  const entered = await enter(options.way, server)
  if (entered === undefined) return lost
  if (typeof entered === 'string') return { kind: 'refused', address, detail: entered }
  try {
    const seen = await look(entered.connection, entered.info, server, options)
    const trial = await tryAll(server, options)
    return trial === undefined ? lost : { kind: 'seen', address, certificate: handshake.certificate, ...seen, trial }
  } finally {
    entered.connection.close()
  }
}

/** Logged in, with the answer to INFO; constant words when it lets us not in. */
async function enter(
  way: Way,
  server: Owner,
): Promise<{ readonly connection: Connection; readonly info: Reply } | string | undefined> {
  const connection = await openTo(way, server)
  if (connection === undefined) return undefined
  const entry = login(way.target)
  const replies = await ask(connection, [...entry, ['info']])
  const error = replies?.find((reply, i) => reply instanceof Error && (i < entry.length || isClosed(reply)))
  if (replies !== undefined && error === undefined) return { connection, info: replies.at(-1) ?? null }
  connection.close()
  return error instanceof Error ? troubleOf(error).detail : undefined
}

function isClosed(error: Error): boolean {
  return CLOSED_TO_US.has(error.message.split(' ', 1)[0] ?? '')
}

async function look(
  connection: Connection,
  infoReply: Reply,
  server: Owner,
  { names, clockAllowanceMs, nowMs }: InspectOptions,
): Promise<Pick<SeenServer, 'info' | 'clock' | 'roundTripsMs' | 'snapshots' | 'epoch'>> {
  const text = typeof infoReply === 'string' ? infoReply : undefined
  const { roundTripsMs, best } = await measure(connection, nowMs)
  const [saves = null] = (await ask(connection, [['config', 'get', 'save']])) ?? []
  const snapshots = Array.isArray(saves) && saves.length === 2 ? saves[1] !== '' : undefined
  const clock = best && {
    differenceMs: best.clockDifferenceMs,
    uncertaintyMs: best.uncertaintyMs,
    verdict: compareClocks(best, clockAllowanceMs),
  }
  const epoch = await readEpochs(connection, server.tags, text, names)
  return { info: text === undefined ? undefined : readInfo(text), clock, roundTripsMs, snapshots, epoch }
}

/** By TIME, so that the quickest answer also gives the best look at the clock. */
async function measure(
  connection: Connection,
  nowMs: () => number,
): Promise<{ readonly roundTripsMs: readonly number[]; readonly best: MeasuredClock | undefined }> {
  const roundTripsMs: number[] = []
  let best: MeasuredClock | undefined
  const endMs = performance.now() + ROUND_TRIPS_WITHIN_MS
  while (roundTripsMs.length < ROUND_TRIPS && performance.now() < endMs) {
    const [startedMs, sentMs] = [nowMs(), performance.now()]
    const [reply = null] = (await ask(connection, [['time']])) ?? []
    const tookMs = performance.now() - sentMs
    if (!Array.isArray(reply)) break
    roundTripsMs.push(tookMs)
    const measured = clockDifference(reply, startedMs, startedMs + tookMs)
    if (best === undefined || measured.uncertaintyMs < best.uncertaintyMs) best = measured
  }
  return { roundTripsMs, best }
}

function readInfo(text: string): ServerInfoFacts {
  const fields = infoFields(text)
  const info = parseServerInfo(text)
  const number = (name: string): number => Number(fields.get(name) ?? 0)
  const valkey = fields.get('valkey_version')
  // Only there while min-replicas-to-write and min-replicas-max-lag are both set.
  const counted = fields.get('min_slaves_good_slaves')
  return {
    version: valkey === undefined ? `Redis ${fields.get('redis_version')}` : `Valkey ${valkey}`,
    role: info.role,
    evictionPolicy: info.evictionPolicy,
    unfit: unfitnesses(info, false),
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
    replicas: number('connected_slaves'),
    countedReplicas: counted === undefined ? undefined : Number(counted),
    appendOnly: fields.get('aof_enabled') === '1',
  }
}

async function readEpochs(
  connection: Connection,
  tags: readonly string[],
  info: string | undefined,
  names: KeyNames,
): Promise<EpochFacts> {
  const { identity } = parseServerInfo(info ?? '')
  const replies =
    (await ask(
      connection,
      tags.map((tag): CommandLine => ['hget', names.epoch(tag), identity]),
    )) ?? []
  const made = replies.filter(isEpoch).map((epoch) => Number(epoch.split(':')[1]))
  const wrongKeys = tags.filter((_, i) => isWrongType(replies[i] ?? null)).map((tag) => names.epoch(tag))
  return { madeMs: made.length === 0 ? undefined : Math.max(...made), wrongKeys }
}

/** The key holds another type than the command is for. */
export function isWrongType(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith('WRONGTYPE ')
}

/** Over a connection of its own, which ends with the trial. Any master may come to hold the list, so it is tried on all. */
async function tryAll(server: Owner, { way, names, keys, ledger }: InspectOptions): ReturnType<typeof tryCommands> {
  const connection = await openTo(way, server)
  if (connection === undefined) return undefined
  await ask(connection, login(way.target))
  const cluster = { name: 'cluster|slots', line: ['cluster', 'slots'] } as const
  const needed = [
    ...storeCommands(names, server.tags[0] ?? ''),
    ...listCommands(keys),
    ...(ledger === undefined ? [] : ledgerCommands(ledger)),
    ...(way.target.kind === 'cluster' ? [cluster] : []),
  ]
  return tryCommands(connection, (commands) => ask(connection, commands), needed)
}
