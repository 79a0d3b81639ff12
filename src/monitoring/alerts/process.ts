/** The processes: time, memory, workers. */
import type { MonitoringParameters } from '../parameters.ts'
import { duration, INSTANCE, metric, sumBy } from '../promql.ts'
import { type AlertRule, makeAlert } from '../rule.ts'

const LAG_SECONDS = 0.05
const MEMORY_SHARE = 0.9
const DEATHS_WINDOW_SECONDS = 1800

export function processAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  /** Metrics of Node have the names that every Node program has. */
  const ours = `and on (${INSTANCE}) ${metric('build_info')}`
  const deaths = `increase(${metric('worker_exits_total', 'outcome="died"')}[${duration(DEATHS_WINDOW_SECONDS)}])`
  const dashboard = 'holdfast-runtime'
  return [
    makeAlert(
      {
        alert: 'HoldfastEventLoopLag',
        severity: 'ticket',
        for: '10m',
        expr: `nodejs_eventloop_lag_p99_seconds > ${LAG_SECONDS}\n${ours}`,
        summary: 'A Holdfast gets too little time.',
        description:
          'One turn of the event loop in a hundred waited {{ $value | humanizeDuration }} at {{ $labels.instance }} for 10 minutes: every check waits with it.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastMemoryNearLimit',
        severity: 'ticket',
        for: '10m',
        expr: `process_resident_memory_bytes > ${MEMORY_SHARE} * ${parameters.memoryLimitBytes}\n${ours}`,
        summary: 'A Holdfast is about to run out of memory.',
        description: `{{ $labels.instance }} holds {{ $value | humanize1024 }}B of the ${parameters.memoryLimitBytes / 1_048_576} MiB that it may take. Beyond them it is killed.`,
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastWorkersMissing',
        severity: 'ticket',
        for: '5m',
        expr: `${sumBy(INSTANCE, metric('workers', 'state=~"down|silent"'))} > 0`,
        summary: 'A Holdfast lacks workers.',
        description: '{{ $value }} workers of {{ $labels.instance }} were down or silent for 5 minutes.',
        dashboard,
      },
      parameters,
    ),
    makeAlert(
      {
        alert: 'HoldfastWorkersDying',
        severity: 'ticket',
        expr: `${sumBy(INSTANCE, deaths)} > 2`,
        keepFiringFor: '15m',
        summary: 'Workers of a Holdfast die again and again.',
        description:
          '{{ $value | humanize }} workers of {{ $labels.instance }} died within 30 minutes. Checks that they held ended in 503.',
        dashboard,
      },
      parameters,
    ),
  ]
}
