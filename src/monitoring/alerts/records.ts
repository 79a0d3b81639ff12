/** What is kept of decisions: the ledger with its incidents and containment, and the audit log. */
import type { MonitoringParameters } from '../parameters.ts'
import { INSTANCE, metric, OWNER, sumBy } from '../promql.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

/** The ledger is flushed each second. */
const UNWRITTEN_SECONDS = 60

export function recordAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const incidents = (matcher: string): string =>
    `${sumBy(`${OWNER}, class`, `increase(${metric('incidents_total', matcher)}[10m])`)} > 0`
  const lost = (name: 'ledger_dropped_total' | 'audit_dropped_total'): string =>
    `${sumBy(OWNER, `increase(${metric(name)}[10m])`)} > 0`
  const withheld = metric('containments_total', 'outcome=~"braked|failed"')
  const lastWritten = metric('ledger_last_success_timestamp_seconds')
  const dashboard = 'holdfast-security'
  return [
    makeAlert(
      {
        alert: 'HoldfastKeyCloned',
        severity: 'page',
        keepFiringFor: '30m',
        expr: incidents('class="cloned"'),
        summary: 'One private key is in two hands.',
        description:
          '{{ $value | humanize }} incidents of class {{ $labels.class }} in {{ $labels.namespace }} {{ $labels.job }} within 10 minutes: two holders of one key that do not know each other’s nonces. Every other check passes for both.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastSessionStolen',
        severity: 'ticket',
        keepFiringFor: '30m',
        expr: incidents('class=~"stolen|forwarded",confidence="proven"'),
        summary: 'A session was used by somebody else than its holder.',
        description:
          '{{ $value | humanize }} proven incidents of class {{ $labels.class }} in {{ $labels.namespace }} {{ $labels.job }} within 10 minutes. The use was refused where the route enforces; the session has leaked all the same.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastConcurrentUse',
        severity: 'info',
        keepFiringFor: '30m',
        expr: incidents('class="concurrent"'),
        summary: 'One session has two holders at a time.',
        description:
          '{{ $value | humanize }} incidents of class {{ $labels.class }} in {{ $labels.namespace }} {{ $labels.job }} within 10 minutes: a stolen session, or workloads that share one on purpose and are not in ledger.sharing.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastContainmentWithheld',
        severity: 'page',
        keepFiringFor: '15m',
        expr: `${sumBy(`${OWNER}, outcome`, `increase(${withheld}[10m])`)} > 0`,
        summary: 'A proven incident was not contained as configured.',
        description:
          '{{ $value | humanize }} containments in {{ $labels.namespace }} {{ $labels.job }} ended as {{ $labels.outcome }} within 10 minutes: what should have been cut off was not.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastLedgerDrops',
        severity: 'ticket',
        keepFiringFor: '10m',
        expr: lost('ledger_dropped_total'),
        summary: 'The ledger has gaps.',
        description:
          '{{ $value | humanize }} uses and incidents in {{ $labels.namespace }} {{ $labels.job }} could not be kept within 10 minutes. Cases of that time lack evidence, and say so. Decisions are not affected.',
        dashboard: 'holdfast-runtime',
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastLedgerNotWritten',
        severity: 'ticket',
        for: '5m',
        expr: `time() - ${lastWritten} > ${UNWRITTEN_SECONDS}\nand on (${INSTANCE}) ${metric('ledger_queue')} > 0`,
        summary: 'The ledger is not written.',
        description:
          'What {{ $labels.instance }} saw for {{ $value | humanizeDuration }} waits, or is lost: the ledger’s store refuses it or is out of reach. Decisions are not affected.',
        dashboard: 'holdfast-runtime',
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastAuditFailing',
        severity: 'ticket',
        for: '5m',
        expr: `${sumBy(INSTANCE, metric('audit_failing'))} > 0`,
        summary: 'The audit log cannot be written.',
        description:
          '{{ $labels.instance }} could not write its audit log for 5 minutes. Records wait within a bound; beyond it they are lost, and the chain says how many.',
        dashboard: 'holdfast-runtime',
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastAuditDrops',
        severity: 'ticket',
        keepFiringFor: '10m',
        expr: lost('audit_dropped_total'),
        summary: 'The audit log has gaps.',
        description:
          '{{ $value | humanize }} records in {{ $labels.namespace }} {{ $labels.job }} could not be kept within 10 minutes. The chain says where they are missing.',
        dashboard: 'holdfast-runtime',
      },
      parameters,
    ),
  ]
}
