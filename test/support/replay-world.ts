/** A Redis replay store as tests use it: on the real clock unless told otherwise, with its events kept. */
import { createHash, randomUUID } from 'node:crypto'
import {
  makeRedisReplayStore,
  type RedisReplayOptions,
  type RedisReplayStore,
} from '../../src/adapters/redis/redis-replay-store.ts'
import type { Mark, MarkOutcome, ReplayStore } from '../../src/check/replay/replay-store.ts'
import { until } from './redis.ts'

export const COMMAND_TIMEOUT_MS = 50
export const CLOCK_ALLOWANCE_MS = 5_000

export interface StoreInTest extends RedisReplayStore {
  readonly degradations: boolean[]
  readonly fencings: string[]
  readonly warnings: string[]
}

/** Not started. */
export function makeStore(url: string, more: Partial<RedisReplayOptions> = {}): StoreInTest {
  const degradations: boolean[] = []
  const fencings: string[] = []
  const warnings: string[] = []
  const store = makeRedisReplayStore({
    url,
    prefix: 'holdfast:',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    clockAllowanceMs: CLOCK_ALLOWANCE_MS,
    log: {
      warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields ?? {})}`),
      info: () => undefined,
    },
    events: { degraded: (now) => void degradations.push(now), fenced: (reason) => void fencings.push(reason) },
    nowMs: Date.now,
    ...more,
  })
  return { ...store, degradations, fencings, warnings }
}

export async function startStore(url: string, more: Partial<RedisReplayOptions> = {}): Promise<StoreInTest> {
  const store = makeStore(url, more)
  store.start()
  await until(() => store.state().connected)
  return store
}

export const KEY_THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

export function markOf(name: string, more: Partial<Mark> = {}): Mark {
  const nowMs = more.nowMs ?? Date.now()
  return {
    key: createHash('sha256').update(name).digest(),
    keyThumbprint: KEY_THUMBPRINT,
    nowMs,
    expiresAtMs: nowMs + 60_000,
    sender: Buffer.from('0102030405060708', 'hex'),
    decisionId: randomUUID(),
    ...more,
  }
}

export async function kindOf(store: ReplayStore, mark: Mark): Promise<MarkOutcome['kind']> {
  return (await store.markFirstUse(mark)).kind
}

/** How many of these marks were first. */
export async function firsts(store: ReplayStore, marks: readonly Mark[]): Promise<number> {
  const kinds = await Promise.all(marks.map((mark) => kindOf(store, mark)))
  return kinds.filter((kind) => kind === 'first').length
}
