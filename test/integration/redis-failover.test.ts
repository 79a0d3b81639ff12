/** Another process takes over: real Sentinel, real cluster (docs/fence.md). */
import { describe, expect, it, onTestFinished } from 'vitest'
import { slotOf } from '../../src/adapters/redis/cluster-slots.ts'
import { makeKeyNames } from '../../src/adapters/redis/keys.ts'
import { type RedisServer, startCluster, until } from '../support/redis.ts'
import { startSentinelGroup } from '../support/redis-sentinel.ts'
import { behindFence, freshProof, makeGate, roundTrips } from '../support/replay-gate.ts'
import { KEY_THUMBPRINT, startStore } from '../support/replay-world.ts'

const SETTINGS = { clockAllowanceMs: 600, commandTimeoutMs: 100 }

describe('Sentinel', () => {
  it('A17 failover to a replica that never received the mark: it does not pass again', async () => {
    const group = await startSentinelGroup()
    onTestFinished(() => group.stop())
    const store = await startStore(group.url, SETTINGS)
    onTestFinished(store.stop)
    await behindFence(store)
    const gate = makeGate(store)

    // The replicas lose their link and may not log in again: what follows stays with the master.
    for (const replica of group.replicas) {
      await replica.admin().config('SET', 'masteruser', 'nobody')
      await replica.admin().config('SET', 'masterauth', 'nothing')
    }
    const master = group.master.admin()
    await master.call('client', 'kill', 'type', 'replica')
    await until(async () => (await master.info('replication')).includes('connected_slaves:0'))
    const captured = freshProof()
    expect(await gate.present(captured)).toBe('pass')
    await group.master.kill()
    expect(await gate.present(captured)).toBe('unavailable')

    await until(async () => (await group.masterPort()) !== group.master.port, 20_000)
    await until(() => store.state().connected, 20_000)
    expect(await gate.present(captured)).toBe('nonce')
    expect(await roundTrips(gate)).toBe(2)
    expect(store.fencings).toHaveLength(1)
  })
})

describe('Cluster', () => {
  async function world() {
    const cluster = await startCluster()
    onTestFinished(() => cluster.stop())
    const store = await startStore(cluster.url, SETTINGS)
    onTestFinished(store.stop)
    await behindFence(store)
    const names = makeKeyNames('holdfast:', true)
    const tag = names.tagOf(KEY_THUMBPRINT)
    const slot = slotOf(tag)
    const index = slot <= 5460 ? 0 : slot <= 10_922 ? 1 : 2
    const from = cluster.servers[index]!
    const to = cluster.servers[(index + 1) % 3]!
    return { cluster, store, gate: makeGate(store), names, tag, slot, from, to }
  }

  /** By the documented procedure; `carry` moves the keys, or loses them. */
  async function moveSlot(
    slot: number,
    from: RedisServer,
    to: RedisServer,
    others: readonly RedisServer[],
    carry: (keys: readonly string[]) => Promise<unknown>,
  ): Promise<void> {
    const [source, target] = [from.admin(), to.admin()]
    const [sourceId, targetId] = [
      String(await source.call('cluster', 'myid')),
      String(await target.call('cluster', 'myid')),
    ]
    await target.call('cluster', 'setslot', String(slot), 'importing', sourceId)
    await source.call('cluster', 'setslot', String(slot), 'migrating', targetId)
    const keys = (await source.call('cluster', 'getkeysinslot', String(slot), '1000')) as string[]
    await carry(keys)
    await target.call('cluster', 'setslot', String(slot), 'node', targetId)
    await source.call('cluster', 'setslot', String(slot), 'node', targetId)
    for (const other of others) await other.admin().call('cluster', 'setslot', String(slot), 'node', targetId)
  }

  it('A17 the slot moves with its keys: fenced once, on record still', async () => {
    const { cluster, store, gate, slot, from, to } = await world()
    const captured = freshProof()
    expect(await gate.present(captured)).toBe('pass')
    await moveSlot(slot, from, to, cluster.servers, async (keys) => {
      expect(keys.length).toBeGreaterThanOrEqual(2)
      await from.admin().call('migrate', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys)
    })
    expect(await gate.present(captured)).not.toBe('pass')
    await until(() => store.state().connected)
    expect(await gate.present(captured)).toBe('nonce')
    expect(await roundTrips(gate)).toBe(2)
    expect(await gate.present({ ...captured, nonce: gate.nonce() })).toBe('replayed')
  })

  it('A17 the slot moves without its marks, and back: not even an epoch of old lets them pass', async () => {
    const { cluster, store, gate, slot, names, tag, from, to } = await world()
    const captured = freshProof()
    expect(await gate.present(captured)).toBe('pass')
    const losingMarks = (source: RedisServer, target: RedisServer) => async (keys: readonly string[]) => {
      const epoch = names.epoch(tag)
      for (const key of keys) if (key !== epoch) await source.admin().del(key)
      await source.admin().call('migrate', '127.0.0.1', String(target.port), epoch, '0', '5000')
    }
    const presentUntilNewEpoch = async (epoch: string): Promise<readonly string[]> => {
      const seen: string[] = []
      await until(async () => {
        seen.push(await gate.present(captured))
        // An honest client meets the server that has moved on; the captured proof is fenced before it comes that far.
        await gate.present(freshProof({ nonce: gate.nonce() }))
        return store.state().connected && store.fence(KEY_THUMBPRINT).epoch !== epoch
      })
      return seen
    }
    const there = store.fence(KEY_THUMBPRINT).epoch
    await moveSlot(slot, from, to, cluster.servers, losingMarks(from, to))
    expect(await presentUntilNewEpoch(there)).not.toContain('pass')
    const away = store.fence(KEY_THUMBPRINT).epoch
    await moveSlot(slot, to, from, cluster.servers, losingMarks(to, from))
    expect(await presentUntilNewEpoch(away)).not.toContain('pass')
    expect(store.fence(KEY_THUMBPRINT).epoch).not.toBe(there)
    expect(await gate.present(captured)).toBe('nonce')
    expect(await roundTrips(gate)).toBe(2)
  })

  it('A17 FLUSHALL on one master: its keys are fenced, the others are not', async () => {
    const { store, gate, from, names, tag } = await world()
    const other = Array.from({ length: 1000 }, (_, i) => `key-${i}`).find((key) => {
      return Math.floor(slotOf(names.tagOf(key)) / 5462) !== Math.floor(slotOf(tag) / 5462)
    })!
    const captured = freshProof()
    expect(await gate.present(captured)).toBe('pass')
    await from.admin().flushall()
    expect(await gate.present(captured)).toBe('nonce')
    expect(await roundTrips(gate)).toBe(2)
    expect(await roundTrips(gate, other)).toBe(1)
    expect(store.fencings).toHaveLength(1)
  })

  it('a master that is down takes only its share with it', async () => {
    const { store, gate, from, names, tag } = await world()
    const others = Array.from({ length: 1000 }, (_, i) => `key-${i}`).filter((key) => {
      return Math.floor(slotOf(names.tagOf(key)) / 5462) !== Math.floor(slotOf(tag) / 5462)
    })
    await from.kill()
    await until(() => !store.state().connected)
    expect(await gate.present(freshProof())).toBe('unavailable')
    expect(await roundTrips(gate, others[0]!)).toBe(1)
    await from.start()
    // A master that returns waits before it takes writes, and longer on a busy machine.
    await until(() => store.state().connected, 20_000)
  })
})
