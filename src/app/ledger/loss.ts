/** What the ledger could not keep: counted, and told in the ledger itself as a gap, so that a case can say what is missing. */
import type { Gap } from '../../ledger/ledger-store.ts'

export interface Loss {
  /** `count` uses or incidents that happened at or after `fromMs` are lost. */
  lost(count: number, fromMs: number): void
  /** Of the whole life of the process. */
  total(): number
  /** What was lost and not told yet. */
  untold(): Gap | undefined
  /** `gap` stands in the ledger; what was lost meanwhile is told later. */
  told(gap: Gap): void
}

/** @param by which process */
export function makeLoss(by: string, nowMs: () => number): Loss {
  let total = 0
  let gap: Gap | undefined
  return {
    lost(count, fromMs) {
      if (count <= 0) return
      total += count
      gap = {
        by,
        fromMs: Math.min(gap?.fromMs ?? fromMs, fromMs),
        toMs: nowMs(),
        dropped: (gap?.dropped ?? 0) + count,
      }
    },
    total: () => total,
    untold: () => gap,
    told(before) {
      const rest = (gap?.dropped ?? 0) - before.dropped
      // What came while it was being told lies behind it.
      gap = gap === undefined || rest <= 0 ? undefined : { ...gap, fromMs: before.toMs, dropped: rest }
    },
  }
}
