/** A17, D-E3: whatever the server does, the answer comes in time, is never `first`, and the way back is short. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RedisReplayStore } from '../../src/adapters/redis/redis-replay-store.ts'
import { startRedis, until } from '../support/redis.ts'
import { OUTAGES, PASSWORD } from '../support/redis-outages.ts'
import { kindOf, makeStore, markOf, startStore } from '../support/replay-world.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const COMMAND_TIMEOUT_MS = 20
const GRACE_MS = 5
const RECOVERY_MS = 1_000

/**
 * The p99 over the command timeout of 400 marks, by how much each was later than a bare timer of the same length that was
 * set beside it: a machine under load is late with both.
 */
async function latenessMs(store: RedisReplayStore): Promise<{ p99: number; kinds: Set<string> }> {
  const late: number[] = []
  const kinds = new Set<string>()
  for (let i = 0; i < 80; i++) {
    const startMs = performance.now()
    const timer = new Promise<number>((resolve) => {
      setTimeout(() => setImmediate(() => resolve(performance.now() - startMs)), COMMAND_TIMEOUT_MS)
    })
    const marks = Array.from({ length: 5 }, async (_, j) => {
      kinds.add(await kindOf(store, markOf(`late-${i}-${j}-${startMs}`)))
      return performance.now() - startMs
    })
    const bareMs = Math.max(await timer, COMMAND_TIMEOUT_MS)
    for (const mark of marks) late.push((await mark) - bareMs)
  }
  late.sort((a, b) => a - b)
  return { p99: late[Math.floor(late.length * 0.99)]!, kinds }
}

describe.each(OUTAGES)('Redis $name', ({ enter, leave }) => {
  it('A17 answers within the command timeout, at once while known to be down, and recovers within a second', async () => {
    const server = await startRedis({ args: ['--requirepass', PASSWORD], admin: { password: PASSWORD } })
    onTestFinished(() => server.stop())
    const proxy = await startTcpProxy(server.port)
    onTestFinished(() => proxy.stop())
    const login = encodeURIComponent(PASSWORD)
    const store = await startStore(`redis://:${login}@127.0.0.1:${proxy.port}`, {
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
    })
    onTestFinished(store.stop)
    const used = markOf('used before')
    expect(await kindOf(store, used)).toBe('first')

    await enter(server, proxy)
    const { p99, kinds } = await latenessMs(store)
    expect([...kinds]).toEqual(['unavailable'])
    expect(p99).toBeLessThanOrEqual(GRACE_MS)
    if (!store.state().connected) {
      // Refused in the same turn, without a look at the network.
      let answered = false
      void Promise.resolve(store.markFirstUse(markOf('at once'))).then(() => {
        answered = true
      })
      await Promise.resolve()
        .then(() => undefined)
        .then(() => undefined)
      expect(answered).toBe(true)
    }

    await leave(server, proxy)
    const backMs = performance.now()
    await until(async () => (await kindOf(store, markOf(`back-${performance.now()}`))) !== 'unavailable')
    expect(performance.now() - backMs).toBeLessThan(RECOVERY_MS)
    // Either it remembers, or it says that it does not.
    expect(await kindOf(store, markOf('used before'))).not.toBe('unavailable')
  })
})

describe('Redis outages', () => {
  it('a password that was never right is told, and never logged', async () => {
    const server = await startRedis({ args: ['--requirepass', PASSWORD], admin: { password: PASSWORD } })
    onTestFinished(() => server.stop())
    const store = makeStore(`redis://:wrong-secret@127.0.0.1:${server.port}`)
    onTestFinished(store.stop)
    store.start()
    await until(() => store.warnings.some((line) => line.includes('refused the user or password')))
    expect(store.warnings.join()).not.toContain('wrong-secret')
    expect(store.fence('k')).toEqual({ proofsUntilMs: Number.POSITIVE_INFINITY, noncesUntilMs: 0, epoch: '' })
  })

  it('no offline queue: a mark made while down is not sent later', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const store = await startStore(server.url)
    onTestFinished(store.stop)
    await server.kill()
    await until(() => !store.state().connected)
    const marks = Array.from({ length: 50 }, (_, i) => markOf(`queued-${i}`))
    for (const mark of marks) expect(await kindOf(store, mark)).toBe('unavailable')
    await server.start()
    await until(() => store.state().connected)
    expect(await server.admin().keys('holdfast:replay:*')).toEqual([])
  })

  it('degraded is said once on the way down and once on the way up', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const store = await startStore(server.url)
    onTestFinished(store.stop)
    await server.kill()
    await until(() => !store.state().connected)
    await server.start()
    await until(() => store.state().connected)
    expect(store.degradations.filter((now, i, all) => now !== all[i - 1])).toEqual(store.degradations)
    expect(store.degradations.slice(-2)).toEqual([true, false])
  })

  it.each(['allkeys-lru', 'volatile-ttl'])('an eviction policy of %s is refused, unless by name', async (policy) => {
    const server = await startRedis({ args: ['--maxmemory-policy', policy] })
    onTestFinished(() => server.stop())
    const store = makeStore(server.url)
    onTestFinished(store.stop)
    store.start()
    await until(() => store.warnings.some((line) => line.includes('maxmemory-policy')))
    expect(store.state().servers[0]!.evictionPolicy).toBe(policy)
    const insecure = await startStore(server.url, { insecureEviction: true })
    onTestFinished(insecure.stop)
    expect(await kindOf(insecure, markOf('evictable'))).toBe('first')
  })

  it('an eviction policy that is set later ends the trust', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const store = await startStore(server.url)
    onTestFinished(store.stop)
    await server.admin().config('SET', 'maxmemory-policy', 'allkeys-lru')
    await until(() => !store.state().connected, 2_500)
  })
})
