/** Metrics of the ledger: what waits, what was lost, incidents, and what was cut off by itself because of them. */
import type { MetricSet } from './metric-set.ts'

/** Label values, from where they are defined. All are closed sets. */
export interface LedgerLabels<C extends string, R extends string, O extends string> {
  readonly classes: readonly C[]
  readonly revokes: readonly R[]
  readonly outcomes: readonly O[]
}

export interface LedgerMetrics<C extends string, R extends string, O extends string> {
  incident(cls: C, confidence: 'proven' | 'suspected'): void
  containment(revoke: R, outcome: O): void
  /** How the ledger stands, asked for at each scrape. */
  watch(stats: () => { readonly queued: number; readonly dropped: number; readonly lastSuccessMs: number }): void
}

/** All series are there from here on, at 0, with and without a ledger. */
export function makeLedgerMetrics<C extends string, R extends string, O extends string>(
  metrics: MetricSet,
  { classes, revokes, outcomes }: LedgerLabels<C, R, O>,
): LedgerMetrics<C, R, O> {
  const incidents = metrics.scalars('incidents_total')
  const containments = metrics.scalars('containments_total')
  for (const cls of classes) {
    for (const confidence of ['proven', 'suspected']) incidents.cell({ class: cls, confidence })
  }
  for (const revoke of revokes) for (const outcome of outcomes) containments.cell({ revoke, outcome })
  for (const name of ['ledger_queue', 'ledger_dropped_total', 'ledger_last_success_timestamp_seconds'] as const) {
    metrics.scalars(name).cell({})
  }
  return {
    incident(cls, confidence) {
      incidents.cell({ class: cls, confidence }).value++
    },
    containment(revoke, outcome) {
      containments.cell({ revoke, outcome }).value++
    },
    watch(stats) {
      metrics.scalars('ledger_queue').read({}, () => stats().queued)
      metrics.scalars('ledger_dropped_total').read({}, () => stats().dropped)
      metrics.scalars('ledger_last_success_timestamp_seconds').read({}, () => stats().lastSuccessMs / 1000)
    },
  }
}
