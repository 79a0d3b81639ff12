/** Each line of the argument in docs/fence.md, on a real server: what was captured and used does not pass again. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RedisReplayOptions } from '../../src/adapters/redis/redis-replay-store.ts'
import { type RedisServer, type ServerOptions, startRedis, until } from '../support/redis.ts'
import { behindFence, freshProof, type Gate, makeGate, roundTrips } from '../support/replay-gate.ts'
import { kindOf, makeStore, markOf, type StoreInTest, startStore } from '../support/replay-world.ts'

const CLOCK_ALLOWANCE_MS = 400
const SETTINGS = { clockAllowanceMs: CLOCK_ALLOWANCE_MS, commandTimeoutMs: 100 }

async function serverFor(options: ServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options)
  onTestFinished(() => server.stop())
  return server
}

/** A store that stands behind its fence: a proof made now passes without a nonce. */
async function storeFor(server: RedisServer, more: Partial<RedisReplayOptions> = {}): Promise<StoreInTest> {
  const store = await startStore(server.url, { ...SETTINGS, ...more })
  onTestFinished(store.stop)
  await behindFence(store)
  return store
}

interface Loss {
  readonly name: string
  readonly before?: (server: RedisServer) => Promise<void>
  readonly lose: (server: RedisServer) => Promise<void>
}

const LOSSES: readonly Loss[] = [
  { name: 'FLUSHALL', lose: async (server) => void (await server.admin().flushall()) },
  { name: 'FLUSHDB', lose: async (server) => void (await server.admin().flushdb()) },
  {
    name: 'kill -9 and a restart without data',
    async lose(server) {
      await server.kill()
      await server.start()
    },
  },
  {
    name: 'a restored old snapshot',
    async before(server) {
      await server.admin().save()
      copyFileSync(join(server.folder, 'dump.rdb'), join(server.folder, 'old.rdb'))
    },
    async lose(server) {
      await server.admin().save()
      await server.kill()
      copyFileSync(join(server.folder, 'old.rdb'), join(server.folder, 'dump.rdb'))
      await server.start()
    },
  },
  {
    name: 'a master that took over the data of an empty one',
    async lose(server) {
      const empty = await serverFor()
      const admin = server.admin()
      await admin.replicaof('127.0.0.1', empty.port)
      await until(async () => (await admin.info('replication')).includes('master_link_status:up'))
      await admin.replicaof('NO', 'ONE')
    },
  },
]

const stolenAgain = async (gate: Gate, proof: Parameters<Gate['present']>[0], times: number): Promise<string[]> => {
  const seen: string[] = []
  for (let i = 0; i < times; i++) seen.push(await gate.present(proof))
  return seen
}

describe.each(['redis', 'valkey'] as const)('fence on %s', (flavour) => {
  it.each(LOSSES)(
    'A17 after $name a captured proof does not pass; an honest client pays one round trip',
    async ({ before, lose }) => {
      const server = await serverFor({ flavour })
      const store = await storeFor(server)
      const gate = makeGate(store)
      await before?.(server)
      const captured = freshProof()
      const withNonce = freshProof({ nonce: gate.nonce() })
      expect(await gate.present(captured)).toBe('pass')
      expect(await gate.present(withNonce)).toBe('pass')

      await lose(server)
      for (const proof of [captured, withNonce]) expect(await stolenAgain(gate, proof, 3)).not.toContain('pass')
      await until(() => store.state().connected)
      for (const proof of [captured, withNonce]) expect(await stolenAgain(gate, proof, 3)).not.toContain('pass')
      expect(await roundTrips(gate)).toBe(2)
      expect(store.fencings).toHaveLength(1)
      // Who captured a proof may ask for a nonce too; it is not in the proof.
      expect(await gate.present({ ...captured, nonce: withNonce.nonce! })).toBe('nonce')
    },
  )
})

