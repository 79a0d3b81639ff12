/** The audit log of the process: which decisions stand in it, and how its state is told. */
import { openAuditFile } from '../adapters/files/audit-file.ts'
import type { ComponentState } from '../admin/readiness.ts'
import { decisionEvent } from '../audit/decision-event.ts'
import { makeHeadSigner } from '../audit/signing.ts'
import type { CheckEvent } from '../check/observer.ts'
import type { Config } from '../config/schema.ts'
import type { Secrets } from '../config/secrets.ts'
import { decisionRecord } from '../observability/decision-record.ts'
import type { Logger } from '../observability/logger.ts'
import type { RuntimeMetrics } from '../observability/runtime-metrics.ts'

export interface AuditLog {
  decided(event: CheckEvent): void
  /** Ready even when nothing can be written: no decision hangs on it. */
  state(): ComponentState
  close(): Promise<void>
}

/** Undefined where none is configured. A file that cannot be written is told, and tried again. */
export function openAuditLog(
  { audit: { file, decisions, maxFileBytes, headEverySeconds } }: Config,
  secrets: Secrets,
  { log, metrics, version }: { log: Logger; metrics: RuntimeMetrics; version: string },
): AuditLog | undefined {
  if (file === null) return undefined
  const audit = openAuditFile({
    path: file,
    version,
    maxFileBytes,
    headEverySeconds,
    signer: secrets.audit && makeHeadSigner(secrets.audit.reveal()),
    nowMs: Date.now,
    onTrouble(problem) {
      if (problem === undefined) log.info('the audit log is written again')
      else log.error('the audit log cannot be written', { problem })
    },
    onDisturbed: (what) => log.error('the audit file was disturbed', { what }),
  })
  metrics.watchAudit(audit.stats)
  return {
    decided(event) {
      const { verdict, wouldDeny, findings } = event.decision
      if (decisions === 'denied' && verdict === 'allow' && !wouldDeny && findings.degraded.length === 0) return
      audit.write(decisionEvent(event.decision, decisionRecord(event)))
    },
    state: () => ({ ready: true, detail: audit.stats().problem ?? 'written' }),
    async close() {
      await audit.close()
      const { dropped } = audit.stats()
      if (dropped > 0) log.warn('records are missing in the audit log', { dropped })
    },
  }
}
