/**
 * What a session of the ledger takes in a real Redis, how fast sessions are written, and how long a case, an inventory page
 * and a listing of all take among a million of them. Prints JSON. `--sessions N`; wall-clock time: run it on a quiet machine.
 */
import { parseArgs } from 'node:util'
import { makeRedisLedger } from '../../src/adapters/redis/ledger/redis-ledger.ts'
import { gatherCase } from '../../src/ledger/case/gather-case.ts'
import { makeIdentifiers } from '../../src/ledger/identifiers.ts'
import type { Page, Written } from '../../src/ledger/ledger-store.ts'
import { startRedis } from '../support/redis.ts'
import { benchSession, tokenHash } from './ledger-world.ts'

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '1000000' } } })
const sessions = Number(values.sessions)
const AT_ONCE = 1_000
const ASKED = 50
const SAMPLED = 5_000
const PAGE = 100
/** A server that has no CPU for two seconds fails a call. */
const RETRIES = 5
const RETENTION_SECONDS = 604_800
let cursor: string | undefined
let failedSaves = 0

const names = makeIdentifiers({ secret: Buffer.alloc(32, 7), hashSubjects: false })
const server = await startRedis()
const admin = server.admin()
const bounds = { retentionSeconds: RETENTION_SECONDS, maxSessions: 1_000_000, maxIncidents: 100_000 }
const store = makeRedisLedger({ url: server.url, prefix: 'holdfast:', bounds, nowMs: Date.now })
try {
  const written = await measure()
  process.stdout.write(`${JSON.stringify(written, null, 2)}\n`)
} finally {
  await store.close()
  await server.stop()
}

async function measure(): Promise<Readonly<Record<string, unknown>>> {
  const emptyBytes = await usedBytes()
  const nowMs = Date.now()
  const ours = process.cpuUsage()
  const theirs = await serverCpuMs()
  const [, writtenMs] = await timed(async () => {
    for (let from = 0; from < sessions; from += AT_ONCE) await save(from, 1, nowMs)
  })
  const { user, system } = process.cpuUsage(ours)
  const serverUs = (1000 * ((await serverCpuMs()) - theirs)) / sessions
  const bytes = (await usedBytes()) - emptyBytes
  const [, mergedMs] = await timed(() => save(0, Math.floor(sessions / AT_ONCE), nowMs))
  const [kept, listedMs] = await timed(listAll)
  return {
    sessions,
    kept,
    failedSaves,
    bytesASession: Math.round(bytes / kept),
    writesASecond: Math.round((1000 * sessions) / writtenMs),
    cpuUsAWrite: { ours: Math.round((user + system) / sessions), server: Math.round(serverUs) },
    mergesASecond: Math.round((1000 * AT_ONCE) / mergedMs),
    caseMs: await quantiles(readCase),
    unfindable: await countUnfindable(),
    pageMs: await quantiles(readOnePage),
    listAllMs: Math.round(listedMs),
  }
}

/** A thousand sessions, `step` apart. */
async function save(from: number, step: number, nowMs: number): Promise<void> {
  const deltas = Array.from({ length: AT_ONCE }, (_, i) => benchSession(from + i * step, names, nowMs))
  for (let left = RETRIES; left >= 0; left--) {
    const saved = await store.saveSessions(deltas)
    if (saved.ok) return
    failedSaves++
    if (left === 0) read(saved)
  }
}

async function readCase(i: number): Promise<void> {
  const asked = { kind: 'token', value: tokenHash(spread(i, ASKED)) } as const
  read(await gatherCase(store, names, asked, { nowMs: Date.now(), retentionSeconds: RETENTION_SECONDS }))
}

/** Of sessions that are there, how many are not found by their token. Some are not: their shards had no room for them. */
async function countUnfindable(): Promise<string> {
  const all = Array.from({ length: SAMPLED }, (_, i) => benchSession(spread(i, SAMPLED), names, 0))
  const { found } = read(await store.sessions(all.map(({ id }) => id)))
  let unfindable = 0
  for (const { tokens } of found) {
    const value = tokens[0]?.token ?? ''
    const byToken = read(await store.sessionsBy({ relation: 'token', value }, 1))
    if (byToken.found.length === 0) unfindable++
  }
  return `${unfindable} of ${found.length}`
}

function spread(i: number, of: number): number {
  return Math.floor(((i + 0.5) * sessions) / of)
}

async function readOnePage(): Promise<void> {
  const page = await pageFrom(cursor, PAGE)
  cursor = page.cursor
}

async function pageFrom(start: string | undefined, limit: number): Promise<Page> {
  return read(await store.page({ cursor: start, limit, withinMs: 1_000, wanted: () => true }))
}

async function listAll(): Promise<number> {
  let found = 0
  let next: string | undefined
  do {
    const page = await pageFrom(next, 1_000)
    found += page.sessions.length
    next = page.cursor
  } while (next !== undefined)
  return found
}

async function quantiles(work: (i: number) => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const times: number[] = []
  for (let i = 0; i < ASKED; i++) times.push((await timed(() => work(i)))[1])
  times.sort((one, other) => one - other)
  const at = (part: number): number => Math.round(10 * (times[Math.floor(part * (ASKED - 1))] ?? Number.NaN)) / 10
  return { median: at(0.5), p95: at(0.95), worst: at(1) }
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const startedMs = performance.now()
  const result = await work()
  return [result, performance.now() - startedMs]
}

function read<T>(written: Written<T>): T {
  if (!written.ok) throw new Error(written.detail)
  return written.value
}

async function usedBytes(): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await admin.info('memory'))?.[1])
}

async function serverCpuMs(): Promise<number> {
  const info = await admin.info('cpu')
  const seconds = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
  return 1000 * (seconds('used_cpu_user') + seconds('used_cpu_sys'))
}
