/**
 * The two objectives and how fast their budgets burn. Availability: checks that do not end in an outage of ours. Latency:
 * decisions within 25 ms. Each pair of windows must burn at once: the long one shows that it matters, the short one that it
 * goes on.
 */
import type { MonitoringParameters } from './parameters.ts'
import { edge, histogram, metric, OWNER, sumBy } from './promql.ts'
import { type AlertRule, makeAlert, type RecordingRule, type RuleGroup, type Severity } from './rule.ts'

interface Objective {
  readonly alert: string
  /** The recorded share of bad checks, without its window. */
  readonly ratio: string
  /** Share that may be bad. */
  readonly budget: number
  readonly summary: string
  readonly what: string
}

/** An edge of the histogram of decisions. */
const SLOW_AFTER_SECONDS = 0.025

export const OBJECTIVES = {
  availability: {
    alert: 'HoldfastAvailabilityBurn',
    ratio: `namespace_job:holdfast_decisions_unavailable:ratio_rate`,
    budget: 0.001,
    summary: 'Holdfast cannot decide too many checks.',
    what: 'of the checks ended in an outage of ours',
  },
  latency: {
    alert: 'HoldfastLatencyBurn',
    ratio: `namespace_job:holdfast_decisions_slow:ratio_rate`,
    budget: 0.01,
    summary: 'Too many decisions of Holdfast take longer than 25 ms.',
    what: 'of the decisions took longer than 25 ms',
  },
} as const satisfies Record<string, Objective>

interface BurnWindow {
  readonly long: Window
  readonly short: Window
  /** How many times faster than the budget allows. */
  readonly factor: number
  readonly for: string
  readonly severity: Severity
}

const BURN_WINDOWS: readonly BurnWindow[] = [
  { long: '1h', short: '5m', factor: 14.4, for: '2m', severity: 'page' },
  { long: '6h', short: '30m', factor: 6, for: '15m', severity: 'page' },
  { long: '1d', short: '2h', factor: 3, for: '1h', severity: 'ticket' },
  { long: '3d', short: '6h', factor: 1, for: '3h', severity: 'ticket' },
]

const WINDOW_SECONDS = { '5m': 300, '30m': 1800, '1h': 3600, '2h': 7200, '6h': 21_600, '1d': 86_400, '3d': 259_200 }
type Window = keyof typeof WINDOW_SECONDS

const DECISIONS_RATE = 'namespace_job:holdfast_decisions:rate'

/** The long windows are read less often: they change slowly and cost most. */
export function sloRecordings(): readonly RuleGroup[] {
  const rules = (...windows: readonly Window[]): readonly RecordingRule[] => windows.flatMap(recordingsOver)
  return [
    { name: 'holdfast.slo.short', rules: rules('5m', '30m', '1h') },
    { name: 'holdfast.slo.long', interval: '2m', rules: rules('2h', '6h', '1d', '3d') },
  ]
}

function recordingsOver(window: Window): readonly RecordingRule[] {
  const rate = (counter: string): string => sumBy(OWNER, `rate(${counter}[${window}])`)
  const unavailable = rate(metric('class_total', 'class="unavailable"'))
  const fast = rate(histogram('decision_duration_seconds', 'bucket', edge(SLOW_AFTER_SECONDS)))
  const timed = rate(histogram('decision_duration_seconds', 'count'))
  return [
    { record: `${DECISIONS_RATE}${window}`, expr: rate(metric('route_decisions_total')) },
    {
      record: `${OBJECTIVES.availability.ratio}${window}`,
      expr: `${unavailable}\n/\n${rate(metric('route_decisions_total'))}`,
    },
    { record: `${OBJECTIVES.latency.ratio}${window}`, expr: `1 - ${fast}\n/\n${timed}` },
  ]
}

export function sloAlerts(parameters: MonitoringParameters): readonly AlertRule[] {
  return Object.values(OBJECTIVES).flatMap((objective) =>
    BURN_WINDOWS.map((window) => burnAlert(objective, window, parameters)),
  )
}

function burnAlert(objective: Objective, window: BurnWindow, parameters: MonitoringParameters): AlertRule {
  const { long, short, factor } = window
  const limit = `${factor} * ${objective.budget}`
  return makeAlert(
    {
      alert: objective.alert,
      severity: window.severity,
      for: window.for,
      labels: { long_window: long, short_window: short },
      expr: [
        `${objective.ratio}${long} > ${limit}`,
        `and ${objective.ratio}${short} > ${limit}`,
        `and ${DECISIONS_RATE}${long} * ${WINDOW_SECONDS[long]} >= ${parameters.minimumChecks}`,
      ].join('\n'),
      summary: objective.summary,
      description: `{{ $value | humanizePercentage }} ${objective.what} over ${long} in {{ $labels.namespace }} {{ $labels.job }}: the budget of ${objective.budget * 100} % burns ${factor} times too fast.`,
      dashboard: 'holdfast-overview',
    },
    parameters,
  )
}
