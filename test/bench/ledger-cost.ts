/**
 * What the ledger costs: servers that differ in `ledger.enabled` only get the same load in turn, each first as often as the
 * others; one more without it is the control, since two processes that run the same code differ as well. And how many decisions
 * a second it takes before it drops, and that it says so beyond.
 */
import { type RedisServer, startRedis } from '../support/redis.ts'
import { fetchNonce, isExpected, makeCases } from './cases.ts'
import { cpuNs } from './child.ts'
import { IN_FLIGHT, PACED_PER_SECOND } from './constants.ts'
import { type Caller, makeCaller, pace, saturate } from './load.ts'
import { type ServerOptions, type Started, startServer } from './server.ts'
import { type Load, median } from './summary.ts'
import { checkBytes } from './world.ts'

/** CPU microseconds a call with the ledger and without it, and the medians of the ratios of the rounds. */
export interface Cost {
  readonly onUs: number
  readonly offUs: number
  readonly ratio: number
  /** Of another process without it to the one without it: what a ratio says at all. */
  readonly control: number
}

export interface Throughput {
  /** Decisions a second, by what was sent. */
  readonly perSecond: number
  readonly decisions: number
  readonly dropped: number
}

export interface LedgerCost {
  readonly costs: Readonly<Record<string, Cost>>
  /** As many sessions as decisions: the worst case. */
  readonly oneTime: Throughput
  readonly manySessions: Throughput
}

interface Side {
  readonly server: Started
  readonly caller: Caller
  readonly sessions: readonly Buffer[]
}

const SESSIONS = 1_000
const WARM_UP_CALLS = 20_000
/** The ledger writes once a second: what a block left behind is its own. */
const SETTLE_MS = 1_200
const ONE_TIME_SESSIONS = 40_000
/** A session that is used for the first time is written more often than one that goes on. */
const AGEING_MS = 60_000

export async function measureLedger(options: ServerOptions, rounds: number, seconds: number): Promise<LedgerCost> {
  const costs: Record<string, Cost> = {}
  for (const store of ['memory', 'redis'] as const) {
    const redis = store === 'redis' ? await startRedis({ args: ['--maxmemory-policy', 'noeviction'] }) : undefined
    const wishes = [true, false, false]
    const [on, off, control] = await Promise.all(wishes.map((ledger) => startSide(options, ledger, redis)))
    if (on === undefined || off === undefined || control === undefined) throw new Error('a server is missing')
    const sides = { on, off, control }
    await new Promise((resolve) => setTimeout(resolve, AGEING_MS))
    for (const load of ['paced', 'saturated'] as const) {
      for (const what of ['dpop', 'sessions'] as const) {
        costs[`${store}, ${what}, ${load}`] = await compare(sides, what, load, rounds, seconds)
      }
    }
    for (const side of [on, off, control]) await stopSide(side)
    await redis?.stop()
  }
  const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const side = await startSide(options, true, redis)
  const many = Array.from({ length: 10 * ONE_TIME_SESSIONS }, (_, i) => side.sessions[i % SESSIONS] as Buffer)
  const manySessions = await drive(side, many)
  const oneTime = await drive(side, sessionsOf(side.server, ONE_TIME_SESSIONS))
  await stopSide(side)
  await redis.stop()
  return { costs, manySessions, oneTime }
}

async function startSide(options: ServerOptions, ledger: boolean, redis: RedisServer | undefined): Promise<Side> {
  const server = await startServer({ ...options, ledger, ...(redis && { redisUrl: redis.url }) })
  const caller = makeCaller(server.address)
  const sessions = sessionsOf(server, SESSIONS)
  const warmUp = Array.from({ length: WARM_UP_CALLS }, (_, i) => sessions[i % SESSIONS] as Buffer)
  await saturate(caller, warmUp, IN_FLIGHT, mustPass)
  return { server, caller, sessions }
}

async function stopSide({ caller, server }: Side): Promise<void> {
  caller.close()
  await server.stop()
}

function sessionsOf({ world }: Started, count: number): readonly Buffer[] {
  return Array.from({ length: count }, () => checkBytes('bearer', { authorization: `Bearer ${world.newSession()}` }))
}

async function compare(
  { on, off, control }: Readonly<Record<'on' | 'off' | 'control', Side>>,
  what: 'dpop' | 'sessions',
  load: Load,
  rounds: number,
  seconds: number,
): Promise<Cost> {
  const measured: Readonly<Record<'on' | 'off' | 'control', number>>[] = []
  // The first round warms this load up and is thrown away.
  for (let round = 0; round <= rounds; round++) {
    const all = [on, off, control]
    const us = new Map<Side, number>()
    for (const i of all.keys()) {
      const side = all[(i + round) % all.length] as Side
      us.set(side, await cpuOf(side, what, load, seconds))
    }
    const of = (side: Side): number => us.get(side) ?? Number.NaN
    const one = { on: of(on), off: of(off), control: of(control) }
    const told = Object.entries(one).map(([name, value]) => `${name} ${value.toFixed(1)}`)
    process.stderr.write(`ledger ${what} ${load} ${round}/${rounds}: ${told.join(' ')}\n`)
    if (round > 0) measured.push(one)
  }
  return {
    onUs: median(measured.map(({ on }) => on)),
    offUs: median(measured.map(({ off }) => off)),
    ratio: median(measured.map((one) => one.on / one.off)),
    control: median(measured.map((one) => one.control / one.off)),
  }
}

async function cpuOf(side: Side, what: 'dpop' | 'sessions', load: Load, seconds: number): Promise<number> {
  const count = seconds * PACED_PER_SECOND * (load === 'paced' ? 1 : 3)
  const requests = what === 'dpop' ? await proofsOf(side, count) : spread(side.sessions, count)
  const startNs = cpuNs(side.server.child.pid)
  if (load === 'paced') await pace(side.caller, requests, PACED_PER_SECOND, mustPass)
  else await saturate(side.caller, requests, IN_FLIGHT, mustPass)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return (cpuNs(side.server.child.pid) - startNs) / 1000 / count
}

async function proofsOf({ server, caller }: Side, count: number): Promise<readonly Buffer[]> {
  const nonce = await fetchNonce(server.world, caller.call)
  return (
    makeCases(server.world)
      .find(({ name }) => name === 'dpop')
      ?.requests(count, nonce, []) ?? []
  )
}

function spread(sessions: readonly Buffer[], count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, i) => sessions[i % sessions.length] as Buffer)
}

/** All at once, as fast as they go; drops are read once the ledger has had its turn. */
async function drive(side: Side, requests: readonly Buffer[]): Promise<Throughput> {
  const before = await side.server.metric('holdfast_ledger_dropped_total')
  const startMs = performance.now()
  await saturate(side.caller, requests, IN_FLIGHT, mustPass)
  const tookMs = performance.now() - startMs
  await new Promise((resolve) => setTimeout(resolve, 3 * SETTLE_MS))
  const dropped = (await side.server.metric('holdfast_ledger_dropped_total')) - before
  return { perSecond: (1000 * requests.length) / tookMs, decisions: requests.length, dropped }
}

function mustPass(answer: Buffer): void {
  if (!isExpected(answer, 'ok')) throw new Error('a request was refused')
}
