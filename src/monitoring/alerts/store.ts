/** The memory of used proofs: without it single use cannot be shown. */
import type { MonitoringParameters } from '../parameters.ts'
import { histogram, INSTANCE, metric, OWNER, sumBy } from '../promql.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

/** A mark that takes longer comes close to the default of `commandTimeoutMs`, 20 ms. */
const SLOW_SECONDS = 0.01

export function storeAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const operations = (matcher?: string): string =>
    sumBy(OWNER, `rate(${metric('store_operations_total', matcher)}[10m])`)
  const buckets = `rate(${histogram('store_operation_duration_seconds', 'bucket')}[10m])`
  const fence = metric('replay_fence_timestamp_seconds')
  /** Not at a start, nor at the first connection to Redis. */
  const risen = `changes(${fence}[10m]) > 0 and ${fence} offset 10m < +Inf`
  const reloaded = `increase(${metric('config_reload_total', 'outcome="success"')}[15m]) > 0`
  const fenced = sumBy(OWNER, `increase(${metric('store_operations_total', 'outcome="fenced"')}[10m])`)
  const dashboard = 'holdfast-runtime'
  return [
    makeAlert(
      {
        alert: 'HoldfastReplayStoreDown',
        severity: 'page',
        for: '2m',
        expr: `${sumBy(OWNER, metric('store_degraded'))} > 0`,
        summary: 'The shared memory of used proofs is out of reach.',
        description:
          '{{ $value }} replicas in {{ $labels.namespace }} {{ $labels.job }} cannot mark proofs as used. Routes answer as their onStoreOutage says: 503, or insecurely.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastReplayStoreDegraded',
        severity: 'ticket',
        for: '10m',
        expr: `${operations('outcome="unavailable"')}\n/\n${operations()}\n> 0.01`,
        summary: 'The memory of used proofs fails now and then.',
        description:
          '{{ $value | humanizePercentage }} of the marks in {{ $labels.namespace }} {{ $labels.job }} could not be made for 10 minutes.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastReplayStoreSlow',
        severity: 'ticket',
        for: '15m',
        expr: `histogram_quantile(0.99, ${sumBy(`${OWNER}, le`, buckets)}) > ${SLOW_SECONDS}\nand ${operations()} > 0.1`,
        summary: 'The memory of used proofs is slow.',
        description:
          'One mark in a hundred takes longer than {{ $value | humanizeDuration }} in {{ $labels.namespace }} {{ $labels.job }}. Above commandTimeoutMs it counts as an outage.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastReplayMemoryLost',
        severity: 'ticket',
        keepFiringFor: '15m',
        // A mark finds it, or a connection made anew: then the fence rises and nobody changed the configuration.
        expr: `${fenced} > 0\nor count by (${OWNER}) (${risen} unless on (${INSTANCE}) ${reloaded}) > 0`,
        summary: 'Redis lost the memory of used proofs.',
        description:
          'Replicas in {{ $labels.namespace }} {{ $labels.job }} found the memory changed: restarted, failed over or flushed. The fence has risen, so that nothing old passes again.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastFenceRaised',
        severity: 'info',
        expr: risen,
        summary: 'A running Holdfast demands fresh nonces.',
        description:
          'The fence of {{ $labels.instance }} rose while it ran: a change of the configuration, or a memory that was lost. Clients pay one round trip.',
        dashboard,
      },
      parameters,
    ),
  ]
}
