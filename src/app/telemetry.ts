/** Log and metrics of the process, and the observer that carries decisions to both. */

import type { CheckObserver, StepBegun } from '../check/observer.ts'
import { insecureSettings } from '../config/insecure.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { INCIDENT_CLASSES } from '../ledger/incident.ts'
import { type DecisionLog, makeDecisionLog } from '../observability/decision-log.ts'
import { makeLedgerMetrics } from '../observability/ledger-metrics.ts'
import type { Logger } from '../observability/logger.ts'
import { type MetricSet, makeMetricSet } from '../observability/metric-set.ts'
import { makePrometheusObserver } from '../observability/prometheus-observer.ts'
import { makeRuntimeMetrics, type RuntimeMetrics } from '../observability/runtime-metrics.ts'
import type { Tracing } from '../observability/tracing.ts'
import { CONTAINMENT_KINDS, CONTAINMENT_OUTCOMES } from './ledger/containment.ts'
import { makeIncidentLog } from './ledger/incident-log.ts'
import type { LedgerEvents } from './ledger/open-ledger.ts'

export interface Telemetry {
  readonly log: Logger
  readonly metricSet: MetricSet
  readonly metrics: RuntimeMetrics
  readonly ledger: LedgerEvents
  readonly observer: CheckObserver
  /** Defined where checks are traced. */
  readonly stepBegun: StepBegun
  /** A configuration is in force: its routes and issuers are the series, its `log.decisions` the level, its weakenings told. */
  configured(loaded: LoadedConfig): void
  /** Says what the decision log left out, and sends the spans that wait; for the end. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  readonly log: Logger
  /** Lets `info` through: which decisions are logged is a choice of its own (`log.decisions`). */
  readonly decisionLogger: Logger
  readonly version: string
  readonly node: string
}

export async function makeTelemetry(options: TelemetryOptions, config: Config): Promise<Telemetry> {
  const { log, decisionLogger, version, node } = options
  const metricSet = makeMetricSet()
  const metrics = makeRuntimeMetrics(metricSet, { version, node }, Date.now)
  const decisions = makePrometheusObserver(metricSet)
  const ledgerMetrics = makeLedgerMetrics(metricSet, {
    classes: INCIDENT_CLASSES,
    revokes: CONTAINMENT_KINDS,
    outcomes: CONTAINMENT_OUTCOMES,
  })
  const logIncident = makeIncidentLog(log, Date.now)
  const tracing = await openTracing(options, config)
  let decisionLog: DecisionLog | undefined
  return {
    log,
    metricSet,
    metrics,
    ledger: {
      incident(incident) {
        ledgerMetrics.incident(incident.class, incident.confidence)
        logIncident(incident)
      },
      containment: ledgerMetrics.containment,
      watch: ledgerMetrics.watch,
    },
    observer: {
      decided(event) {
        decisions.decided(event)
        decisionLog?.decided(event)
        tracing?.decided(event)
      },
      cacheUsed: decisions.cacheUsed,
    },
    stepBegun: tracing?.stepBegun,
    configured({ config, hash }) {
      const insecure = insecureSettings(config)
      decisions.setRoutes(config.routes)
      metrics.configApplied({ hash, issuers: config.issuers.map(({ issuer }) => issuer), insecureSettings: insecure })
      decisionLog?.flush()
      decisionLog = makeDecisionLog(decisionLogger, config.log.decisions)
      for (const setting of insecure) log.warn('an insecure setting is in force', { setting })
    },
    async close() {
      decisionLog?.flush()
      await tracing?.close()
    },
  }
}

/** The libraries of tracing are loaded only where it is switched on. */
async function openTracing(
  { log, version }: TelemetryOptions,
  { tracing: { endpoint, sampleRatio } }: Config,
): Promise<Tracing | undefined> {
  if (endpoint === null) return undefined
  const tracing = await import('../observability/tracing.ts')
  return tracing.openTracing({ endpoint, sampleRatio, version, log })
}
