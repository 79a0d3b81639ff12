/** The shared list on a real server: how changes reach replicas, and what they do when the server is not itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import { areFresh, makeOperator, sessionRevocation, startReplica } from './revocation-world.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

/** Fifty in one process share one event loop, so that the last of them waits for the 49 before it. */
const REPLICAS = 50

describe('a change', () => {
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
})
