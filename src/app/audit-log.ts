/**
 * The audit log of the process: which decisions and incidents stand in it, where it goes, and how its state is told. Each output is
 * on its own: one that fails harms no other.
 */
import { writeSync } from 'node:fs'
import { type AuditPlace, auditFile, auditStream } from '../adapters/files/audit-output.ts'
import { openAuditWriter } from '../adapters/files/audit-writer.ts'
import type { ComponentState } from '../admin/readiness.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import { decisionEvent } from '../audit/decision-event.ts'
import { incidentEvent } from '../audit/incident-event.ts'
import { unchained } from '../audit/ocsf.ts'
import { makeHeadSigner } from '../audit/signing.ts'
import type { CheckEvent } from '../check/observer.ts'
import type { Config } from '../config/schema.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Incident } from '../ledger/incident.ts'
import { decisionRecord } from '../observability/decision-record.ts'
import type { Logger } from '../observability/logger.ts'
import type { RuntimeMetrics } from '../observability/runtime-metrics.ts'
import { writeAll } from './write-all.ts'

export interface AuditLog {
  decided(event: CheckEvent): void
  incident(incident: Incident): void
  /** Ready even when nothing can be written: no decision hangs on it. */
  state(): ComponentState
  close(): Promise<void>
}

export interface AuditLogOptions {
  readonly log: Logger
  readonly metrics: RuntimeMetrics
  readonly version: string
  /** A subject as it may be kept: itself, or its keyed hash where `ledger.subjects` says so (identifiers.ts). */
  subject(subject: string): string
}

/** One of the places that records go to. */
interface Output {
  write(event: AuditEvent): void
  stats(): { readonly queued: number; readonly dropped: number; readonly problem: string | undefined }
  close(): Promise<void>
}

const STANDARD_OUTPUT = 1

/** Undefined where none is configured. An output that cannot be written is told, and tried again. */
export async function openAuditLog(
  config: Config,
  secrets: Secrets,
  options: AuditLogOptions,
): Promise<AuditLog | undefined> {
  const { log, metrics, subject } = options
  const outputs = await openOutputs(config, secrets, options)
  if (outputs.length === 0) return undefined
  const write = (event: AuditEvent): void => {
    for (const output of outputs) output.write(event)
  }
  const stats = () => {
    const all = outputs.map((output) => output.stats())
    return {
      queued: all.reduce((sum, { queued }) => sum + queued, 0),
      dropped: all.reduce((sum, { dropped }) => sum + dropped, 0),
      problem: all.find(({ problem }) => problem !== undefined)?.problem,
    }
  }
  metrics.watchAudit(stats)
  return {
    decided(event) {
      const { verdict, wouldDeny, findings } = event.decision
      const clean = verdict === 'allow' && !wouldDeny && findings.degraded.length === 0
      if (clean && config.audit.decisions === 'denied') return
      write(decisionEvent(event.decision, kept(event, subject)))
    },
    incident: (incident) => write(incidentEvent(incident)),
    state: () => ({ ready: true, detail: stats().problem ?? 'written' }),
    async close() {
      await Promise.all(outputs.map((output) => output.close()))
      const { dropped } = stats()
      if (dropped > 0) log.warn('records are missing in the audit log', { dropped })
    },
  }
}

async function openOutputs(
  { audit: { file, stdout, otlp, maxFileBytes, headEverySeconds } }: Config,
  secrets: Secrets,
  { log, version }: AuditLogOptions,
): Promise<readonly Output[]> {
  const signer = secrets.audit && makeHeadSigner(secrets.audit.reveal())
  const chain = (output: 'file' | 'stdout', place: AuditPlace): Output =>
    openAuditWriter({
      place,
      version,
      maxFileBytes,
      headEverySeconds,
      signer,
      nowMs: Date.now,
      onTrouble(problem) {
        if (problem === undefined) log.info('the audit log is written again', { output })
        else log.error('the audit log cannot be written', { output, problem })
      },
      onDisturbed: (what) => log.error('the audit file was disturbed', { what }),
    })
  const outputs: Output[] = []
  if (file !== null) outputs.push(chain('file', auditFile(file)))
  // As the log writes there: at once, so that no line of one stands within a line of the other.
  if (stdout)
    outputs.push(
      chain(
        'stdout',
        auditStream((text) => writeAll(text, STANDARD_OUTPUT, writeSync)),
      ),
    )
  if (otlp !== null) outputs.push(await openCollector(otlp.endpoint, version, log))
  return outputs
}

/** Its libraries are loaded only where it is switched on. What the chain says of itself does not go there. */
async function openCollector(endpoint: string, version: string, log: Logger): Promise<Output> {
  const { openOtlpLogs } = await import('../observability/otlp-logs.ts')
  const logs = openOtlpLogs({ endpoint, version, log })
  return {
    ...logs,
    write(event) {
      const { time, severity_id } = event.members
      logs.write({
        name: event.kind,
        timeMs: Number(time),
        severityId: Number(severity_id),
        body: unchained(event),
      })
    },
  }
}

/** The fields of the decision log, the subject as it may be kept. */
function kept(event: CheckEvent, subject: AuditLogOptions['subject']): Readonly<Record<string, unknown>> {
  const fields = decisionRecord(event)
  const plain = event.decision.findings.token?.subject
  if (plain === undefined) return fields
  const name = subject(plain)
  // The log has made the plain one printable.
  return name === plain ? fields : { ...fields, subject: name }
}
