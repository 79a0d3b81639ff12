/** The doctor at the shared list of revocations, with real replicas. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { makeStoreWorld } from '../unit/doctor/doctor-world.ts'
import { areFresh, makeOperator, sessionRevocation, startReplica } from './revocation-world.ts'

const keys = listKeys('holdfast:', false)

describe.each(['redis', 'valkey'] as const)('holdfast doctor at the shared list on %s', (flavour) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ flavour })
  })
  beforeEach(async () => {
    await server.admin().flushall()
  })
  afterAll(() => server.stop())

  it('counts entries, and names replicas with the time they were last heard of', async () => {
    await areFresh(startReplica(server.url, { id: 'web-1' }))
    await (await makeOperator(server.url)).revoke(sessionRevocation('s1'))
    const found = await (await makeStoreWorld(server.url)).diagnose()
    expect(found.only('list-readable')).toMatchObject({ status: 'ok', seen: '1 entry' })
    expect(found.only('list-entries').status).toBe('ok')
    expect(found.only('list-replicas')).toMatchObject({
      status: 'ok',
      subject: 'web-1',
      seen: /last heard of [01]\.\d s ago/,
    })
  })

  it('a replica that went silent is a warning; one that never was is not', async () => {
    const world = await makeStoreWorld(server.url)
    expect((await world.diagnose()).only('list-replicas')).toMatchObject({
      status: 'ok',
      seen: 'no replica is running',
    })
    const [seconds] = await server.admin().time()
    await server.admin().zadd(keys.replicas, String((Number(seconds) - 12) * 1000), 'web-2')
    const found = (await world.diagnose()).only('list-replicas')
    expect([found.status, found.subject, found.seen]).toEqual([
      'warning',
      'web-2',
      expect.stringMatching(/1[2-4]\.\d s ago/),
    ])
  })

  it('a malformed entry is named', async () => {
    await server.admin().hset(keys.entries, 'rv-odd', 'oops')
    const found = await (await makeStoreWorld(server.url)).diagnose()
    expect(found.only('list-entries')).toMatchObject({ status: 'failed', seen: expect.stringContaining('rv-odd') })
    expect(found.code).toBe(1)
  })

  it.each(Object.values(keys))('%s that holds something else is named', async (key) => {
    await server.admin().rpush(key, 'x')
    const found = await (await makeStoreWorld(server.url)).diagnose()
    expect(found.only('list-keys')).toMatchObject({ status: 'failed', seen: expect.stringContaining(key) })
    await server.admin().del(key)
    expect((await (await makeStoreWorld(server.url)).diagnose()).only('list-keys').status).toBe('ok')
  })
})
