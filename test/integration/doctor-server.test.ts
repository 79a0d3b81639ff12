/** The doctor at one real server: each fault is found and named, and its valid twin is not. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { inspectServer } from '../../src/adapters/redis/inspect/inspect-server.ts'
import { makeKeyNames } from '../../src/adapters/redis/keys.ts'
import { parseRedisUrl } from '../../src/adapters/redis/redis-url.ts'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { readDocument } from '../docs/documents.ts'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import { PASSWORD } from '../support/redis-outages.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { makeStoreWorld } from '../unit/doctor/doctor-world.ts'

/** Those of the documentation, as a reader types them. */
const ACL = readDocument('docs/redis.md')
  .blocks.flatMap(({ text }) => text.split('\n'))
  .filter((line) => line.startsWith('ACL SETUSER holdfast'))
  .map((line) => line.replace('>PASSWORD', '>secret').split(' ').slice(1))
const RIGHTS = [...new Set(ACL.flat().flatMap((word) => (word.startsWith('+') ? [word.slice(1)] : [])))]

async function setUser(server: RedisServer, ...more: readonly string[]): Promise<void> {
  const admin = server.admin()
  for (const words of [['deluser', 'holdfast'], ...ACL]) await admin.call('acl', ...words)
  if (more.length > 0) await admin.call('acl', 'setuser', 'holdfast', ...more)
}

const asUser = (server: RedisServer) => makeStoreWorld(server.url, 'username: holdfast, password: "env:PASS"')
const LOGIN = { PASS: 'secret' }

