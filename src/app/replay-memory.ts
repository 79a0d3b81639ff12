/** The replay memory that the configuration names: embedded, or shared in Redis. */
import { type MemoryReplayStore, makeMemoryReplayStore } from '../adapters/memory/memory-replay-store.ts'
import { makeRedisReplayStore, type RedisReplayStore } from '../adapters/redis/redis-replay-store.ts'
import type { ReplayStore } from '../check/replay/replay-store.ts'
import type { Config } from '../config/schema.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Logger } from '../observability/logger.ts'
import { redisAccess } from './redis-access.ts'

export interface ReplayMemory {
  readonly kind: 'memory' | 'redis'
  readonly store: ReplayStore
  /** For routes with `onStoreOutage: insecureMemory`; the embedded store has nothing better than itself. */
  readonly standIn: ReplayStore
  /** Marks that this process holds, in the embedded store or the stand-in; the shared memory counts its own. */
  entries(): number
  /** Proofs dated up to now, or taken while dated up to `aheadMs` further, need a fresh nonce from here on. */
  raiseFence(nowMs: number, aheadMs: number): void
  state(): { readonly ready: boolean; readonly detail: string }
  stop(): void
}

/** Any two clocks of replicas and servers may be this far apart; measured at each connection (docs/fence.md). */
export const CLOCK_ALLOWANCE_MS = 5_000

/** Rejects when a TLS file of the store cannot be read. Connects in the background. */
export async function openReplayMemory(
  { store }: Config,
  secrets: Secrets,
  log: Logger,
  onDegraded: (degraded: boolean) => void,
): Promise<ReplayMemory> {
  if (store.kind === 'memory') return embedded(makeMemoryReplayStore(store.memory.maxProofs, Date.now()))
  const { redis } = store
  const shared = makeRedisReplayStore({
    ...(await redisAccess(redis, secrets.redis)),
    prefix: redis.prefix,
    commandTimeoutMs: redis.commandTimeoutMs,
    clockAllowanceMs: CLOCK_ALLOWANCE_MS,
    log,
    events: { degraded: onDegraded, fenced: () => undefined },
    nowMs: Date.now,
  })
  shared.start()
  return inRedis(shared, makeMemoryReplayStore(store.memory.maxProofs, Date.now()))
}

function embedded(store: MemoryReplayStore): ReplayMemory {
  return {
    kind: 'memory',
    store,
    standIn: store,
    entries: store.entries,
    raiseFence: store.raiseFence,
    state: () => ({ ready: true, detail: 'memory; the fence stands since the start' }),
    stop: () => undefined,
  }
}

/** Ready from the first connection on: later outages are answered by the routes, and told by the detail and the gauge. */
function inRedis(store: RedisReplayStore, standIn: MemoryReplayStore): ReplayMemory {
  let connectedOnce = false
  return {
    kind: 'redis',
    store,
    standIn,
    entries: standIn.entries,
    raiseFence: store.raiseFence,
    state() {
      const { connected, detail } = store.state()
      connectedOnce ||= connected
      return { ready: connectedOnce, detail: `redis: ${detail}` }
    },
    stop: store.stop,
  }
}
