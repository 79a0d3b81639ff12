/** The shared list on a real server: how changes reach replicas, and that none is missed or doubled. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import { areFresh, makeOperator, type Replica, sessionRevocation, startReplica } from './revocation-world.ts'

const keys = listKeys('holdfast:', false)
/** Fifty in one process share one event loop, so that the last of them waits for the 49 before it. */
const REPLICAS = 50

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
// Before each, not after: replicas take their leave after that.
beforeEach(async () => {
  const admin = server.admin()
  await admin.flushall()
  admin.disconnect()
})
afterAll(() => server.stop())

async function freshReplica(options = {}): Promise<Replica> {
  const replica = startReplica(server.url, options)
  await areFresh(replica)
  return replica
}

describe('a change of the shared list', () => {
  it('E reaches fifty replicas in milliseconds, and each says so', async () => {
    const replicas = Array.from({ length: REPLICAS }, () => startReplica(server.url))
    await areFresh(...replicas)
    const operator = await makeOperator(server.url)
    await until(async () => (await operator.revoke(sessionRevocation('warm-up'))).replicas.size === REPLICAS)
    const took: number[] = []
    for (let i = 0; i < 100; i++) {
      const { applied, silent, tookMs } = await operator.revokeAndWait(sessionRevocation(`sid-${i}`))
      expect([applied.length, silent.size]).toEqual([REPLICAS, 0])
      expect(replicas.every((replica) => replica.refuses(`sid-${i}`))).toBe(true)
      took.push(tookMs)
    }
    took.sort((a, b) => a - b)
    console.log(`command to applied by ${REPLICAS}: p50 ${took[50]?.toFixed(1)} ms, p99 ${took[98]?.toFixed(1)} ms`)
    expect(took[98]).toBeLessThan(200)
  })

  it('E is taken back everywhere', async () => {
    const [one, other] = [await freshReplica(), await freshReplica()]
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('a'))
    await operator.revokeAndWait(sessionRevocation('b'))
    expect((await operator.unrevoke('rv-a'))?.streamId).toMatch(/^\d+-\d+$/)
    await until(() => one.refuses('a') === false && other.refuses('a') === false)
    expect([one.refuses('b'), other.refuses('b')]).toEqual([true, true])
    expect(await operator.unrevoke('rv-a')).toBeUndefined()
  })

  it('E names a replica that does not answer, and does not wait for one that left', async () => {
    const [here, leaves] = [await freshReplica(), await freshReplica()]
    const operator = await makeOperator(server.url)
    const admin = server.admin()
    const [seconds] = await admin.time()
    await until(async () => (await admin.zcard(keys.replicas)) === 2)
    await leaves.close()
    expect(await admin.zrange(keys.replicas, '0', '-1')).toEqual([here.id])
    const earlier = (ageMs: number): string => String(Number(seconds) * 1000 - ageMs)
    await admin.zadd(keys.replicas, earlier(5_000), 'silent', earlier(120_000), 'gone')
    const { applied, silent } = await operator.revokeAndWait(sessionRevocation('a'), 300)
    expect([applied, [...silent.keys()]]).toEqual([[here.id], ['silent']])
    expect(silent.get('silent')).toBeGreaterThan(4_000)
  })
})

describe('a new replica', () => {
  it('E clears nothing before it has the whole list', async () => {
    const admin = server.admin()
    const operator = await makeOperator(server.url)
    await operator.revoke(sessionRevocation('first'))
    const pipeline = admin.pipeline()
    const document = String(await admin.hget(keys.entries, 'rv-first'))
    for (let i = 0; i < 20_000; i++) pipeline.hset(keys.entries, `rv-${i}`, document.replaceAll('first', String(i)))
    await pipeline.exec()
    const replica = startReplica(server.url)
    const answers = new Set<boolean | undefined>()
    const watch = setInterval(() => {
      for (const i of [0, 9_999, 19_999]) answers.add(replica.refuses(String(i)))
      // What is not revoked may be clear only once everything is there.
      if (replica.refuses('other') === false) expect(replica.stats()?.counts.get('session')).toBe(20_001)
    }, 1)
    await areFresh(replica)
    clearInterval(watch)
    expect(answers.has(false)).toBe(false)
    expect(replica.stats()?.counts.get('session')).toBe(20_001)
  })

  it('E is not registered, and not waited for, before that', async () => {
    const admin = server.admin()
    const replica = await freshReplica()
    await until(async () => (await admin.zscore(keys.replicas, replica.id)) !== null)
    const [seconds] = await admin.time()
    expect(Math.abs(Number(await admin.zscore(keys.replicas, replica.id)) - Number(seconds) * 1000)).toBeLessThan(2_000)
  })
})

