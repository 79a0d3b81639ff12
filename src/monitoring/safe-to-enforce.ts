/**
 * When a route that observes may enforce, as PromQL. Evaluated by the recording rule for all routes, and by whoever asks for
 * one. Every condition is 1 where it holds and 0 where it does not; what cannot be shown has no series, and is not safe.
 */
import { DEFAULT_PARAMETERS } from './parameters.ts'
import { duration, equals, matchers, metric, NONCE_REASONS, OWNER, sumBy } from './promql.ts'

export interface GateSelection {
  /** All routes that observe where it is left out; the same for the others. */
  readonly route?: string
  readonly namespace?: string
  readonly job?: string
}

export interface GateParameters {
  /** How long must have been observed. */
  readonly windowSeconds: number
  /** How close the looks at the past stand. */
  readonly stepSeconds: number
  /** Checks of the route in the window. */
  readonly minimumChecks: number
  /** Share of the window in which the route observed, and of scrapes that succeeded. */
  readonly minimumCoverage: number
  /** A check that ends at the nonce was not judged to its end. */
  readonly maximumNonceShare: number
  readonly jobPattern: string
}

export const GATE_PARAMETERS: GateParameters = {
  windowSeconds: 604_800,
  stepSeconds: 3_600,
  minimumChecks: 1_000,
  minimumCoverage: 0.95,
  maximumNonceShare: 0.05,
  jobPattern: DEFAULT_PARAMETERS.jobPattern,
}

export type GateConditionName = 'observed' | 'scraped' | 'traffic' | 'judged' | 'clean'

export interface GateCondition {
  readonly name: GateConditionName
  /** What it demands, in words for people. */
  readonly demands: string
  /** By namespace, job and route; `scraped` by namespace and job. */
  readonly expr: string
  /** What `expr` compares, by the same labels: for people who ask how near it is. */
  readonly measured: string
  readonly unit: 'share' | 'checks'
}

const ROUTE = `${OWNER}, route`

/** Each condition alone, so that whoever asks can be told which one is missing. */
export function safeToEnforceConditions(
  selection: GateSelection = {},
  parameters: GateParameters = GATE_PARAMETERS,
): readonly GateCondition[] {
  const { windowSeconds, stepSeconds, minimumChecks, minimumCoverage, maximumNonceShare, jobPattern } = parameters
  const window = duration(windowSeconds)
  const looks = Math.floor(windowSeconds / stepSeconds)
  const owner = ownerMatchers(selection)
  const route = matchers(owner, selection.route === undefined ? undefined : equals('route', selection.route))
  const counted = (counter: string): string => sumBy(ROUTE, `increase(${counter}[${window}])`)
  const decisions = counted(metric('route_decisions_total', route))
  const refused = (reasons: string): string => counted(metric('would_deny_total', matchers(route, reasons)))
  const up = `up{${matchers(owner, `job=~"${jobPattern}"`)}}[${window}]`
  const observing = `group by (${ROUTE}) (${metric('would_deny_total', route)})`
  const percent = `${minimumCoverage * 100} %`
  // A route that began within this step has no looks at the past yet: that is a no, not a blank.
  const seen = `(count_over_time((${observing})[${window}:${duration(stepSeconds)}]) or ${observing} * 0)`
  const scraped = `${sumBy(OWNER, `sum_over_time(${up})`)} / ${sumBy(OWNER, `count_over_time(${up})`)}`
  const unjudged = `${refused(`reason=~"${NONCE_REASONS}"`)} / ${decisions}`
  const unclean = refused(`reason!~"${NONCE_REASONS}"`)
  return [
    {
      name: 'observed',
      demands: `the route observed for ${percent} of the last ${window}`,
      expr: `${seen} >= bool ${minimumCoverage * looks}`,
      measured: `${seen} / ${looks}`,
      unit: 'share',
    },
    {
      name: 'scraped',
      demands: `${percent} of the scrapes of Holdfast succeeded`,
      expr: `${scraped} >= bool ${minimumCoverage}`,
      measured: scraped,
      unit: 'share',
    },
    {
      name: 'traffic',
      demands: `at least ${minimumChecks} checks in the last ${window}`,
      expr: `${decisions} >= bool ${minimumChecks}`,
      measured: decisions,
      unit: 'checks',
    },
    {
      name: 'judged',
      demands: `at most ${maximumNonceShare * 100} % of the checks ended at a nonce`,
      expr: `${unjudged} <= bool ${maximumNonceShare}`,
      measured: unjudged,
      unit: 'share',
    },
    {
      name: 'clean',
      demands: 'nothing would have been refused, but for nonces, which clients take up by themselves',
      expr: `${unclean} == bool 0`,
      measured: unclean,
      unit: 'checks',
    },
  ]
}

/** 1 for each route that may enforce, 0 for each that may not, by namespace, job and route. */
export function safeToEnforce(selection?: GateSelection, parameters?: GateParameters): string {
  const conditions = safeToEnforceConditions(selection, parameters)
  const ofRoutes = conditions.filter(({ name }) => name !== 'scraped').map(({ expr }) => `(${expr})`)
  const ofOwners = conditions.filter(({ name }) => name === 'scraped').map(({ expr }) => `(${expr})`)
  return [ofRoutes.join(`\n* on (${ROUTE}) `), ...ofOwners.map((expr) => `* on (${OWNER}) group_left () ${expr}`)].join(
    '\n',
  )
}

/** How many checks would have been refused in the window, by namespace, job, route and reason: who would break. */
export function wouldBeRefused(
  selection: GateSelection = {},
  { windowSeconds }: GateParameters = GATE_PARAMETERS,
): string {
  const route = selection.route === undefined ? undefined : equals('route', selection.route)
  const counter = metric('would_deny_total', matchers(ownerMatchers(selection), route))
  return `${sumBy(`${ROUTE}, reason`, `increase(${counter}[${duration(windowSeconds)}])`)} > 0`
}

function ownerMatchers({ namespace, job }: GateSelection): string {
  return matchers(
    namespace === undefined ? undefined : equals('namespace', namespace),
    job === undefined ? undefined : equals('job', job),
  )
}
