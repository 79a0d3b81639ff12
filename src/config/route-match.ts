/** The match of a route as the route table wants it: lower-case authorities, without the origin's default port. */
import type { RouteMatch } from '../check/route-plan.ts'
import type { RouteConfig } from './schema.ts'

export function routeMatch({ match, origin }: Pick<RouteConfig, 'match' | 'origin'>): RouteMatch {
  const authorities = match.authorities ?? (match.authority === undefined ? [] : [match.authority])
  const bare = authorities.map((authority) => withoutDefaultPort(authority.toLowerCase(), origin))
  return {
    authorities: [...new Set(bare)],
    path:
      match.path === undefined
        ? { kind: 'prefix', value: match.pathPrefix ?? '/' }
        : { kind: 'exact', value: match.path },
    methods: match.methods === null ? undefined : new Set(match.methods),
  }
}

function withoutDefaultPort(authority: string, origin: string): string {
  const port = origin.toLowerCase().startsWith('https://') ? ':443' : ':80'
  return authority.endsWith(port) ? authority.slice(0, -port.length) : authority
}
