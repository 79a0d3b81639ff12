/**
 * How long a million revocations take to be in force, from the watched file and from the shared list on a real Redis, and the
 * longest that the event loop is held up meanwhile. Prints JSON. Wall-clock time: run it on a machine with nothing else to do.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openFileRevocations } from '../../src/adapters/files/file-revocation-list.ts'
import { listServer } from '../../src/adapters/redis/revocation/list-connection.ts'
import { makeSharedRevocations } from '../../src/adapters/redis/revocation/shared-revocations.ts'
import type { Revocation, RevocationKind } from '../../src/check/revocation/revocation.ts'
import { type RawEntry, toRawEntry } from '../../src/revocations/raw-entry.ts'
import { startRedis, until } from '../support/redis.ts'

const ENTRIES = 1_000_000
const AT_ONCE = 1_000
const NANOSECONDS_PER_MS = 1e6
const nowSeconds = Date.now() / 1000
const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

const NAMED: readonly (readonly [RevocationKind, (i: number) => string])[] = [
  ['token', (i) => hex(`token-${i}`)],
  ['session', (i) => `${hex(`sid-${i}`).slice(0, 8)}-17e1-4977-8f42-${hex(`sid-${i}`).slice(0, 12)}`],
  ['subject', (i) => `system:serviceaccount:team-${i % 5000}:runner-${i}`],
  ['key', (i) => createHash('sha256').update(`key-${i}`).digest('base64url')],
  ['certificate', (i) => `serial=${hex(`serial-${i}`).slice(1, 33)} issuer=C=us,O=example,CN=example ca`],
  ['workload', (i) => `spiffe://example.org/ns/team-${i % 5000}/sa/service-${i}`],
]

function entry(i: number): RawEntry {
  const [kind, name] = NAMED[i % NAMED.length] as (typeof NAMED)[number]
  const revocation: Revocation = {
    id: `rv-${hex(`id-${i}`).slice(0, 12)}`,
    kind,
    value: name(i),
    issuer: undefined,
    issuedBeforeSeconds: Math.floor(nowSeconds),
    expiresAtSeconds: i % 4 === 0 ? undefined : Math.ceil(nowSeconds) + 86_400,
    why: 'left in a build log',
    by: 'ada',
    atSeconds: nowSeconds,
  }
  return toRawEntry(revocation)
}

function* batches(): Generator<readonly RawEntry[]> {
  for (let i = 0; i < ENTRIES; i += AT_ONCE) yield Array.from({ length: AT_ONCE }, (_, k) => entry(i + k))
}

/** Runs it; how long it took, and the longest stall in it. */
async function timed(run: () => Promise<void>): Promise<{ seconds: number; longestStallMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const started = performance.now()
  await run()
  const seconds = (performance.now() - started) / 1000
  delay.disable()
  return { seconds, longestStallMs: delay.max / NANOSECONDS_PER_MS }
}

async function fromFile(): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const path = join(folder, 'revocations.json')
  const file = await open(path, 'w')
  let separator = '{"version":1,"revocations":['
  for (const batch of batches()) {
    await file.appendFile(separator + batch.map((one) => `\n${JSON.stringify(one)}`).join(','))
    separator = ','
  }
  await file.appendFile('\n]}\n')
  await file.close()
  let applied = 0
  const list = openFileRevocations(path, {
    clock: { nowMs: Date.now },
    events: { applied: () => void applied++, entryRefused() {}, failed() {} },
  })
  const atStart = await timed(() => list.start())
  await writeFile(path, '\n', { flag: 'a' })
  const afterChange = await timed(() => until(() => applied === 2, 60_000))
  list.close()
  await rm(folder, { recursive: true })
  return { atStart, afterChange }
}

async function fromRedis(): Promise<object> {
  const redis = await startRedis()
  const server = listServer({ url: redis.url, prefix: 'holdfast:' })
  const admin = redis.admin()
  for (const batch of batches()) {
    await admin.hset(server.keys.entries, Object.fromEntries(batch.map((one) => [idIn(one), JSON.stringify(one)])))
  }
  const list = makeSharedRevocations({
    server,
    replicaId: 'bench',
    clock: { nowMs: Date.now },
    maxStalenessMs: 10_000,
    events: { applied() {}, entryRefused() {}, disconnected() {}, connected() {}, restored() {} },
  })
  const whole = await timed(async () => {
    list.start()
    await until(() => list.isFresh(Date.now() / 1000), 60_000)
  })
  await list.close()
  await redis.stop()
  return whole
}

function idIn(one: RawEntry): string {
  return (one as { id: string }).id
}

const report = { entries: ENTRIES, file: await fromFile(), shared: await fromRedis() }
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
