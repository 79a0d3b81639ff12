/** Numbers that alerts, dashboards and people share, beside those of the objectives (slo.ts). Names: level:metric:operation. */
import type { MonitoringParameters } from './parameters.ts'
import { metric, OWNER, series, sumBy, UNAVAILABLE_REASONS } from './promql.ts'
import type { RuleGroup } from './rule.ts'
import { GATE_PARAMETERS, safeToEnforce } from './safe-to-enforce.ts'

/** 1 for each route that observes. */
export const OBSERVING = 'namespace_job_route:holdfast_observing:group'
export const SAFE_TO_ENFORCE = 'namespace_job_route:holdfast_safe_to_enforce:bool'
/** Denials that are neither an outage, which has an objective of its own, nor a nonce, which rises with each start. */
export const DENIALS = 'namespace_job_reason:holdfast_denials:rate5m'
/** Share of the allowed requests, on routes that are not off, that showed a binding. */
export const BOUND = 'namespace_job:holdfast_bound:ratio_rate1h'
/** Checks that Envoys had answered, and decisions that Holdfasts made, of everything that is scraped. */
export const ENVOY_ANSWERS = 'all:holdfast_envoy_answers:rate10m'
export const DECISIONS_OF_ALL = 'all:holdfast_decisions:rate10m'

export function sharedRecordings({ envoySelector, jobPattern }: MonitoringParameters): readonly RuleGroup[] {
  const envoy = (counter: string): string =>
    `sum(rate(${series(`envoy_http_ext_authz_${counter}`, envoySelector)}[10m]))`
  const allowed = (matcher: string): string => sumBy(OWNER, `rate(${metric('binding_total', matcher)}[1h])`)
  return [
    {
      name: 'holdfast.traffic',
      rules: [
        {
          record: DENIALS,
          expr: sumBy(
            `${OWNER}, reason`,
            `rate(${metric('decisions_total', `verdict="deny",reason!~"nonce_.*|${UNAVAILABLE_REASONS}"`)}[5m])`,
          ),
        },
        { record: BOUND, expr: `1 - ${allowed('binding="none",mode!="off"')}\n/\n${allowed('mode!="off"')}` },
        { record: OBSERVING, expr: `group by (${OWNER}, route) (${metric('would_deny_total')})` },
        { record: ENVOY_ANSWERS, expr: `${envoy('ok')} + ${envoy('denied')}` },
        { record: DECISIONS_OF_ALL, expr: `sum(rate(${metric('route_decisions_total')}[10m]))` },
      ],
    },
    {
      name: 'holdfast.safe-to-enforce',
      // A week of all routes that observe; still within the five minutes for which Prometheus remembers a value.
      interval: '4m',
      rules: [{ record: SAFE_TO_ENFORCE, expr: safeToEnforce({}, { ...GATE_PARAMETERS, jobPattern }) }],
    },
  ]
}
