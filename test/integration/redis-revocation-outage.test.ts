/** What replicas of the shared list do when the server, its data or the link to it go away and come back. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { areFresh, makeOperator, type Replica, sessionRevocation, startReplica } from './revocation-world.ts'

const keys = listKeys('holdfast:', false)
/** The time within which a silent link must be noticed. */
const NOTICED_MS = 2_000

let server: RedisServer
beforeEach(async () => {
  server = await startRedis({ args: ['--appendonly', 'no'] })
})
afterEach(() => server.stop())

async function freshReplica(options = {}, url = server.url): Promise<Replica> {
  const replica = startReplica(url, options)
  await areFresh(replica)
  return replica
}

const disconnections = (replica: Replica): string[] =>
  replica.events.filter((event) => event.startsWith('disconnected'))

async function noticedAfterMs(replica: Replica): Promise<number> {
  const startedMs = performance.now()
  await until(() => replica.stats()?.connected === false)
  return performance.now() - startedMs
}

describe('a lost link', () => {
  it('E CLIENT KILL: goes on in the log where it stopped', async () => {
    const replica = await freshReplica()
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('before'))
    await server.admin().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    const again = await makeOperator(server.url)
    await again.revoke(sessionRevocation('meanwhile'))
    await until(() => replica.refuses('meanwhile') === true)
    expect(replica.events.at(-1)).toBe('resumed')
    expect(replica.refuses('before')).toBe(true)
  })

  it('E a half-open link is noticed within two seconds, and the list turns stale when freshness is over', async () => {
    const proxy = await startTcpProxy(server.port)
    onTestFinished(() => proxy.stop())
    const replica = await freshReplica({ maxStalenessMs: 3_000 }, `redis://127.0.0.1:${proxy.port}`)
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('before'))
    proxy.dropPackets(true)
    expect(await noticedAfterMs(replica)).toBeLessThan(NOTICED_MS)
    expect(replica.refuses('other')).toBe(false)
    await operator.revoke(sessionRevocation('unseen'))
    await until(() => replica.refuses('other') === undefined, 4_000)
    expect([replica.refuses('before'), replica.refuses('unseen')]).toEqual([true, undefined])
    proxy.dropPackets(false)
    await areFresh(replica)
    expect([replica.refuses('unseen'), replica.refuses('other')]).toEqual([true, false])
  })

  it('E SIGSTOP of the server is noticed within two seconds, and it is found again', async () => {
    const replica = await freshReplica({ maxStalenessMs: 2_500 })
    server.pause()
    expect(await noticedAfterMs(replica)).toBeLessThan(NOTICED_MS)
    await until(() => replica.refuses('other') === undefined, 4_000)
    server.resume()
    await areFresh(replica)
    expect(disconnections(replica).length).toBeGreaterThan(0)
  })

  it('E a clock that jumps makes the list stale, whichever way it jumps', async () => {
    const replica = await freshReplica({ maxStalenessMs: 1_500 })
    const now = Date.now() / 1000
    expect([replica.isFresh(now), replica.isFresh(now + 3), replica.isFresh(now - 3_600)]).toEqual([true, false, true])
    await server.kill()
    await until(() => !replica.isFresh(now - 3_600), 3_000)
  })
})

