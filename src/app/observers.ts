/** Who is told of decisions: the metrics always, the log as configured. */
import type { CheckObserver } from '../check/observer.ts'
import type { DecisionLog } from '../observability/decision-log.ts'
import type { PrometheusObserver } from '../observability/prometheus-observer.ts'

/** The log is read on each decision: a new configuration may replace it. */
export function makeObserver(metrics: PrometheusObserver, log: () => DecisionLog): CheckObserver {
  return {
    decided(event) {
      metrics.decided(event)
      log().decided(event)
    },
    cacheUsed: metrics.cacheUsed,
  }
}
