/** Is it there, is it right, is it quick: rate, errors, durations and saturation, with the objectives and the coverage. */
import { BOUND } from '../recordings.ts'
import { OBJECTIVES } from '../slo.ts'
import type { DashboardWishes, Section } from './dashboard.ts'
import { ofProcess, own, ownHistogram, RATE, ROUTE, recorded } from './variables.ts'

const { availability, latency } = OBJECTIVES
const worst = (name: string): string => `max(${recorded(name)})`

const GLANCE: Section = {
  title: 'At a glance',
  panels: [
    {
      title: 'Checks',
      description: 'Decisions a second, of all routes and modes.',
      type: 'stat',
      unit: 'reqps',
      width: 4,
      decimals: 1,
      targets: [{ expr: `sum(rate(${own('route_decisions_total')}${RATE}))`, legend: 'checks' }],
    },
    {
      title: 'Availability, 3 days',
      description: 'Share of the checks that did not end in an outage of ours. The objective is 99.9 %.',
      type: 'stat',
      unit: 'percentunit',
      width: 4,
      decimals: 3,
      limit: 1 - availability.budget,
      good: 'high',
      targets: [{ expr: `1 - ${worst(`${availability.ratio}3d`)}`, legend: 'availability' }],
      runbook: availability.alert,
    },
    {
      title: 'Within 25 ms, 3 days',
      description: 'Share of the decisions that took no longer than 25 ms. The objective is 99 %.',
      type: 'stat',
      unit: 'percentunit',
      width: 4,
      decimals: 2,
      limit: 1 - latency.budget,
      good: 'high',
      targets: [{ expr: `1 - ${worst(`${latency.ratio}3d`)}`, legend: 'in time' }],
      runbook: latency.alert,
    },
    {
      title: 'Bound traffic, 1 hour',
      description:
        'Share of the allowed requests, where routes are not off, that showed a binding. The rest passed with a bare token.',
      type: 'stat',
      unit: 'percentunit',
      width: 4,
      decimals: 1,
      targets: [{ expr: `min(${recorded(BOUND)})`, legend: 'bound' }],
    },
    {
      title: 'Instances',
      description: 'Holdfasts that are scraped and tell their version.',
      type: 'stat',
      unit: 'short',
      width: 4,
      targets: [{ expr: `count(${own('build_info')})`, legend: 'instances' }],
      runbook: 'HoldfastAbsent',
    },
    {
      title: 'Insecure choices in force',
      description: 'Configuration keys that weaken a check, over all instances.',
      type: 'stat',
      unit: 'short',
      width: 4,
      limit: 1,
      targets: [{ expr: `count(${own('insecure_setting_info')}) or vector(0)`, legend: 'settings' }],
      runbook: 'HoldfastInsecureSetting',
    },
  ],
}

const RATES: Section = {
  title: 'Rate and errors',
  panels: [
    {
      title: 'Decisions',
      description:
        'Decisions a second by verdict and mode of the route. Allowed in observe includes what would have been refused.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      stacked: true,
      targets: [
        {
          expr: `sum by (verdict, mode) (rate(${own('decisions_total')}${RATE})) > 0`,
          legend: '{{verdict}} ({{mode}})',
        },
      ],
    },
    {
      title: 'Decisions by route',
      description: 'Decisions a second by route; (none) where no route was found.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      stacked: true,
      targets: [{ expr: `sum by (route) (rate(${own('route_decisions_total', ROUTE)}${RATE}))`, legend: '{{route}}' }],
    },
    {
      title: 'Outages of ours',
      description:
        'Checks a second that ended in an outage, by reason: store, revocations, keys, deadline, or a fault of ours. Never a statement on the client.',
      type: 'timeseries',
      unit: 'reqps',
      width: 8,
      stacked: true,
      targets: [
        {
          expr: `sum by (reason) (rate(${own('decisions_total', 'reason=~".*_unavailable|revocation_stale|deadline_exceeded|internal_error"')}${RATE}))`,
          legend: '{{reason}}',
        },
      ],
      runbook: availability.alert,
    },
  ],
}

