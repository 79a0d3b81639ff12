import { REVOCATION_KINDS, type RevocationKind } from '../check/revocation/revocation.ts'
import type { RuntimeMetrics } from '../observability/runtime-metrics.ts'

type Counts = ReadonlyMap<RevocationKind, number>

/** Adds up what the file and the shared list hold: the metrics tell of one list. */
export interface RevocationTally {
  applied(source: 'file' | 'shared', counts: Counts, newestAgeMs: number | undefined): void
}

export function makeRevocationTally(metrics: Pick<RuntimeMetrics, 'revocationsLoaded'>): RevocationTally {
  const bySource = new Map<string, Counts>()
  return {
    applied(source, counts, newestAgeMs) {
      bySource.set(source, counts)
      const sum = (kind: RevocationKind): number =>
        [...bySource.values()].reduce((total, each) => total + (each.get(kind) ?? 0), 0)
      metrics.revocationsLoaded(new Map(REVOCATION_KINDS.map((kind) => [kind, sum(kind)])), newestAgeMs)
    },
  }
}
