import { beforeEach, describe, expect, it } from 'vitest'
import type { ReplayStore } from '../../../src/check/replay/replay-store.ts'
import { type MetricSet, makeMetricSet } from '../../../src/observability/metric-set.ts'
import { METRIC_PREFIX } from '../../../src/observability/metric-table.ts'
import { timeReplayStore } from '../../../src/observability/timed-replay-store.ts'

const FENCE = { proofsUntilMs: 0, noncesUntilMs: 0, epoch: '' }

/** Series that begin so and are not 0. */
async function counted(set: MetricSet, prefix: string): Promise<Record<string, number>> {
  const { body } = await set.render()
  const lines = body.split('\n').filter((line) => line.startsWith(`${METRIC_PREFIX}${prefix}`) && !line.endsWith(' 0'))
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(METRIC_PREFIX.length, space), Number(line.slice(space + 1))]
    }),
  )
}

describe('metrics of a store', () => {
  let set: MetricSet

  beforeEach(() => {
    set = makeMetricSet()
  })

  const mark = {
    key: Buffer.alloc(32),
    expiresAtMs: 0,
    nowMs: 0,
    sender: Buffer.alloc(8),
    keyThumbprint: 'k',
    decisionId: 'd1',
  }

  it.each([
    ['at once', (outcome: object) => outcome],
    ['later', (outcome: object) => Promise.resolve(outcome)],
  ])('counts and times each outcome that comes %s, and passes it on', async (_, deliver) => {
    const outcomes = [{ kind: 'first' }, { kind: 'replayed', first: { sender: 's', atMs: 1 } }, { kind: 'unavailable' }]
    const queue = [...outcomes]
    const inner = { markFirstUse: () => deliver(queue.shift() ?? {}), fence: () => FENCE } as unknown as ReplayStore
    let clockMs = 0
    const store = timeReplayStore(inner, 'redis', set, () => (clockMs += 2))
    for (const outcome of outcomes) expect(await store.markFirstUse(mark)).toBe(outcome)
    expect(store.fence('k')).toBe(FENCE)
    const labels = (outcome: string): string => `{store="redis",operation="mark_first_use",outcome="${outcome}"}`
    expect(await counted(set, 'store_operations_total')).toEqual({
      [`store_operations_total${labels('first')}`]: 1,
      [`store_operations_total${labels('replayed')}`]: 1,
      [`store_operations_total${labels('unavailable')}`]: 1,
    })
    expect(await counted(set, 'store_operation_duration_seconds_sum')).toEqual({
      [`store_operation_duration_seconds_sum${labels('first')}`]: 0.002,
      [`store_operation_duration_seconds_sum${labels('replayed')}`]: 0.002,
      [`store_operation_duration_seconds_sum${labels('unavailable')}`]: 0.002,
    })
  })

  it('leaves a synchronous store synchronous', () => {
    const inner: ReplayStore = { markFirstUse: () => ({ kind: 'first' }), fence: () => FENCE, disown: () => 0 }
    expect(timeReplayStore(inner, 'memory', set, () => 0).markFirstUse(mark)).toEqual({ kind: 'first' })
  })
})
