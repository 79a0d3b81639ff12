/**
 * CheckObserver → metrics. Every series is found when the configuration loads; a decision only adds. Labels come from closed
 * sets and from the configuration, never from a request.
 */
import { DEGRADATIONS, type Decision, type Degradation } from '../check/decision.ts'
import type { CheckObserver } from '../check/observer.ts'
import { type Class, REASON_NAMES, REASONS, type Reason } from '../check/reasons.ts'
import type { Binding, Mode } from '../check/route-plan.ts'
import type { Cell, Histogram } from './families.ts'
import type { MetricSet } from './metric-set.ts'

type Verdict = Decision['verdict']
type ReasonLabel = Decision['reason']

export interface PrometheusObserver extends CheckObserver {
  /** The routes of a (re)loaded configuration: theirs are the series from now on. */
  setRoutes(routes: readonly { readonly name: string; readonly mode: Mode }[]): void
}

/** Stands for the route where none was found; no route can be named so. */
const NO_ROUTE = '(none)'
const MODES: readonly Mode[] = ['enforce', 'observe', 'off']
const CLASSES = [...new Set(REASON_NAMES.map((reason): Class => REASONS[reason].class))]
/** A bit each, so that any set of bindings is an index. */
const BINDING_BITS: Record<Binding, number> = { dpop: 1, certificate: 2, workload: 4 }
const BINDING_SETS = 8

interface RouteCells {
  readonly verdicts: Record<Verdict, Cell>
  readonly classes: Record<Class, Cell>
  /** Only where the route observes: elsewhere nothing is let pass. */
  readonly wouldDeny: Record<Reason, Cell> | undefined
}

export function makePrometheusObserver(metrics: MetricSet): PrometheusObserver {
  const decisions = decisionCells(metrics)
  const bindings = record(MODES, (mode) => bindingCells(metrics, mode))
  const durations: Record<Verdict, Histogram> = {
    allow: metrics.histograms('decision_duration_seconds').histogram({ verdict: 'allow' }),
    deny: metrics.histograms('decision_duration_seconds').histogram({ verdict: 'deny' }),
  }
  const proofAge = metrics.histograms('proof_age_seconds').histogram({})
  const caches = {
    token: outcomeCells(metrics, 'token_cache_total'),
    proof_key: outcomeCells(metrics, 'proof_key_cache_total'),
  }
  const insecureAllows = record(DEGRADATIONS, (choice: Degradation) =>
    metrics.scalars('insecure_allows_total').cell({ choice }),
  )
  const unrouted = routeCells(metrics, NO_ROUTE, 'enforce')
  let routes: ReadonlyMap<string, RouteCells> = new Map()

  return {
    decided({ decision, durationMs }) {
      const { verdict, reason, mode, findings } = decision
      decisions(mode, verdict, reason).value++
      durations[verdict].observe(durationMs / 1000)
      if (verdict === 'allow') {
        bindings[mode](findings.held).value++
        for (const choice of findings.degraded) insecureAllows[choice].value++
      }
      if (findings.proofAgeSeconds !== undefined) proofAge.observe(findings.proofAgeSeconds)
      // A decision that a reload overtook may name a route that has no series any more.
      const route = (findings.route && routes.get(findings.route.name)) ?? unrouted
      route.verdicts[verdict].value++
      if (reason === 'ok') return
      route.classes[REASONS[reason].class].value++
      if (decision.wouldDeny && route.wouldDeny !== undefined) route.wouldDeny[reason].value++
    },
    cacheUsed(cache, outcome) {
      caches[cache][outcome].value++
    },
    setRoutes(configured) {
      const modes = new Map(configured.map(({ name, mode }) => [name, mode]))
      const known = (route: string): boolean => route === NO_ROUTE || modes.has(route)
      metrics.scalars('route_decisions_total').keepOnly(({ route }) => known(route))
      metrics.scalars('class_total').keepOnly(({ route }) => known(route))
      metrics.scalars('would_deny_total').keepOnly(({ route }) => modes.get(route) === 'observe')
      routes = new Map(configured.map(({ name, mode }) => [name, routeCells(metrics, name, mode)]))
    },
  }
}

function routeCells(metrics: MetricSet, route: string, mode: Mode): RouteCells {
  const verdicts = metrics.scalars('route_decisions_total')
  const classes = metrics.scalars('class_total')
  const wouldDeny = metrics.scalars('would_deny_total')
  return {
    verdicts: { allow: verdicts.cell({ route, verdict: 'allow' }), deny: verdicts.cell({ route, verdict: 'deny' }) },
    classes: record(CLASSES, (cls) => classes.cell({ class: cls, route })),
    wouldDeny: mode === 'observe' ? record(REASON_NAMES, (reason) => wouldDeny.cell({ reason, route })) : undefined,
  }
}

/**
 * What can happen is there from the start: a clean allow in each mode, in `enforce` a denial and in `observe` an allow for
 * each reason. Anything else would be a fault of ours; it gets its series when it comes, for all three labels are closed.
 */
function decisionCells(metrics: MetricSet): (mode: Mode, verdict: Verdict, reason: ReasonLabel) => Cell {
  const family = metrics.scalars('decisions_total')
  const none = (): Record<Verdict, Partial<Record<ReasonLabel, Cell>>> => ({ allow: {}, deny: {} })
  const cells: Record<Mode, ReturnType<typeof none>> = { enforce: none(), observe: none(), off: none() }
  const cell = (mode: Mode, verdict: Verdict, reason: ReasonLabel): Cell => {
    const row = cells[mode][verdict]
    row[reason] ??= family.cell({ verdict, reason, mode })
    return row[reason]
  }
  for (const mode of MODES) cell(mode, 'allow', 'ok')
  for (const reason of REASON_NAMES) {
    cell('enforce', 'deny', reason)
    cell('observe', 'allow', reason)
  }
  return cell
}

type BindingCells = (held: readonly Binding[]) => Cell

/** One series for each set of bindings, named in a fixed order; the set itself is the index. */
function bindingCells(metrics: MetricSet, mode: Mode): BindingCells {
  const family = metrics.scalars('binding_total')
  const names = Object.keys(BINDING_BITS) as Binding[]
  const cells = Array.from({ length: BINDING_SETS }, (_, set) => {
    const held = names.filter((name) => (set & BINDING_BITS[name]) !== 0)
    return family.cell({ binding: held.length === 0 ? 'none' : held.join(','), mode })
  })
  return (held) => {
    let set = 0
    for (const binding of held) set |= BINDING_BITS[binding]
    return cells[set] as Cell
  }
}

function outcomeCells(
  metrics: MetricSet,
  name: 'token_cache_total' | 'proof_key_cache_total',
): Record<'hit' | 'miss', Cell> {
  return record(['hit', 'miss'], (outcome) => metrics.scalars(name).cell({ outcome }))
}

function record<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>
}
