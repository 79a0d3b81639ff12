/** Log and metrics of the process, and the observer that carries decisions to both. */

import type { CheckObserver } from '../check/observer.ts'
import { insecureSettings } from '../config/insecure.ts'
import type { LoadedConfig } from '../config/load.ts'
import { type DecisionLog, makeDecisionLog } from '../observability/decision-log.ts'
import type { Logger } from '../observability/logger.ts'
import { type MetricSet, makeMetricSet } from '../observability/metric-set.ts'
import { makePrometheusObserver } from '../observability/prometheus-observer.ts'
import { makeRuntimeMetrics, type RuntimeMetrics } from '../observability/runtime-metrics.ts'

export interface Telemetry {
  readonly log: Logger
  readonly metricSet: MetricSet
  readonly metrics: RuntimeMetrics
  readonly observer: CheckObserver
  /** A configuration is in force: its routes and issuers are the series, its `log.decisions` the level, its weakenings told. */
  configured(loaded: LoadedConfig): void
  /** Says what the decision log left out; for the end. */
  flush(): void
}

export interface TelemetryOptions {
  readonly log: Logger
  /** Lets `info` through: which decisions are logged is a choice of its own (`log.decisions`). */
  readonly decisionLogger: Logger
  readonly version: string
  readonly node: string
}

export function makeTelemetry({ log, decisionLogger, version, node }: TelemetryOptions): Telemetry {
  const metricSet = makeMetricSet()
  const metrics = makeRuntimeMetrics(metricSet, { version, node }, Date.now)
  const decisions = makePrometheusObserver(metricSet)
  let decisionLog: DecisionLog | undefined
  return {
    log,
    metricSet,
    metrics,
    observer: {
      decided(event) {
        decisions.decided(event)
        decisionLog?.decided(event)
      },
      cacheUsed: decisions.cacheUsed,
    },
    configured({ config, hash }) {
      const insecure = insecureSettings(config)
      decisions.setRoutes(config.routes)
      metrics.configApplied({ hash, issuers: config.issuers.map(({ issuer }) => issuer), insecureSettings: insecure })
      decisionLog?.flush()
      decisionLog = makeDecisionLog(decisionLogger, config.log.decisions)
      for (const setting of insecure) log.warn('an insecure setting is in force', { setting })
    },
    flush: () => decisionLog?.flush(),
  }
}
