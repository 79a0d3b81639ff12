/**
 * Records as OpenTelemetry log records, for a collector. Loaded only where an endpoint is set, so that it costs nothing elsewhere.
 * Records are queued within a bound; what is beyond it, and what the collector does not take, is dropped and counted. A collector
 * that is down delays nobody.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { type AnyValueMap, SeverityNumber } from '@opentelemetry/api-logs'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import type { Logger } from './logger.ts'

export interface OtlpLogs {
  /** Never waits and never throws. */
  write(entry: OtlpEntry): void
  stats(): { readonly queued: number; readonly dropped: number; readonly problem: string | undefined }
  /** Sends what is queued, within a bound, and ends. What was not taken by then is lost, and counted. */
  close(): Promise<void>
}

export interface OtlpEntry {
  /** What kind of record it is. */
  readonly name: string
  readonly timeMs: number
  /** As OCSF counts: 1 Informational to 6 Fatal. */
  readonly severityId: number
  /** Plain data; members that are undefined are left out. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface OtlpLogsOptions {
  /** URL of OTLP over HTTP. */
  readonly endpoint: string
  readonly version: string
  readonly log: Logger
}

const EXPORT_TIMEOUT_MS = 2_000
/** So that the exporter tells of its own timeout before it is given up on. */
const GIVE_UP_MS = 10_000
/** Shorter than what a supervisor grants behind the last call. */
const LAST_EXPORT_MS = 1_500
const MAX_QUEUED = 4_096
const NOT_TAKEN = 'the collector of audit.otlp does not take records'

/** By `severity_id` of OCSF. */
const SEVERITIES = [
  { severityNumber: SeverityNumber.UNSPECIFIED, severityText: 'Unknown' },
  { severityNumber: SeverityNumber.INFO, severityText: 'Informational' },
  { severityNumber: SeverityNumber.INFO2, severityText: 'Low' },
  { severityNumber: SeverityNumber.WARN, severityText: 'Medium' },
  { severityNumber: SeverityNumber.ERROR, severityText: 'High' },
]

export function openOtlpLogs({ endpoint, version, log }: OtlpLogsOptions): OtlpLogs {
  let [queued, dropped] = [0, 0]
  let lost = false
  let ended = false

  /** The processor hands each record over once; from then on it is not waited for. */
  function exported(count: number, error: unknown, fails: boolean): void {
    if (ended) return
    queued -= count
    if (fails) dropped += count
    if (fails && !lost) log.warn(`${NOT_TAKEN}, they are dropped`, { error })
    if (!fails && lost) log.info('the collector of audit.otlp takes records again')
    lost = fails
  }

  const exporter = told(new OTLPLogExporter({ url: endpoint, timeoutMillis: EXPORT_TIMEOUT_MS }), exported)
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'holdfast', 'service.version': version }),
    processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: MAX_QUEUED, exportTimeoutMillis: GIVE_UP_MS })],
  })
  const logger = provider.getLogger('holdfast', version)

  return {
    write({ name, timeMs, severityId, body }) {
      if (queued >= MAX_QUEUED) {
        dropped++
        return
      }
      queued++
      const severity = SEVERITIES[severityId] ?? SEVERITIES.at(-1)
      // Through text: members that are undefined are no values of OTLP.
      const plain = JSON.parse(JSON.stringify(body)) as AnyValueMap
      logger.emit({
        eventName: `holdfast.${name}`,
        timestamp: timeMs,
        observedTimestamp: timeMs,
        ...severity,
        body: plain,
      })
    },
    stats: () => ({ queued, dropped, problem: lost ? NOT_TAKEN : undefined }),
    async close() {
      await Promise.race([provider.shutdown().catch(() => undefined), sleep(LAST_EXPORT_MS, undefined, { ref: false })])
      ended = true
      dropped += queued
      queued = 0
    },
  }
}

function told(
  exporter: LogRecordExporter,
  exported: (count: number, error: unknown, fails: boolean) => void,
): LogRecordExporter {
  return {
    export(records, done) {
      exporter.export(records, (result) => {
        exported(records.length, result.error, result.code !== 0)
        done(result)
      })
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
