/** Who tries what, what got through, and what would be refused: attacks, replay, revocation, observe mode, open doors. */
import { DECISIONS_OF_ALL, ENVOY_ANSWERS, SAFE_TO_ENFORCE } from '../recordings.ts'
import type { DashboardWishes, Section } from './dashboard.ts'
import { INCIDENTS } from './incidents.ts'
import { ofEnvoy, own, ownHistogram, RANGE, RATE, ROUTE, recorded } from './variables.ts'

/** Somebody else than the holder, or a request that was recorded. */
const ATTACKS = 'class=~"stolen|replayed|forwarded|transplanted|cloned|downgraded"'
const DENIED = 'verdict="deny"'

const GLANCE: Section = {
  title: 'In the time shown',
  panels: [
    {
      title: 'Signs of a stolen session',
      description:
        'Refusals, would-be ones included, of the classes stolen, replayed, forwarded, transplanted, cloned and downgraded.',
      type: 'stat',
      unit: 'short',
      width: 4,
      decimals: 0,
      targets: [{ expr: `sum(increase(${own('class_total', `${ATTACKS},${ROUTE}`)}${RANGE}))`, legend: 'attacks' }],
      runbook: 'HoldfastStolenSessionSurge',
    },
    {
      title: 'Proofs used twice',
      description: 'Proofs that came a second time.',
      type: 'stat',
      unit: 'short',
      width: 4,
      decimals: 0,
      targets: [
        { expr: `sum(increase(${own('decisions_total', 'reason="proof_replayed"')}${RANGE}))`, legend: 'replays' },
      ],
      runbook: 'HoldfastReplaySurge',
    },
    {
      title: 'Let pass by observe',
      description: 'Requests that would have been refused if their routes enforced.',
      type: 'stat',
      unit: 'short',
      width: 4,
      decimals: 0,
      targets: [{ expr: `sum(increase(${own('would_deny_total', ROUTE)}${RANGE}))`, legend: 'let pass' }],
      runbook: 'HoldfastObserveTooLong',
    },
    {
      title: 'Passed in an outage',
      description: 'Requests that passed by an insecure choice for outages. Zero without such a choice.',
      type: 'stat',
      unit: 'short',
      width: 4,
      decimals: 0,
      limit: 1,
      targets: [{ expr: `sum(increase(${own('insecure_allows_total')}${RANGE}))`, legend: 'passed' }],
      runbook: 'HoldfastFailOpen',
    },
    {
      title: 'Envoy let pass or left out',
      description: 'Requests that Envoy let pass without an answer, or that met a disabled filter.',
      type: 'stat',
      unit: 'short',
      width: 4,
      decimals: 0,
      limit: 1,
      targets: [
        {
          expr: `sum(increase(${ofEnvoy('ext_authz_failure_mode_allowed')}${RANGE})) + sum(increase(${ofEnvoy('ext_authz_disabled')}${RANGE}))`,
          legend: 'unchecked',
        },
      ],
      runbook: 'HoldfastEnvoyFailsOpen',
    },
    {
      title: 'Revocations in force',
      description: 'Entries of the revocation list, of the instance that has most.',
      type: 'stat',
      unit: 'short',
      width: 4,
      targets: [{ expr: `max(sum by (instance) (${own('revocations')}))`, legend: 'entries' }],
    },
  ],
}

