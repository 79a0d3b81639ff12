/**
 * What only Envoy can tell: that it did not ask, or went on without an answer. The counters are those of its ext_authz filter;
 * a deployment whose Envoys are not scraped is told nothing here.
 */
import type { MonitoringParameters } from '../parameters.ts'
import { matchers, metric, series, sumBy } from '../promql.ts'
import { DECISIONS_OF_ALL, ENVOY_ANSWERS } from '../recordings.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

const FILTER = 'namespace, job, instance, envoy_http_conn_manager_prefix'
const POD = 'namespace, pod'
const IN_POD = 'pod!=""'
/** Scrapes of two programs never fit exactly; below a tenth of a request a second nothing is compared. */
const SLACK = 1.2
const FLOOR = 0.1

export function envoyAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  const filter = (counter: string): string => series(`envoy_http_ext_authz_${counter}`, parameters.envoySelector)
  const risen = (counter: string): string => `${sumBy(FILTER, `increase(${filter(counter)}[5m])`)} > 0`
  const rates = (by: string, range: string, ...counters: readonly string[]): string =>
    counters.map((counter) => sumBy(by, `rate(${filter(counter)}${range})`)).join(' + ')
  const succeeded = sumBy(FILTER, 'rate(envoy_http_downstream_rq_xx{envoy_response_code_class="2"}[10m])')
  const passed = `(${rates(FILTER, '[10m]', 'ok', 'failure_mode_allowed', 'disabled')})`
  const ofPod = (counter: string): string =>
    sumBy(POD, `rate(${series(`envoy_http_ext_authz_${counter}`, matchers(parameters.envoySelector, IN_POD))}[10m])`)
  const inPod = `(${ofPod('ok')} + ${ofPod('denied')})`
  const ours = sumBy(POD, `rate(${metric('route_decisions_total', IN_POD)}[10m])`)
  const dashboard = 'holdfast-security'
  return [
    makeAlert(
      {
        alert: 'HoldfastEnvoyFailsOpen',
        severity: 'page',
        keepFiringFor: '10m',
        expr: risen('failure_mode_allowed'),
        summary: 'Envoy lets requests pass when Holdfast does not answer.',
        description:
          '{{ $value | humanize }} requests passed {{ $labels.instance }} unchecked within 5 minutes: failure_mode_allow is on, and there was no answer.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastEnvoyDisabled',
        severity: 'page',
        keepFiringFor: '10m',
        expr: risen('disabled'),
        summary: 'Envoy has the check switched off.',
        description:
          '{{ $value | humanize }} requests met a disabled ext_authz filter at {{ $labels.instance }} within 5 minutes: filter_enabled leaves them out.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastEnvoyErrors',
        severity: 'page',
        for: '5m',
        expr: `${rates(FILTER, '[5m]', 'error')}\n/ (${rates(FILTER, '[5m]', 'ok', 'denied', 'error')})\n> 0.05`,
        summary: 'Envoy gets no answers from Holdfast.',
        description:
          '{{ $value | humanizePercentage }} of the checks at {{ $labels.instance }} ended without an answer: Holdfast is away, or slower than the timeout of Envoy.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastBypass',
        severity: 'page',
        for: '10m',
        expr: [
          `${inPod} > ${SLACK} * ${ours} + ${FLOOR}`,
          // Only where no pod shows it: one bypass wakes once.
          `or on () ${ENVOY_ANSWERS} > ${SLACK} * ${DECISIONS_OF_ALL} + ${FLOOR}`,
        ].join('\n'),
        summary: 'Envoy got answers that Holdfast did not give.',
        description:
          'Envoy counts {{ $value | humanize }} answered checks a second, Holdfast far fewer: somebody else answers in its place, or a Holdfast is not scraped.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastRequestsUnchecked',
        severity: 'ticket',
        for: '15m',
        expr: `${succeeded} > ${SLACK} * ${passed} + ${FLOOR}`,
        summary: 'Requests succeed that Envoy did not ask about.',
        description:
          '{{ $value | humanize }} requests a second succeed at {{ $labels.instance }} ({{ $labels.envoy_http_conn_manager_prefix }}), far more than its filter let pass: routes without the check.',
        dashboard,
      },
      parameters,
    ),
  ]
}
