/** How the nonces of each key go from hand to hand, as the embedded ledger keeps it. */
import { foldLineage } from '../../ledger/detect/lineage.ts'
import type { KeyRecord, KeyUses } from '../../ledger/key-record.ts'
import type { Forked, LedgerBounds } from '../../ledger/ledger-store.ts'

export interface MemoryKeys {
  fold(uses: readonly KeyUses[]): readonly Forked[]
  sweep(): void
  count(): number
}

/** A key that nobody used for so long begins anew. */
const KEY_LIVES_MS = 15 * 60_000

/** As many keys as sessions: when there are more, those that were used last stay. */
export function makeMemoryKeys({ maxSessions }: LedgerBounds, nowMs: () => number): MemoryKeys {
  const keys = new Map<string, KeyRecord>()

  const isLive = ({ lastMs }: KeyRecord): boolean => nowMs() - lastMs < KEY_LIVES_MS

  function foldOne({ key, uses }: KeyUses): readonly Forked[] {
    const before = keys.get(key)
    const { state, fork } = foldLineage(before !== undefined && isLive(before) ? before.lineage : undefined, uses)
    // Taken out first, so that the order of the Map is that of the last use.
    keys.delete(key)
    keys.set(key, { key, lineage: state, lastMs: nowMs() })
    const [oldest] = keys.keys()
    if (keys.size > maxSessions && oldest !== undefined) keys.delete(oldest)
    return fork === undefined ? [] : [{ key, fork }]
  }

  return {
    fold: (uses) => uses.flatMap(foldOne),
    sweep() {
      for (const record of keys.values()) if (!isLive(record)) keys.delete(record.key)
    },
    count: () => keys.size,
  }
}