const ATTACK_PANELS: Section = {
  title: 'Attacks',
  panels: [
    {
      title: 'Refusals by class',
      description: 'Refusals a second, would-be ones included, by what they say about impersonation.',
      type: 'timeseries',
      unit: 'reqps',
      width: 12,
      stacked: true,
      targets: [
        {
          expr: `sum by (class) (rate(${own('class_total', `class!="none",${ROUTE}`)}${RATE})) > 0`,
          legend: '{{class}}',
        },
      ],
      runbook: 'HoldfastStolenSessionSurge',
    },
    {
      title: 'Denials by reason',
      description: 'Denials a second by reason, as enforced.',
      type: 'timeseries',
      unit: 'reqps',
      width: 12,
      stacked: true,
      targets: [{ expr: `sum by (reason) (rate(${own('decisions_total', DENIED)}${RATE})) > 0`, legend: '{{reason}}' }],
      runbook: 'HoldfastDenialSurge',
    },
    {
      title: 'Class by route',
      description: 'Refusals in the time shown, by route and class; those that speak of impersonation only.',
      type: 'table',
      unit: 'short',
      width: 8,
      decimals: 0,
      columns: { route: 'Route', class: 'Class', Value: 'Requests' },
      targets: [
        {
          expr: `sort_desc(sum by (route, class) (increase(${own('class_total', `${ATTACKS},${ROUTE}`)}${RANGE})) > 0)`,
          legend: '{{route}} {{class}}',
        },
      ],
      runbook: 'HoldfastStolenSessionSurge',
    },
    {
      title: 'Marks of proofs',
      description: 'Proofs a second by what the memory said: first use, used before, memory lost, or no answer.',
      type: 'timeseries',
      unit: 'ops',
      width: 8,
      targets: [{ expr: `sum by (outcome) (rate(${own('store_operations_total')}${RATE}))`, legend: '{{outcome}}' }],
      runbook: 'HoldfastReplaySurge',
    },
    {
      title: 'Age of proofs',
      description:
        'Quantiles of the age of verified proofs. Below zero they are dated ahead; all far from zero: clocks differ.',
      type: 'timeseries',
      unit: 's',
      belowZero: true,
      width: 8,
      targets: [0.05, 0.5, 0.95].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(${ownHistogram('proof_age_seconds', 'bucket')}${RATE})))`,
        legend: `p${quantile * 100}`,
      })),
      runbook: 'HoldfastClockSkew',
    },
  ],
}

const OBSERVE: Section = {
  title: 'Observe, then enforce',
  panels: [
    {
      title: 'Would be refused',
      description: 'Requests a second that routes in observe let pass, by route.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      stacked: true,
      targets: [{ expr: `sum by (route) (rate(${own('would_deny_total', ROUTE)}${RATE}))`, legend: '{{route}}' }],
      runbook: 'HoldfastObserveTooLong',
    },
    {
      title: 'Who would break',
      description:
        'Requests in the time shown that would have been refused, by route, reason and instance. The log names the workloads.',
      type: 'table',
      unit: 'short',
      width: 10,
      decimals: 0,
      columns: { route: 'Route', reason: 'Reason', instance: 'Instance', Value: 'Requests' },
      targets: [
        {
          expr: `sort_desc(sum by (route, reason, instance) (increase(${own('would_deny_total', ROUTE)}${RANGE})) > 0)`,
          legend: '{{route}} {{reason}}',
        },
      ],
      runbook: 'HoldfastObserveTooLong',
    },
    {
      title: 'Safe to enforce',
      description:
        'Whether a route observed long enough, with enough traffic, and nothing would have been refused in 7 days.',
      type: 'stat',
      unit: 'bool_yes_no',
      width: 6,
      height: 8,
      limit: 1,
      good: 'high',
      targets: [{ expr: recorded(SAFE_TO_ENFORCE, ROUTE), legend: '{{route}}' }],
      runbook: 'HoldfastObserveTooLong',
    },
  ],
}

const DOORS: Section = {
  title: 'Open doors and bypass',
  panels: [
    {
      title: 'Answers that Envoy had, and ours',
      description:
        'Checks a second that Envoys had answered, and decisions that Holdfasts made. A gap means that somebody else answers, or is not scraped.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      targets: [
        { expr: ENVOY_ANSWERS, legend: 'Envoy had answered' },
        { expr: DECISIONS_OF_ALL, legend: 'Holdfast decided' },
      ],
      runbook: 'HoldfastBypass',
    },
    {
      title: 'Successes, and what the filter let pass',
      description:
        'Requests a second that Envoy answered with 2xx, and those that its filter let pass. More successes: routes without the check.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      targets: [
        {
          expr: `sum(rate(${ofEnvoy('downstream_rq_xx', 'envoy_response_code_class="2"')}${RATE}) and on (job, instance, envoy_http_conn_manager_prefix) ${ofEnvoy('ext_authz_ok')})`,
          legend: 'answered 2xx',
        },
        { expr: `sum(rate(${ofEnvoy('ext_authz_ok')}${RATE}))`, legend: 'let pass' },
      ],
      runbook: 'HoldfastRequestsUnchecked',
    },
    {
      title: 'The filter of Envoy',
      description:
        'Requests a second by what became of them at the filter: let pass, denied, no answer, passed without an answer, filter disabled.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      targets: ['ok', 'denied', 'error', 'failure_mode_allowed', 'disabled'].map((outcome) => ({
        expr: `sum(rate(${ofEnvoy(`ext_authz_${outcome}`)}${RATE}))`,
        legend: outcome,
      })),
      runbook: 'HoldfastEnvoyErrors',
    },
    {
      title: 'Passed in an outage',
      description: 'Requests a second that passed by an insecure choice for outages, by choice.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      targets: [{ expr: `sum by (choice) (rate(${own('insecure_allows_total')}${RATE}))`, legend: '{{choice}}' }],
      runbook: 'HoldfastFailOpen',
    },
    {
      title: 'Insecure settings in force',
      description: 'Keys of the configuration that weaken a check, and at how many instances.',
      type: 'table',
      unit: 'short',
      width: 8,
      columns: { setting: 'Setting', Value: 'Instances' },
      targets: [{ expr: `sum by (setting) (${own('insecure_setting_info')})`, legend: '{{setting}}' }],
      runbook: 'HoldfastInsecureSetting',
    },
    {
      title: 'Revocations by kind',
      description: 'Entries of the revocation list by what they cut off.',
      type: 'bargauge',
      unit: 'short',
      width: 4,
      targets: [{ expr: `max by (kind) (${own('revocations')})`, legend: '{{kind}}' }],
    },
    {
      title: 'Revocation lag',
      description: 'How old the newest revocation was when it took hold.',
      type: 'timeseries',
      unit: 's',
      width: 4,
      targets: [{ expr: `max by (instance) (${own('revocation_lag_seconds')})`, legend: '{{instance}}' }],
      runbook: 'HoldfastRevocationSlow',
    },
  ],
}

export const SECURITY: DashboardWishes = {
  uid: 'holdfast-security',
  title: 'Holdfast / Security',
  description: 'Stolen sessions in use, replays, what observe lets pass, open doors, and whether Envoy asks at all.',
  sections: [GLANCE, ATTACK_PANELS, INCIDENTS, OBSERVE, DOORS],
}
