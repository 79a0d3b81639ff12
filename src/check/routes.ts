/**
 * Which route a request takes: by the name that Envoy gave, or by authority and path on whole segments, longest first. All
 * readings of the path must agree (path-readings.ts). No match, or no agreement: route_unknown.
 */
import { pathReadings, type Reading } from './path-readings.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { RequestFacts } from './request-facts.ts'
import { ok, type Result } from './result.ts'
import type { RouteMatch, RoutePlan } from './route-plan.ts'

type Matched = { readonly name: string; readonly match: RouteMatch; readonly origin?: string }

export interface RouteTable<R extends Matched = RoutePlan> {
  readonly byName: ReadonlyMap<string, R>
  /** Most specific first. */
  readonly byAuthority: ReadonlyMap<string, readonly R[]>
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': ':443', 'http:': ':80' }

export function makeRouteTable<R extends Matched>(routes: readonly R[]): RouteTable<R> {
  const byAuthority = new Map<string, R[]>()
  for (const route of routes) {
    for (const authority of spellings(route)) {
      const list = byAuthority.get(authority) ?? []
      list.push(route)
      byAuthority.set(authority, list)
    }
  }
  for (const list of byAuthority.values()) list.sort(bySpecificity)
  return { byName: new Map(routes.map((route) => [route.name, route])), byAuthority }
}

/** The authority as configured, and with the default port of the origin's scheme written out. */
function spellings(route: Matched): readonly string[] {
  const port = DEFAULT_PORTS[route.origin?.slice(0, route.origin.indexOf('/')) ?? '']
  return route.match.authorities.flatMap((authority) => {
    const bare = !/:\d+$/.test(authority)
    return port !== undefined && bare ? [authority, `${authority}${port}`] : [authority]
  })
}

function bySpecificity(a: Matched, b: Matched): number {
  const exact = Number(b.match.path.kind === 'exact') - Number(a.match.path.kind === 'exact')
  const length = b.match.path.value.length - a.match.path.value.length
  const methods = Number(a.match.methods === undefined) - Number(b.match.methods === undefined)
  return length || exact || methods
}

export function findRoute(facts: RequestFacts, table: RouteTable): Result<RoutePlan, Refusal> {
  const readings = pathReadings(facts.path)
  if (readings === undefined) return refuse('route_unknown', 'the path is not absolute, or cannot be read in one way')
  const authority = facts.authority.toLowerCase()
  if (facts.routeName !== undefined) return namedRoute(facts.routeName, authority, facts.method, readings, table)
  const route = agreedRoute(table.byAuthority.get(authority) ?? [], facts.method, readings)
  if (route === undefined) return refuse('route_unknown', 'no route has this authority, path and method')
  if (route === 'disagreement') return refuse('route_unknown', 'the path can be read as more than one route')
  return ok(route)
}

/** Envoy chose; the route's own match must still hold, for every reading. */
function namedRoute(
  name: string,
  authority: string,
  method: string,
  readings: readonly Reading[],
  table: RouteTable,
): Result<RoutePlan, Refusal> {
  const route = table.byName.get(name)
  if (route === undefined) return refuse('route_unknown', 'holdfast_route names no route')
  const holds =
    (table.byAuthority.get(authority) ?? []).includes(route) && readings.every((r) => matches(route, method, r))
  return holds ? ok(route) : refuse('route_unknown', 'the match of the route that Envoy named does not hold')
}

function agreedRoute<R extends Matched>(
  candidates: readonly R[],
  method: string,
  readings: readonly Reading[],
): R | 'disagreement' | undefined {
  let agreed: R | undefined
  for (const [i, reading] of readings.entries()) {
    const route = candidates.find((candidate) => matches(candidate, method, reading))
    if (i > 0 && route !== agreed) return 'disagreement'
    agreed = route
  }
  return agreed
}

function matches(route: Matched, method: string, reading: Reading): boolean {
  const { path, methods } = route.match
  if (methods !== undefined && !methods.has(method)) return false
  if (path.kind === 'exact') return reading.text === comparable(path.value, reading)
  // A prefix is whole segments, however its end is written: `/v1/` is `/v1`.
  const value = comparable(path.value, { ...reading, trimmed: true })
  return (
    value === '/' ||
    (reading.text.startsWith(value) && (reading.text.length === value.length || reading.text[value.length] === '/'))
  )
}

function comparable(value: string, reading: Reading): string {
  const folded = reading.folded ? value.toLowerCase() : value
  return reading.trimmed && folded.length > 1 && folded.endsWith('/') ? folded.slice(0, -1) : folded
}

export interface RouteFault {
  readonly index: number
  readonly message: string
}

/** Routes that are ambiguous, or that no request can reach: faults of the configuration. */
export function findRouteFaults(routes: readonly Matched[]): readonly RouteFault[] {
  const faults: RouteFault[] = []
  const table = makeRouteTable(routes)
  for (const [index, route] of routes.entries()) {
    const twin = routes.slice(0, index).find((other) => sameMatch(other, route))
    if (twin !== undefined) {
      faults.push({
        index,
        message: `matches the same requests as route "${twin.name}"; tell them apart by path or methods`,
      })
      continue
    }
    const takers = ownPaths(route).map((path) => takerOf(path, route, table))
    if (!takers.includes(route.name)) faults.push({ index, message: unreachable(takers[0] ?? '') })
  }
  return faults
}

function unreachable(taker: string): string {
  return taker === ''
    ? 'cannot be reached, its own path can be read as more than one route; paths must differ in more than case'
    : `cannot be reached, a request for its own path is taken for route "${taker}"; change one of the two paths`
}

/** A path that the route is there for: its own, and for a prefix one below, since an exact route may take its own. */
function ownPaths({ match: { path } }: Matched): readonly string[] {
  return path.kind === 'exact' ? [path.value] : [path.value, `${path.value === '/' ? '' : path.value}/below`]
}

/** Name of the route that takes `path`; empty when none does, or readings disagree. */
function takerOf(path: string, route: Matched, table: RouteTable<Matched>): string {
  const readings = pathReadings(path)
  const method = [...(route.match.methods ?? [])][0] ?? ''
  const candidates = table.byAuthority.get(route.match.authorities[0] ?? '') ?? []
  const taker = readings === undefined ? undefined : agreedRoute(candidates, method, readings)
  return taker === undefined || taker === 'disagreement' ? '' : taker.name
}

function sameMatch(a: Matched, b: Matched): boolean {
  return (
    a.match.path.kind === b.match.path.kind &&
    a.match.path.value === b.match.path.value &&
    a.match.authorities.some((authority) => b.match.authorities.includes(authority)) &&
    overlap(a.match.methods, b.match.methods)
  )
}

function overlap(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return [...a].some((method) => b.has(method))
}