describe.each(['redis', 'valkey'] as const)('holdfast doctor at %s', (flavour) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ flavour, args: ['--maxmemory', '100mb'] })
  })
  beforeEach(async () => {
    await server.admin().flushall()
  })
  afterAll(() => server.stop())

  async function withSetting(name: string, value: string): Promise<void> {
    const admin = server.admin()
    const before = ((await admin.config('GET', name)) as string[])[1] ?? ''
    await admin.config('SET', name, value)
    onTestFinished(async () => void (await admin.config('SET', name, before)))
  }

  it('a sound server, with a user of the documented rights: nothing failed, and nothing written', async () => {
    await setUser(server)
    const found = await (await asUser(server)).diagnose(LOGIN)
    const statuses = JSON.parse(found.text).findings.filter(({ status }: { status: string }) => status !== 'ok')
    // Only what is not told without more rights, and a server that does not run.
    expect(statuses.map(({ id }: { id: string }) => id)).toEqual(['store-persistence', 'server-running'])
    expect(found.code).toBe(0)
    expect(found.only('store-version').seen).toMatch(flavour === 'redis' ? /^Redis 7\./ : /^Valkey 9\./)
    expect(found.only('store-persistence').mend).toBe('ACL SETUSER holdfast +config|get')
    expect(await server.admin().dbsize()).toBe(0)
    expect(await server.admin().info('commandstats')).not.toMatch(
      /cmdstat_(?:set|hset|hdel|del|xadd|zadd|hsetnx):calls/,
    )
  })

  it.each(RIGHTS)('a user without %s: it is named, with the lines that mend it', async (right) => {
    await setUser(server, `-${right}`)
    const found = await (await asUser(server)).diagnose(LOGIN)
    const { status, seen, mend } = found.only('store-permissions')
    expect([status, seen.split(/[:;,] ?/)]).toEqual(['failed', expect.arrayContaining([right])])
    expect(mend).toBe(ACL.map((words) => `ACL ${words.join(' ')}`.replace('>secret', '>PASSWORD')).join('\n'))
    expect(found.code).toBe(1)
    expect(await server.admin().dbsize()).toBe(0)
  })

  it('a user of other keys: commands on keys are named, others are not', async () => {
    await setUser(server, 'resetkeys', '~others:*')
    const { seen } = (await (await asUser(server)).diagnose(LOGIN)).only('store-permissions')
    for (const name of ['set', 'hget', 'xadd', 'zrange']) expect(seen).toMatch(new RegExp(`\\b${name}\\b`))
    expect(seen).not.toMatch(/\b(?:info|time|ping|multi)\b/)
  })

  it('without INFO what it would tell is unknown, and the right to grant is named', async () => {
    await setUser(server, '-info')
    const found = await (await asUser(server)).diagnose(LOGIN)
    for (const id of ['store-role', 'store-eviction', 'store-version', 'store-memory', 'store-quorum']) {
      expect(found.only(id)).toMatchObject({ status: 'unknown', mend: 'ACL SETUSER holdfast +info' })
    }
  })

  it('with CONFIG GET persistence is told', async () => {
    await setUser(server, '+config|get')
    const world = await asUser(server)
    expect((await world.diagnose(LOGIN)).only('store-persistence')).toMatchObject({ status: 'ok', seen: /^none/ })
    await withSetting('save', '3600 1')
    expect((await world.diagnose(LOGIN)).only('store-persistence').seen).toMatch(/^snapshots/)
    await withSetting('appendonly', 'yes')
    expect((await world.diagnose(LOGIN)).only('store-persistence').seen).toMatch(/^append-only/)
  })

  it('a wrong password: told without it, and not as unreachable', async () => {
    await setUser(server)
    const found = await (await asUser(server)).diagnose({ PASS: 'guess-1' })
    expect(found.only('store-login')).toMatchObject({
      status: 'failed',
      seen: 'the server refused the user or password',
    })
    expect([found.code, found.only('store-reachable').status]).toEqual([1, 'ok'])
    expect(found.text).not.toContain('guess-1')
  })

  it('a server that wants a password where none is configured', async () => {
    await withSetting('requirepass', PASSWORD)
    const found = await (await makeStoreWorld(server.url)).diagnose()
    expect(found.only('store-login')).toMatchObject({ status: 'failed', seen: 'the server wants a password' })
  })

  it.each([
    ['allkeys-lru', 'failed', 1],
    ['volatile-ttl', 'failed', 1],
    ['noeviction', 'ok', 0],
  ] as const)('maxmemory-policy %s: %s', async (policy, status, code) => {
    await withSetting('maxmemory-policy', policy)
    const found = await (await makeStoreWorld(server.url)).diagnose()
    expect([found.only('store-eviction').status, found.code]).toEqual([status, code])
  })

  it('maxmemory: without a bound and nearly full are warnings, full refuses marks', async () => {
    const world = await makeStoreWorld(server.url)
    expect((await world.diagnose()).only('store-memory').status).toBe('ok')
    await withSetting('maxmemory', '0')
    expect((await world.diagnose()).only('store-memory').seen).toContain('without a bound')
    const used = Number(/used_memory:(\d+)/.exec(await server.admin().info('memory'))?.[1])
    await withSetting('maxmemory', String(Math.round(used * 1.15)))
    expect((await world.diagnose()).statuses('store-memory')).toEqual(['warning'])
    await withSetting('maxmemory', '1')
    const full = await world.diagnose()
    expect(full.only('store-writes')).toMatchObject({ status: 'failed', seen: 'the server is full: maxmemory' })
    expect(full.code).toBe(1)
  })

  it('a master with a replica: min-replicas-to-write is missed, and not once it is set', async () => {
    const replica = await startRedis({ flavour, args: ['--replicaof', '127.0.0.1', String(server.port)] })
    onTestFinished(() => replica.stop())
    await until(async () => (await server.admin().info('replication')).includes('state=online'))
    const world = await makeStoreWorld(server.url)
    const found = (await world.diagnose()).only('store-quorum')
    expect([found.status, found.mend]).toEqual([
      'warning',
      expect.stringContaining('CONFIG SET min-replicas-to-write 1'),
    ])
    await withSetting('min-replicas-to-write', '1')
    await until(async () => (await server.admin().info('replication')).includes('min_slaves_good_slaves:1'))
    expect((await world.diagnose()).only('store-quorum').status).toBe('ok')

    const wrong = await (await makeStoreWorld(replica.url)).diagnose()
    expect(wrong.only('store-role')).toMatchObject({ status: 'failed', seen: 'the server is a replica (slave)' })
    expect(wrong.only('store-writes').status).toBe('failed')
  })

  it('too few replicas: a mark would be refused', async () => {
    await withSetting('min-replicas-to-write', '1')
    const found = await (await makeStoreWorld(server.url)).diagnose()
    expect(found.only('store-writes')).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('too few replicas'),
    })
  })

  it('a foreign value under the key of the epoch', async () => {
    const world = await makeStoreWorld(server.url)
    await server.admin().set('holdfast:epoch', 'x')
    expect((await world.diagnose()).only('store-epoch')).toMatchObject({ status: 'failed', mend: /DEL holdfast:epoch/ })
    await server.admin().del('holdfast:epoch')
    expect((await world.diagnose()).only('store-epoch').seen).toContain('none yet')
    const info = await server.admin().info()
    const id = ['run_id', 'master_replid'].map((name) => new RegExp(`${name}:(\\w+)`).exec(info)?.[1]).join(':')
    await server.admin().hset('holdfast:epoch', id, '0123456789abcdef:1700000000000')
    expect((await world.diagnose()).only('store-epoch').seen).toContain('2023-11-14T22:13:20.000Z')
  })

  it('clocks: 3 s apart are too far, 1 s is not', async () => {
    const target = parseRedisUrl(server.url)
    if (target === undefined) throw new Error('no URL')
    const inspect = (aheadMs: number) =>
      inspectServer(
        { ...target.addresses[0], tags: [''] },
        {
          way: { target, tls: {} },
          names: makeKeyNames('holdfast:', false),
          keys: listKeys('holdfast:', false),
          ledger: undefined,
          clockAllowanceMs: 5_000,
          nowMs: () => Date.now() + aheadMs,
        },
      )
    expect(await inspect(3_000)).toMatchObject({ kind: 'seen', clock: { verdict: 'differ' } })
    expect(await inspect(-1_000)).toMatchObject({ kind: 'seen', clock: { verdict: 'agree' } })
  })

  it('a busy server: round trips are too long for the timeout', async () => {
    const busy = server.admin()
    let over = false
    const work = (async () => {
      while (!over) await busy.call('debug', 'sleep', '0.08')
    })()
    const found = await (await makeStoreWorld(server.url)).diagnose()
    over = true
    await work
    expect(['warning', 'failed']).toContain(found.only('store-latency').status)
    expect((await (await makeStoreWorld(server.url)).diagnose()).only('store-latency').seen).toContain(' of 50;')
  })

  it('nobody there: exit code 3, with the code of the system; also where something else failed', async () => {
    const found = await (await makeStoreWorld('redis://127.0.0.1:1')).diagnose()
    expect(found.only('store-reachable')).toMatchObject({ status: 'failed', seen: 'ECONNREFUSED', unreachable: true })
    expect(found.only('list-readable')).toMatchObject({ status: 'failed', unreachable: true })
    expect(found.code).toBe(3)
  })

  it('a server that accepts and says nothing is unreachable, within seconds', async () => {
    const proxy: TcpProxy = await startTcpProxy(server.port)
    onTestFinished(() => proxy.stop())
    proxy.dropPackets(true)
    const startedMs = performance.now()
    const found = await (await makeStoreWorld(`redis://127.0.0.1:${proxy.port}`)).diagnose()
    expect(performance.now() - startedMs).toBeLessThan(8_000)
    expect([found.code, found.only('store-reachable').status]).toEqual([3, 'failed'])
  })
})
