/** Sessions in the wrong hands, and refusals that rise. What is refused does no harm here; it may have been stolen all the same. */
import type { MonitoringParameters } from '../parameters.ts'
import { metric, OWNER, sumBy } from '../promql.ts'
import { DENIALS } from '../recordings.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

export function attackAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const byClass = (classes: string): string =>
    sumBy(`${OWNER}, route, class`, `increase(${metric('class_total', `class=~"${classes}"`)}[10m])`)
  const rotated = metric('decisions_total', 'reason="certificate_rotated"')
  const dashboard = 'holdfast-security'
  return [
    makeAlert(
      {
        alert: 'HoldfastStolenSessionSurge',
        severity: 'page',
        keepFiringFor: '10m',
        expr: `${byClass('stolen|forwarded|cloned')} > 10`,
        summary: 'Sessions are used by others than their holders.',
        description:
          '{{ $value | humanize }} requests of the class {{ $labels.class }} came to {{ $labels.route }} in {{ $labels.namespace }} {{ $labels.job }} within 10 minutes: a bound token with the wrong key, certificate or workload.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastReplaySurge',
        severity: 'ticket',
        keepFiringFor: '10m',
        expr: `${byClass('replayed')} > 20`,
        summary: 'Proofs are sent a second time.',
        description:
          '{{ $value | humanize }} used proofs came to {{ $labels.route }} in {{ $labels.namespace }} {{ $labels.job }} within 10 minutes: a recording sent again, or a client that retries without a new proof.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastDenialSurge',
        severity: 'ticket',
        for: '5m',
        expr: `${DENIALS} > 5 * avg_over_time(${DENIALS}[1d] offset 15m) + 0.2`,
        summary: 'Far more requests are refused than on the day before.',
        description:
          '{{ $value | humanize }} requests a second are refused with {{ $labels.reason }} in {{ $labels.namespace }} {{ $labels.job }}, more than five times the rate of the day before.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastCertificateRotatedSurge',
        severity: 'ticket',
        keepFiringFor: '30m',
        expr: `${sumBy(OWNER, `increase(${rotated}[30m])`)} > 50`,
        summary: 'Tokens outlive the certificates that they are bound to.',
        description:
          '{{ $value | humanize }} requests in {{ $labels.namespace }} {{ $labels.job }} came within 30 minutes with a token of the workload’s former certificate: clients do not renew tokens when certificates rotate.',
        dashboard,
      },
      parameters,
    ),
  ]
}