const burns = (objective: { readonly ratio: string; readonly budget: number }) =>
  ['5m', '1h', '6h', '3d'].map((window) => ({
    expr: `${worst(`${objective.ratio}${window}`)} / ${objective.budget}`,
    legend: window,
  }))

const OBJECTIVES_SECTION: Section = {
  title: 'Objectives and durations',
  panels: [
    {
      title: 'Decision time',
      description:
        'Quantiles of the time from facts to decision. Envoy waits 250 ms in our configurations, and we give up after 150 ms.',
      type: 'timeseries',
      unit: 's',
      width: 8,
      targets: [0.5, 0.99, 0.999].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(${ownHistogram('decision_duration_seconds', 'bucket')}${RATE})))`,
        legend: `p${quantile * 100}`,
      })),
      runbook: latency.alert,
    },
    {
      title: 'Burn of the availability budget',
      description: 'How many times faster than 0.1 % the budget is spent, by window. 14.4 over an hour wakes somebody.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      limit: 1,
      targets: burns(availability),
      runbook: availability.alert,
    },
    {
      title: 'Burn of the latency budget',
      description: 'How many times faster than 1 % the budget is spent, by window. 14.4 over an hour wakes somebody.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      limit: 1,
      targets: burns(latency),
      runbook: latency.alert,
    },
  ],
}

const SATURATION: Section = {
  title: 'Saturation and coverage',
  panels: [
    {
      title: 'Checks in flight',
      description: 'Checks under way, by instance. Above server.maxConcurrentChecks they are refused at once.',
      type: 'timeseries',
      unit: 'short',
      width: 6,
      targets: [{ expr: `sum by (instance) (${own('checks_in_flight')})`, legend: '{{instance}}' }],
      runbook: 'HoldfastSheddingChecks',
    },
    {
      title: 'Checks shed',
      description: 'Checks a second that were refused because too many were in flight.',
      type: 'timeseries',
      unit: 'reqps',
      width: 6,
      targets: [{ expr: `sum by (instance) (rate(${own('checks_shed_total')}${RATE}))`, legend: '{{instance}}' }],
      runbook: 'HoldfastSheddingChecks',
    },
    {
      title: 'Processor',
      description: 'Cores in use, by instance: user and system together.',
      type: 'timeseries',
      unit: 'short',
      width: 6,
      targets: [
        { expr: `sum by (instance) (rate(${ofProcess('process_cpu_seconds_total')}${RATE}))`, legend: '{{instance}}' },
      ],
      runbook: 'HoldfastEventLoopLag',
    },
    {
      title: 'Bindings of allowed requests',
      description:
        'Share of the allowed requests by the bindings shown to hold; none is a bare token, or a route that is off.',
      type: 'timeseries',
      unit: 'percentunit',
      width: 6,
      stacked: true,
      max: 1,
      targets: [
        {
          expr: `sum by (binding) (rate(${own('binding_total')}${RATE})) / ignoring (binding) group_left () sum(rate(${own('binding_total')}${RATE})) > 0`,
          legend: '{{binding}}',
        },
      ],
    },
    {
      title: 'Alerts',
      description: 'Alerts of Holdfast that are firing or about to; each has a runbook.',
      type: 'table',
      unit: 'short',
      width: 24,
      height: 11,
      columns: { alertname: 'Alert', severity: 'Severity', alertstate: 'State', long_window: 'Window' },
      targets: [{ expr: 'ALERTS{alertname=~"Holdfast.*"}', legend: '{{alertname}}' }],
    },
  ],
}

export const OVERVIEW: DashboardWishes = {
  uid: 'holdfast-overview',
  title: 'Holdfast / Overview',
  description: 'Rate, errors, durations and saturation of Holdfast; its objectives; how much of the traffic is bound.',
  sections: [GLANCE, RATES, OBJECTIVES_SECTION, SATURATION],
}
