/** Section of the Runtime dashboard: whether the ledger and the audit log are written, and what they lost. */
import type { Section } from './dashboard.ts'
import { own, RATE } from './variables.ts'

export const RECORDS: Section = {
  title: 'Ledger and audit log',
  panels: [
    {
      title: 'Waiting to be written',
      description: 'Sessions and incidents for the ledger, and records for the audit log, that wait.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      targets: [
        { expr: `sum by (instance) (${own('ledger_queue')})`, legend: 'ledger {{instance}}' },
        { expr: `sum by (instance) (${own('audit_queue')})`, legend: 'audit {{instance}}' },
      ],
      runbook: 'HoldfastLedgerNotWritten',
    },
    {
      title: 'Lost',
      description: 'What the ledger and the audit log could not keep, a second. Gaps in the evidence.',
      type: 'timeseries',
      unit: 'ops',
      width: 8,
      targets: [
        { expr: `sum(rate(${own('ledger_dropped_total')}${RATE}))`, legend: 'ledger' },
        { expr: `sum(rate(${own('audit_dropped_total')}${RATE}))`, legend: 'audit' },
      ],
      runbook: 'HoldfastLedgerDrops',
    },
    {
      title: 'Ledger last written',
      description: 'When all that waited was last written, of the instance where it is longest ago.',
      type: 'stat',
      unit: 'dateTimeFromNow',
      width: 4,
      height: 8,
      targets: [{ expr: `min(${own('ledger_last_success_timestamp_seconds')}) * 1000`, legend: 'ledger' }],
      runbook: 'HoldfastLedgerNotWritten',
    },
    {
      title: 'Audit log fails',
      description: 'Instances that cannot write their audit log.',
      type: 'stat',
      unit: 'short',
      width: 4,
      height: 8,
      limit: 1,
      targets: [{ expr: `sum(${own('audit_failing')})`, legend: 'instances' }],
      runbook: 'HoldfastAuditFailing',
    },
  ],
}
