/** Wraps a replay store: each mark is counted by its outcome and timed. What comes out is what went in. */
import type { MarkOutcome, ReplayStore } from '../check/replay/replay-store.ts'
import type { Cell, Histogram } from './families.ts'
import type { MetricSet } from './metric-set.ts'

const OUTCOMES = ['first', 'replayed', 'fenced', 'unavailable'] as const

/** `nowMs` is a clock that only moves forward. A synchronous store stays one: the wrapper adds no turn of the loop. */
export function timeReplayStore(
  inner: ReplayStore,
  store: 'memory' | 'redis',
  metrics: MetricSet,
  nowMs: () => number,
): ReplayStore {
  const series = new Map<MarkOutcome['kind'], { readonly count: Cell; readonly time: Histogram }>()
  for (const outcome of OUTCOMES) {
    const labels = { store, operation: 'mark_first_use', outcome }
    series.set(outcome, {
      count: metrics.scalars('store_operations_total').cell(labels),
      time: metrics.histograms('store_operation_duration_seconds').histogram(labels),
    })
  }

  function counted(outcome: MarkOutcome, startedMs: number): MarkOutcome {
    const cells = series.get(outcome.kind)
    if (cells !== undefined) {
      cells.count.value++
      cells.time.observe((nowMs() - startedMs) / 1000)
    }
    return outcome
  }

  return {
    markFirstUse(mark) {
      const startedMs = nowMs()
      const outcome = inner.markFirstUse(mark)
      return outcome instanceof Promise
        ? outcome.then((settled) => counted(settled, startedMs))
        : counted(outcome, startedMs)
    },
    fence: inner.fence,
    disown: inner.disown,
  }
}
