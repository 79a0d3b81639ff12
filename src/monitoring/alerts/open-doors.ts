/** What somebody chose and should not forget: an open door is a decision, and it must show. */
import type { MonitoringParameters } from '../parameters.ts'
import { INSTANCE, metric, OWNER, sumBy } from '../promql.ts'
import { OBSERVING } from '../recordings.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

/** Looks at the past once an hour; a tenth of them may be missing. */
const SEEN_SHARE = 0.9

export function openDoorAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const { observeDays } = parameters
  const dashboard = 'holdfast-security'
  return [
    makeAlert(
      {
        alert: 'HoldfastFailOpen',
        severity: 'page',
        keepFiringFor: '10m',
        expr: `${sumBy(`${OWNER}, choice`, `increase(${metric('insecure_allows_total')}[5m])`)} > 0`,
        summary: 'Requests pass without what an outage keeps from being shown.',
        description:
          '{{ $value | humanize }} requests in {{ $labels.namespace }} {{ $labels.job }} passed within 5 minutes by the insecure choice {{ $labels.choice }}.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastInsecureSetting',
        severity: 'info',
        for: '1h',
        expr: `${sumBy(`${OWNER}, setting`, metric('insecure_setting_info'))} > 0`,
        summary: 'A check is weakened by the configuration.',
        description:
          '{{ $labels.setting }} is in force at {{ $value }} replicas in {{ $labels.namespace }} {{ $labels.job }}.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastObserveTooLong',
        severity: 'ticket',
        expr: `count_over_time(${OBSERVING}[${observeDays}d:1h]) >= ${SEEN_SHARE} * ${observeDays * 24}\nand ${OBSERVING}`,
        summary: 'A route observes and protects nothing.',
        description: `{{ $labels.route }} in {{ $labels.namespace }} {{ $labels.job }} has been observing for ${observeDays} days: every refusal passes. Enforce it, or say why not.`,
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastConfigReloadFailed',
        severity: 'ticket',
        for: '5m',
        expr: `${sumBy(INSTANCE, `increase(${metric('config_reload_total', 'outcome="failure"')}[10m])`)} > 0`,
        summary: 'A changed configuration is not taken up.',
        description: '{{ $labels.instance }} refuses the changed configuration and goes on with the last good one.',
        dashboard: 'holdfast-runtime',
      },
      parameters,
    ),
  ]
}