describe('entries that something else wrote', () => {
  const MALFORMED: Readonly<Record<string, string | Buffer>> = {
    'rv-text': 'oops',
    'rv-array': '[]',
    'rv-empty': '',
    'rv-kind':
      '{"id":"rv-kind","kind":"sessions","value":"x","issuedBefore":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z"}',
    'rv-other':
      '{"id":"rv-another","kind":"session","value":"x","issuedBefore":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z"}',
    'rv-time': '{"id":"rv-time","kind":"session","value":"x","issuedBefore":"yesterday","at":"2026-01-01T00:00:00Z"}',
    'rv-twice':
      '{"id":"rv-twice","id":"rv-twice","kind":"session","value":"x","issuedBefore":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z"}',
    'rv-bytes': Buffer.from(
      '{"id":"rv-bytes","kind":"session","value":"\xff","issuedBefore":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z"}',
      'latin1',
    ),
    'rv-deep': `${'['.repeat(100_000)}`,
  }

  it('E are refused one by one, counted and named once; the rest holds', async () => {
    const admin = server.admin()
    const operator = await makeOperator(server.url)
    await operator.revoke(sessionRevocation('good'))
    for (const [id, text] of Object.entries(MALFORMED)) await admin.hset(keys.entries, id, text)
    const replica = await freshReplica()
    expect(replica.refuses('good')).toBe(true)
    expect(replica.stats()?.refusedEntries).toBe(Object.keys(MALFORMED).length)
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await until(() => replica.events.includes('resumed'))
    const named = replica.events.filter((event) => event.startsWith('refused'))
    expect(named.length).toBe(Object.keys(MALFORMED).length)
    expect(named.join()).not.toContain('yesterday')
  })

  it.each<[string, string[]]>([
    ['an entry that is malformed', ['op', 'add', 'id', 'rv-x', 'entry', 'oops']],
    ['no operation', ['hello', 'world']],
    ['no entry', ['op', 'add', 'id', 'rv-x']],
    ['no id', ['op', 'remove']],
    ['another operation', ['op', 'flush', 'id', 'rv-x']],
    ['two ids added', ['op', 'add', 'id', 'rv-x', 'id', 'rv-y', 'entry', '{}']],
  ])('E in the log: %s is named, and what follows is applied', async (_name, fields) => {
    const replica = await freshReplica()
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('before'))
    await server.admin().xadd(keys.log, '*', ...fields)
    await operator.revoke(sessionRevocation('after'))
    await until(() => replica.refuses('after') === true)
    expect(replica.refuses('before')).toBe(true)
    expect(replica.events.filter((event) => event.startsWith('refused'))).toHaveLength(1)
    await areFresh(replica)
  })

  it('E that stand in the list but not in the log are found by the next heartbeat', async () => {
    const replica = await freshReplica()
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('a'))
    const admin = server.admin()
    const document = String(await admin.hget(keys.entries, 'rv-a'))
    await admin.hset(keys.entries, 'rv-b', document.replaceAll('"a"', '"b"').replaceAll('rv-a', 'rv-b'))
    await until(() => replica.refuses('b') === true, 2_000)
    expect(replica.refuses('a')).toBe(true)
  })

  it('E keys of another type make the list stale, not empty, and it comes back', async () => {
    const admin = server.admin()
    const operator = await makeOperator(server.url)
    const replica = await freshReplica({ maxStalenessMs: 1_000 })
    await operator.revokeAndWait(sessionRevocation('a'))
    await admin.set(keys.entries, 'oops')
    await until(() => replica.refuses('other') === undefined)
    expect(replica.refuses('a')).toBe(true)
    await admin.del(keys.entries)
    await areFresh(replica)
    expect(replica.refuses('a')).toBe(true)
    expect(await admin.hexists(keys.entries, 'rv-a')).toBe(1)
  })
})

describe('what has ended', () => {
  it('E goes by itself, out of the server and the replicas', async () => {
    const operator = await makeOperator(server.url)
    const hourAgo = Math.floor(Date.now() / 1000) - 3_600
    await operator.revoke(sessionRevocation('ended', { expiresAtSeconds: hourAgo }))
    await operator.revoke(sessionRevocation('ended-now', { expiresAtSeconds: hourAgo + 3_599 }))
    await operator.revoke(sessionRevocation('lasting'))
    const replica = await freshReplica()
    const admin = server.admin()
    await until(async () => (await admin.hexists(keys.entries, 'rv-ended')) === 0)
    expect(await admin.hexists(keys.entries, 'rv-ended-now')).toBe(1)
    expect(replica.refuses('lasting')).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(replica.events).toEqual(['read'])
  })
})
