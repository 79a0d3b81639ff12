/** Whatever the server does, a call of the ledger fails within its time, in constant words, and works again afterwards. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeRedisLedger } from '../../src/adapters/redis/ledger/redis-ledger.ts'
import { sessionRecord } from '../support/ledger-records.ts'
import { startRedis, until } from '../support/redis.ts'
import { OUTAGES, PASSWORD } from '../support/redis-outages.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

/** Two seconds for an answer or two to connect, and room for a machine under load. */
const FAILS_WITHIN_MS = 4_000
const DETAIL = /^(the server |no connection to the server$)[a-z:()\- ]*$/

describe.each(OUTAGES)('Redis $name', ({ enter, leave }) => {
  it('a call fails in time, the next ones too, and it is back within seconds', { timeout: 40_000 }, async () => {
    const server = await startRedis({ args: ['--requirepass', PASSWORD], admin: { password: PASSWORD } })
    onTestFinished(() => server.stop())
    const proxy = await startTcpProxy(server.port)
    onTestFinished(() => proxy.stop())
    const store = makeRedisLedger({
      url: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${proxy.port}`,
      prefix: 'holdfast:',
      bounds: { retentionSeconds: 3600, maxSessions: 1_000, maxIncidents: 100 },
      nowMs: Date.now,
    })
    onTestFinished(() => store.close())
    const record = sessionRecord('one', { firstSeenMs: Date.now() })
    const save = () => store.saveSessions([record])
    expect((await save()).ok).toBe(true)

    await enter(server, proxy)
    for (let i = 0; i < 3; i++) {
      const startedMs = performance.now()
      const saved = await save()
      expect(saved).toEqual({ ok: false, detail: expect.stringMatching(DETAIL) })
      expect(performance.now() - startedMs).toBeLessThan(FAILS_WITHIN_MS)
    }

    await leave(server, proxy)
    await until(async () => (await save()).ok)
  })
})

it('a closed ledger fails, and opens no connection', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const bounds = { retentionSeconds: 3600, maxSessions: 1_000, maxIncidents: 100 }
  const store = makeRedisLedger({ url: server.url, prefix: 'holdfast:', bounds, nowMs: Date.now })
  await store.close()
  expect(await store.gaps()).toEqual({ ok: false, detail: 'the ledger is closed' })
})

it('a user who may not do what a script does is told so, in constant words', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  await server.admin().call('acl', 'setuser', 'holdfast', 'on', '>secret', '~*', '+@all', '-zadd')
  const store = makeRedisLedger({
    url: `redis://holdfast:secret@127.0.0.1:${server.port}`,
    prefix: 'holdfast:',
    bounds: { retentionSeconds: 3600, maxSessions: 1_000, maxIncidents: 100 },
    nowMs: Date.now,
  })
  onTestFinished(() => store.close())
  const save = () => store.saveSessions([sessionRecord('one', { firstSeenMs: Date.now() })])
  expect(await save()).toEqual({ ok: false, detail: expect.stringContaining('lacks a right') })
  await server.admin().call('acl', 'setuser', 'holdfast', '+zadd')
  expect((await save()).ok).toBe(true)
})
