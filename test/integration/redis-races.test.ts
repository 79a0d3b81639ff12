/** A17, A19: many sharers, many copies; and what a mark costs the server. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { startCluster, startRedis } from '../support/redis.ts'
import { kindOf, markOf, startStore } from '../support/replay-world.ts'

const PROOFS = Number(process.env['HOLDFAST_RACE_PROOFS'] ?? 50_000)
const AT_A_TIME = 500
const MAX_BYTES = 160

describe('races', () => {
  it(`A17 ${PROOFS} proofs, each sent twice over three replicas: none is first twice`, async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const stores = await Promise.all([0, 1, 2].map(() => startStore(server.url, { commandTimeoutMs: 2_000 })))
    for (const store of stores) onTestFinished(store.stop)
    let once = 0
    let twice = 0
    for (let from = 0; from < PROOFS; from += AT_A_TIME) {
      await Promise.all(
        Array.from({ length: Math.min(AT_A_TIME, PROOFS - from) }, async (_, i) => {
          const [one, other] = [stores[i % 3]!, stores[(i + 1 + (from % 2)) % 3]!]
          const kinds = await Promise.all([one, other].map((store) => kindOf(store, markOf(`race-${from + i}`))))
          const passed = kinds.filter((kind) => kind === 'first').length
          if (passed === 1) once++
          if (passed === 2) twice++
        }),
      )
    }
    expect(twice).toBe(0)
    expect(once).toBe(PROOFS)
  }, 600_000)
})

describe('memory', () => {
  it.each(['redis', 'valkey'] as const)(
    'A19 a live proof costs %s at most 160 bytes',
    async (flavour) => {
      const server = await startRedis({ flavour })
      onTestFinished(() => server.stop())
      const store = await startStore(server.url)
      onTestFinished(store.stop)
      const admin = server.admin()
      const before = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
      for (let i = 0; i < 20_000; i += 500) {
        await Promise.all(Array.from({ length: 500 }, (_, j) => kindOf(store, markOf(`size-${i + j}`))))
      }
      const keys = await admin.keys('holdfast:replay:*')
      expect(keys).toHaveLength(20_000)
      for (const key of keys.slice(0, 100)) {
        expect(Number(await admin.call('memory', 'usage', key))).toBeLessThanOrEqual(MAX_BYTES)
        expect(await admin.pttl(key)).toBeGreaterThan(60_000)
      }
      const after = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
      // With the tables of keys and of expiries, which MEMORY USAGE leaves out.
      expect((after - before) / 20_000).toBeLessThan(2 * MAX_BYTES)
    },
    30_000,
  )

  it('A19 a live proof costs a cluster at most 160 bytes', async () => {
    const cluster = await startCluster()
    onTestFinished(() => cluster.stop())
    const store = await startStore(cluster.url)
    onTestFinished(store.stop)
    expect(await kindOf(store, markOf('size'))).toBe('first')
    const sizes = await Promise.all(
      cluster.servers.map(async (server) => {
        const keys = await server.admin().keys('holdfast:replay:*')
        return Promise.all(keys.map(async (key) => Number(await server.admin().call('memory', 'usage', key))))
      }),
    )
    expect(sizes.flat()).toHaveLength(1)
    expect(sizes.flat()[0]).toBeLessThanOrEqual(MAX_BYTES)
  })
})
