/** Routes are told apart by name, and by what they match. */
import { normaliseOrigin } from '../../check/proof/htu.ts'
import { findRouteFaults } from '../../check/routes.ts'
import type { Finding } from '../fault.ts'
import { routeMatch } from '../route-match.ts'
import type { Sections } from './sections.ts'

export function routeRules({ routes, store }: Sections): readonly Finding[] {
  return [
    ...duplicateNames(routes),
    ...matchFaults(routes),
    ...(store?.kind === 'memory' ? standInsForNothing(routes) : []),
  ]
}

function standInsForNothing(routes: Sections['routes']): readonly Finding[] {
  const message =
    'stands in for a shared store, and the store is the embedded one already; write deny, or set store.kind: redis'
  return routes.flatMap((route, index) =>
    route?.onStoreOutage === 'insecureMemory' ? [{ path: ['routes', index, 'onStoreOutage'], message }] : [],
  )
}

function duplicateNames(routes: Sections['routes']): readonly Finding[] {
  const findings: Finding[] = []
  const names = new Set<string>()
  for (const [index, route] of routes.entries()) {
    if (route === undefined) continue
    if (names.has(route.name)) {
      findings.push({
        path: ['routes', index, 'name'],
        message: 'is the name of a route above already; choose another',
      })
    }
    names.add(route.name)
  }
  return findings
}

function matchFaults(routes: Sections['routes']): readonly Finding[] {
  const parsed = routes.flatMap((route, index) => (route === undefined ? [] : [{ route, index }]))
  const matched = parsed.map(({ route }) => ({
    name: route.name,
    origin: normaliseOrigin(route.origin) ?? route.origin,
    match: routeMatch(route),
  }))
  return findRouteFaults(matched).map(({ index, message }) => ({
    path: ['routes', parsed[index]?.index ?? index, 'match'],
    message,
  }))
}