describe('fence', () => {
  it('A17 the loss is seen by each of two replicas, whichever sees it first', async () => {
    const server = await serverFor()
    const [first, second] = [await storeFor(server), await storeFor(server)]
    const captured = freshProof()
    expect(await makeGate(first).present(captured)).toBe('pass')
    await server.admin().flushall()
    expect(await roundTrips(makeGate(first))).toBe(2)
    expect(await makeGate(second).present(captured)).toBe('nonce')
    expect(first.fence('k').epoch).toBe(second.fence('k').epoch)
  })

  it('A17 a nonce from before the loss counts with no replica, and one from after it with all', async () => {
    const server = await serverFor()
    const [first, second] = [await storeFor(server), await storeFor(server)]
    const before = makeGate(first).nonce()
    await server.admin().flushall()
    expect(await roundTrips(makeGate(first))).toBe(2)
    await until(() => second.fence('k').epoch === first.fence('k').epoch)
    expect(await makeGate(second).present(freshProof({ nonce: before }))).toBe('nonce')
    expect(await makeGate(second).present(freshProof({ nonce: makeGate(first).nonce() }))).toBe('pass')
  })

  it('a replica without traffic sees the loss within a second or two', async () => {
    const server = await serverFor()
    const store = await storeFor(server)
    await server.admin().flushall()
    await until(() => store.fencings.length === 1, 2_500)
  })

  it('A17 FLUSHALL at any moment of any of 6,000 marks: no proof passes twice', async () => {
    const server = await serverFor()
    const stores = [await storeFor(server), await storeFor(server)]
    const gates = stores.map((store) => makeGate(store))
    const admin = server.admin()
    const passes = new Map<string, number>()
    let flushing = true
    const flushes = (async () => {
      let count = 0
      for (; flushing; count++) {
        await admin.flushall()
        await new Promise((resolve) => setTimeout(resolve, count % 7))
      }
      return count
    })()
    for (let round = 0; round < 60; round++) {
      // Half of them without a nonce, half with the newest one: both ways to be let in.
      const proofs = Array.from({ length: 50 }, (_, i) =>
        freshProof(i % 2 === 0 ? { nonce: gates[i % 4 === 0 ? 0 : 1]!.nonce() } : {}),
      )
      for (const gate of gates) {
        await Promise.all(
          proofs.map(async (proof) => {
            if ((await gate.present(proof)) === 'pass') passes.set(proof.jti, (passes.get(proof.jti) ?? 0) + 1)
          }),
        )
      }
    }
    flushing = false
    expect(await flushes).toBeGreaterThan(20)
    expect(passes.size).toBeGreaterThan(0)
    expect([...passes.values()].filter((count) => count > 1)).toEqual([])
  })

  it('A17 kill -9 of our process forgets nothing', async () => {
    const server = await serverFor()
    const store = await storeFor(server)
    const captured = freshProof()
    expect(await makeGate(store).present(captured)).toBe('pass')
    store.stop()
    const next = makeGate(await storeFor(server))
    // Fenced by the start (the windows may have been others before), and on record even with a nonce.
    expect(await next.present(captured)).toBe('nonce')
    expect(await next.present({ ...captured, nonce: next.nonce() })).toBe('replayed')
  })

  it('A17 DEBUG SLEEP: refused while it lasts, replayed after; what was on the way is not lost', async () => {
    const server = await serverFor()
    const store = await storeFor(server)
    const gate = makeGate(store)
    const [captured, underWay] = [freshProof(), freshProof()]
    expect(await gate.present(captured)).toBe('pass')
    const slept = server.admin().call('debug', 'sleep', '0.5')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await gate.present(underWay)).toBe('unavailable')
    expect(await gate.present(captured)).toBe('unavailable')
    await slept
    await until(() => store.state().connected)
    expect(await gate.present(captured)).toBe('replayed')
    expect(await gate.present(underWay)).toBe('replayed')
    expect(store.fencings).toEqual([])
  })

  it('A17 CLIENT KILL: the same memory over a new connection, no fence', async () => {
    const server = await serverFor()
    const store = await storeFor(server)
    const gate = makeGate(store)
    const captured = freshProof()
    expect(await gate.present(captured)).toBe('pass')
    await server.admin().call('client', 'kill', 'type', 'normal')
    await until(() => store.degradations.length >= 2 && store.state().connected)
    expect(await gate.present(captured)).toBe('replayed')
    expect(await roundTrips(gate)).toBe(1)
    expect(store.fencings).toEqual([])
  })

  it('A17 a restart that kept its data is another memory too: nobody can tell what the file lacks', async () => {
    const server = await serverFor({ args: ['--appendonly', 'yes'] })
    const store = await storeFor(server)
    const gate = makeGate(store)
    const captured = freshProof()
    expect(await gate.present(captured)).toBe('pass')
    await server.kill()
    await server.start()
    await until(() => store.state().connected)
    expect(await gate.present(captured)).toBe('nonce')
    expect(await roundTrips(gate)).toBe(2)
  })
})

