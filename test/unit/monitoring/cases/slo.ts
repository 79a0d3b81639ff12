/** Burn rates: each pair of windows, its twin whose trouble is over, and too little traffic to judge. */
import { type AlertCases, grows, OWNER, own, type Scenario } from './case.ts'

interface Pair {
  readonly longWindow: string
  /** Of the samples. */
  readonly interval: string
  /** Samples to look after, and for how many at the end all is well in the twin. */
  readonly samples: number
  readonly wellAgain: number
  /** Bad checks of a thousand in each interval: just above the limit of the availability. */
  readonly bad: number
  readonly severity: string
}

const PAIRS: readonly Pair[] = [
  { longWindow: '1h', interval: '1m', samples: 70, wellAgain: 8, bad: 15, severity: 'page' },
  { longWindow: '6h', interval: '5m', samples: 80, wellAgain: 9, bad: 7, severity: 'page' },
  { longWindow: '1d', interval: '20m', samples: 80, wellAgain: 9, bad: 4, severity: 'ticket' },
  { longWindow: '3d', interval: '1h', samples: 80, wellAgain: 9, bad: 2, severity: 'ticket' },
]

const MINUTES = { '1m': 1, '5m': 5, '20m': 20, '1h': 60 } as const

function atOf({ interval, samples }: Pair): string {
  return `${MINUTES[interval as keyof typeof MINUTES] * samples}m`
}

/** `bad` grows until `wellAgain` samples before the end; then only `all` does. */
function untilWell(by: number, { samples, wellAgain }: Pair): string {
  const bad = samples - wellAgain
  return `0+${by}x${bad} ${by * bad}+0x${wellAgain}`
}

type Traffic = (pair: Pair, checks: number, bad: string) => Scenario['series']

const unavailable: Traffic = ({ samples }, checks, bad) => ({
  [own('route_decisions_total', { route: 'api', verdict: 'allow' })]: grows(checks, samples),
  [own('class_total', { route: 'api', class: 'unavailable' })]: bad,
})

const slow: Traffic = ({ samples }, checks, bad) => ({
  [own('route_decisions_total', { route: 'api', verdict: 'allow' })]: grows(checks, samples),
  'holdfast_decision_duration_seconds_count{namespace="shop",job="holdfast",instance="a",verdict="allow"}': grows(
    checks,
    samples,
  ),
  'holdfast_decision_duration_seconds_bucket{namespace="shop",job="holdfast",instance="a",verdict="allow",le="0.025"}':
    bad,
})

const availability = PAIRS.map((pair): AlertCases => {
  const { longWindow, interval, samples, bad, severity } = pair
  const scenario = (title: string, series: Scenario['series']): Scenario => ({
    title,
    series,
    interval,
    at: atOf(pair),
  })
  return {
    alert: 'HoldfastAvailabilityBurn',
    longWindow,
    labels: { ...OWNER, severity },
    fires: scenario(
      `too many checks end in an outage, over ${longWindow}`,
      unavailable(pair, 1000, grows(bad, samples)),
    ),
    silent: [
      scenario('the outage is over', unavailable(pair, 1000, untilWell(bad, pair))),
      scenario('too few checks to judge', unavailable(pair, 10, grows(1, samples))),
      scenario('within the budget', unavailable(pair, 10_000, grows(bad - 1, samples))),
    ],
  }
})

const latency = PAIRS.map((pair): AlertCases => {
  const { longWindow, interval, samples, bad, severity } = pair
  const scenario = (title: string, series: Scenario['series']): Scenario => ({
    title,
    series,
    interval,
    at: atOf(pair),
  })
  const inTime = (late: number): string => grows(1000 - late, samples)
  const quickAgain = `0+${1000 - 10 * bad}x${samples - pair.wellAgain} ${(1000 - 10 * bad) * (samples - pair.wellAgain)}+1000x${pair.wellAgain}`
  return {
    alert: 'HoldfastLatencyBurn',
    longWindow,
    labels: { ...OWNER, severity },
    fires: scenario(`too many decisions are slow, over ${longWindow}`, slow(pair, 1000, inTime(10 * bad))),
    silent: [
      scenario('they are quick again', slow(pair, 1000, quickAgain)),
      scenario('too few checks to judge', slow(pair, 10, grows(1, samples))),
      scenario('within the budget', slow(pair, 1000, inTime(bad))),
    ],
  }
})

export const SLO_CASES: readonly AlertCases[] = [...availability, ...latency]
