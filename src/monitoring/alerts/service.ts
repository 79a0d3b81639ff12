/** Whether Holdfast is there and decides. */
import type { MonitoringParameters } from '../parameters.ts'
import { INSTANCE, metric, OWNER, sumBy } from '../promql.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

export function serviceAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const targets = `up{job=~"${parameters.jobPattern}"}`
  const dashboard = 'holdfast-overview'
  return [
    makeAlert(
      {
        alert: 'HoldfastAbsent',
        severity: 'page',
        for: '5m',
        expr: `absent(${targets} == 1)`,
        summary: 'No Holdfast answers its monitoring.',
        description: `No target with job=~"${parameters.jobPattern}" was scraped for 5 minutes. Envoy answers 503 for every route while Holdfast is away.`,
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastTargetDown',
        severity: 'ticket',
        for: '10m',
        expr: `${targets} == 0`,
        summary: 'A Holdfast does not answer its monitoring.',
        description: '{{ $labels.instance }} of {{ $labels.job }} could not be scraped for 10 minutes.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastNotReady',
        severity: 'ticket',
        for: '10m',
        expr: `${metric('component_ready', 'component!="shutdown"')} == 0`,
        summary: 'A Holdfast is not ready.',
        description:
          '{{ $labels.component }} of {{ $labels.instance }} was not ready for 10 minutes. Envoy does not ask a Holdfast that is not ready, and answers 503.',
        dashboard: 'holdfast-runtime',
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastInternalError',
        severity: 'ticket',
        keepFiringFor: '15m',
        expr: `${sumBy(INSTANCE, `increase(${metric('decisions_total', 'reason="internal_error"')}[15m])`)} > 0`,
        summary: 'Holdfast met a fault of its own, or was asked by a stranger.',
        description:
          '{{ $value | humanize }} checks at {{ $labels.instance }} ended in internal_error within 15 minutes: a fault of ours, or a Check without the right client secret.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastSheddingChecks',
        severity: 'ticket',
        for: '5m',
        expr: `${sumBy(OWNER, `rate(${metric('checks_shed_total')}[5m])`)} > 0`,
        summary: 'Holdfast is asked more than it takes at once.',
        description:
          '{{ $value | humanize }} checks a second were refused unseen in {{ $labels.namespace }} {{ $labels.job }}: more were in flight than server.maxConcurrentChecks.',
        dashboard,
      },
      parameters,
    ),
  ]
}