describe('clocks', () => {
  const off = (ms: number) => () => Date.now() + ms

  it('A18 two replicas at the ends of the allowance: the mark outlives the proof for the slower one', async () => {
    const server = await serverFor()
    const fast = await storeFor(server, { clockAllowanceMs: 1000, nowMs: off(450) })
    const slow = await storeFor(server, { clockAllowanceMs: 1000, nowMs: off(-450) })
    const nowMs = Date.now()
    // The fast one marks it 50 ms before its end; the slow one would take it for 900 ms longer than that.
    const expiresAtMs = nowMs + 500
    expect(await kindOf(fast, markOf('edge', { nowMs: nowMs + 450, expiresAtMs }))).toBe('first')
    await until(() => Date.now() >= nowMs + 930)
    expect(await kindOf(slow, markOf('edge', { nowMs: Date.now() - 450, expiresAtMs }))).toBe('replayed')
  })

  it('A17 a proof that the fast replica took before the loss is fenced by the slow one', async () => {
    const server = await serverFor()
    const fast = await storeFor(server, { clockAllowanceMs: 1000, nowMs: off(450) })
    const slow = await storeFor(server, { clockAllowanceMs: 1000, nowMs: off(-450) })
    const captured = freshProof({ iatSeconds: (Date.now() + 450) / 1000 })
    const passage = await makeGate(fast, off(450)).present(captured)
    await server.admin().flushall()
    expect(passage).toBe('pass')
    expect(await stolenAgain(makeGate(slow, off(-450)), captured, 20)).not.toContain('pass')
    expect(await stolenAgain(makeGate(fast, off(450)), captured, 20)).not.toContain('pass')
  })

  it('a clock beyond half the allowance is not connected, and says why', async () => {
    const server = await serverFor()
    const store = await startStore(server.url, SETTINGS)
    onTestFinished(store.stop)
    expect(Math.abs(store.state().servers[0]!.clockDifferenceMs)).toBeLessThan(100)
    for (const ms of [300, -300]) {
      const wrong = makeStore(server.url, { ...SETTINGS, nowMs: off(ms) })
      onTestFinished(wrong.stop)
      wrong.start()
      await until(() => wrong.warnings.some((line) => line.includes('clock')))
      expect(wrong.state().connected).toBe(false)
      expect(await makeGate(wrong).present(freshProof())).toBe('nonce')
    }
  })

  it('A18 a clock that goes wrong later is noticed within a second or two, and fences once it is right again', async () => {
    const server = await serverFor()
    let aside = 0
    const store = await storeFor(server, { nowMs: () => Date.now() + aside })
    const gate = makeGate(store)
    const [captured, nonce] = [freshProof(), gate.nonce()]
    expect(await gate.present(captured)).toBe('pass')
    aside = 10_000
    await until(() => !store.state().connected, 2_500)
    expect(await gate.present(captured)).toBe('unavailable')
    aside = 0
    await until(() => store.state().connected, 2_500)
    expect(await gate.present(captured)).toBe('nonce')
    expect(await gate.present(freshProof({ nonce }))).toBe('nonce')
    expect(await roundTrips(gate)).toBe(2)
  })
})