describe('kill -9 of the server', () => {
  it('E with its data: nothing is missed', async () => {
    await server.stop()
    server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
    const replica = await freshReplica()
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('before'))
    await server.kill()
    await server.start()
    await until(() => replica.events.at(-1) === 'read')
    expect(replica.events).not.toContain('restored 1')
    await (await makeOperator(server.url)).revokeAndWait(sessionRevocation('after'))
    expect([replica.refuses('before'), replica.refuses('after')]).toEqual([true, true])
  })

  it('E without its data: the mirror stands, and who knows the list writes it back, for new replicas too', async () => {
    const replicas = await Promise.all([1, 2, 3].map(() => freshReplica()))
    const operator = await makeOperator(server.url)
    const lasting = sessionRevocation('lasting')
    await operator.revokeAndWait(lasting)
    await operator.revokeAndWait(sessionRevocation('taken-back'))
    await operator.unrevoke('rv-taken-back')
    await until(() => replicas.every((replica) => replica.refuses('taken-back') === false))
    await server.kill()
    expect(replicas.map((replica) => replica.refuses('lasting'))).toEqual([true, true, true])
    await server.start()
    await areFresh(...replicas)
    await until(async () => (await server.admin().hexists(keys.entries, lasting.id)) === 1)
    // Told once the lock is given back, a round trip after the entry stands there.
    const told = () => replicas.flatMap(({ events }) => events).filter((event) => event === 'restored 1')
    await until(() => told().length > 0)
    expect(told()).toHaveLength(1)
    const newcomer = await freshReplica()
    expect([newcomer.refuses('lasting'), newcomer.refuses('taken-back')]).toEqual([true, false])
    expect(await server.admin().hlen(keys.entries)).toBe(1)
  })
})

describe('data that the server lost', () => {
  it.each<[string, (admin: ReturnType<RedisServer['admin']>) => Promise<unknown>]>([
    ['FLUSHALL', (admin) => admin.flushall()],
    ['the entries alone', (admin) => admin.del(keys.entries)],
    ['the log alone', (admin) => admin.del(keys.log)],
    ['the epoch alone', (admin) => admin.del(keys.epoch)],
    ['one entry', (admin) => admin.hdel(keys.entries, 'rv-7')],
  ])('E %s: it is written back, and no replica forgets anything meanwhile', async (_name, lose) => {
    const replicas = await Promise.all([1, 2].map(() => freshReplica()))
    const operator = await makeOperator(server.url)
    for (let i = 0; i < 300; i++) await operator.revoke(sessionRevocation(String(i)))
    await until(() => replicas.every((replica) => replica.refuses('299') === true))
    const admin = server.admin()
    await lose(admin)
    let forgotten = 0
    await until(async () => {
      forgotten += replicas.filter((replica) => replica.refuses('7') !== true).length
      return replicas.every(({ events }) => disconnections({ events } as Replica).length > 0)
    })
    await until(async () => (await admin.hlen(keys.entries)) === 300)
    await areFresh(...replicas)
    expect(forgotten).toBe(0)
    const newcomer = await freshReplica()
    for (let i = 0; i < 300; i++) expect(newcomer.refuses(String(i))).toBe(true)
    expect(replicas.map((replica) => replica.stats()?.counts.get('session'))).toEqual([300, 300])
  })

  it('E an old snapshot that comes back: what it lacks is written back', async () => {
    const replica = await freshReplica()
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('old'))
    const admin = server.admin()
    await admin.save()
    await operator.revokeAndWait(sessionRevocation('new'))
    await server.kill()
    await server.start()
    await until(async () => (await server.admin().hexists(keys.entries, 'rv-new')) === 1)
    await areFresh(replica)
    expect([replica.refuses('old'), replica.refuses('new')]).toEqual([true, true])
  })

  it('E a log that was cut past a replica makes it read everything; what was taken back stays so', async () => {
    const proxy = await startTcpProxy(server.port)
    onTestFinished(() => proxy.stop())
    const replica = await freshReplica({}, `redis://127.0.0.1:${proxy.port}`)
    const operator = await makeOperator(server.url)
    await operator.revokeAndWait(sessionRevocation('a'))
    proxy.dropPackets(true)
    await until(() => replica.stats()?.connected === false)
    await operator.unrevoke('rv-a')
    await operator.revoke(sessionRevocation('b'))
    await server.admin().xtrim(keys.log, 'MAXLEN', 1)
    proxy.dropPackets(false)
    await until(() => replica.events.at(-1) === 'read')
    await areFresh(replica)
    expect([replica.refuses('a'), replica.refuses('b')]).toEqual([false, true])
  })
})
