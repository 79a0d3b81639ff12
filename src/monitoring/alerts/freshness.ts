/** What a decision leans on and what goes out of date: revocations, keys of issuers, the clock. */
import type { MonitoringParameters } from '../parameters.ts'
import { edge, histogram, INSTANCE, metric, sumBy } from '../promql.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

/** Fewer checks in 10 minutes say nothing of a clock. */
const MINIMUM_CHECKS = 100
const REVOCATION_LAG_SECONDS = 30

export function freshnessAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const dashboard = 'holdfast-runtime'
  return [
    makeAlert(
      {
        alert: 'HoldfastRevocationStale',
        severity: 'page',
        for: '2m',
        expr: revocationStale(),
        summary: 'The revocation list cannot be shown to be up to date.',
        description:
          '{{ $labels.instance }} of {{ $labels.job }} has no fresh revocation list: requests are refused with revocation_stale, or pass where the configuration says so.',
        dashboard: 'holdfast-security',
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastRevocationSlow',
        severity: 'ticket',
        expr: `${metric('revocation_lag_seconds')} > ${REVOCATION_LAG_SECONDS}\nand changes(${metric('revocation_last_sync_timestamp_seconds')}[15m]) > 0`,
        keepFiringFor: '15m',
        summary: 'A revocation took long to take hold.',
        description:
          'The newest revocation was {{ $value | humanizeDuration }} old when it took hold at {{ $labels.instance }}: it was in use for that long.',
        dashboard: 'holdfast-security',
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastIssuerKeysStale',
        severity: 'ticket',
        for: '10m',
        expr: issuerKeysStale(),
        summary: 'The keys of an issuer cannot be read.',
        description:
          'No reading of the key set of {{ $labels.issuer }}{{ $labels.component }} succeeded at {{ $labels.instance }} since one failed. The last good set serves for an hour; then all tokens of the issuer are refused.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastClockSkew',
        severity: 'ticket',
        for: '10m',
        expr: clockSkew(),
        summary: 'The clocks of clients and of a Holdfast differ.',
        description:
          '{{ $value | humanizePercentage }} of what came to {{ $labels.instance }} was dated ahead by more than 2 seconds or refused for its date. One instance: its host’s clock. All: the clients’.',
        dashboard,
      },
      parameters,
    ),
  ]
}

/** The age of the list says nothing by itself: a list that does not change is not read again. */
function revocationStale(): string {
  const refused = sumBy(INSTANCE, `increase(${metric('decisions_total', 'reason="revocation_stale"')}[5m])`)
  const passed = sumBy(
    INSTANCE,
    `increase(${metric('insecure_allows_total', 'choice="insecureStaleRevocations"')}[5m])`,
  )
  const unread = `count by (${INSTANCE}) (${metric('component_ready', 'component=~"revocations.*"')} == 0)`
  return `${refused} > 0\nor ${passed} > 0\nor ${unread} > 0`
}

/** A key set in a file is read when it changes, so that its age says nothing either. */
function issuerKeysStale(): string {
  const refreshes = (outcome: string): string =>
    `increase(${metric('issuer_keys_refresh_total', `outcome="${outcome}"`)}[1h]) > 0`
  const labels = `${INSTANCE}, issuer`
  return [
    `(${refreshes('failure')} unless on (${labels}) ${refreshes('success')})`,
    `or ${metric('component_ready', 'component=~"jwks:.*"')} == 0`,
  ].join('\n')
}

/** A proof beyond the allowed skew is refused and has no age: its reason tells. */
function clockSkew(): string {
  const share = (part: string, whole: string): string =>
    `${sumBy(INSTANCE, `rate(${part}[10m])`)}\n  / ${sumBy(INSTANCE, `rate(${whole}[10m])`)}`
  const ahead = share(histogram('proof_age_seconds', 'bucket', edge(-2)), histogram('proof_age_seconds', 'count'))
  const misdated = share(
    metric('decisions_total', 'reason=~"proof_future|proof_stale"'),
    metric('route_decisions_total'),
  )
  const enough = `${sumBy(INSTANCE, `increase(${metric('route_decisions_total')}[10m])`)} >= ${MINIMUM_CHECKS}`
  return `(\n  ${ahead} > 0.2\n  or ${misdated} > 0.1\n)\nand ${enough}`
}
