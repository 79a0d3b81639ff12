/** What virtual hosts and routes change about the filter: switched off is not checked (D-E6). */
import { at, flag, isNode, items, type Node, ODD, type Odd, typed } from './envoy-node.ts'
import { type EnvoyResources, named } from './envoy-resources.ts'
import { good, type Judgement, listed, unknown, warning } from './finding.ts'

/** @param filterName under which routes write their own settings */
export function judgeRoutes(manager: Node, filterName: unknown, resources: EnvoyResources): Judgement {
  const config = routeConfigOf(manager, resources)
  const hosts = config === undefined ? ODD : items(at(config, 'virtual_hosts'))
  if (config === undefined || hosts === ODD) {
    const mend = 'give the config dump of the running Envoy, and look for typed_per_filter_config'
    return unknown('the routes are not here, and each could switch the filter off', mend)
  }
  const seen = { off: [] as string[], changed: [] as string[], unread: [] as string[] }
  const look = (node: unknown, place: string): void => {
    const kind = overrideOf(node, filterName)
    if (kind !== undefined) seen[kind].push(place)
  }
  look(config, 'all routes')
  for (const [i, host] of hosts.entries()) {
    const name = nameOf(host, `virtual host ${i + 1}`)
    look(host, name)
    const routes = items(at(host, 'routes'))
    // A tree of matchers holds routes too, of any depth.
    if (routes === ODD || at(host, 'matcher') !== undefined) seen.unread.push(name)
    for (const [j, route] of (routes === ODD ? [] : routes).entries()) {
      const place = `${name} ${nameOf(route, `route ${j + 1}`)}`
      look(route, place)
      const weighted = items(at(route, 'route', 'weighted_clusters', 'clusters'))
      if (weighted === ODD) seen.unread.push(place)
      for (const cluster of weighted === ODD ? [] : weighted) look(cluster, place)
    }
  }
  return judgeSeen(seen)
}

type Override = 'off' | 'changed' | 'unread'

function judgeSeen({ off, changed, unread }: Readonly<Record<Override, readonly string[]>>): Judgement {
  if (unread.length > 0) {
    return unknown(`settings that are not understood: ${listed(unread)}`, 'typed_per_filter_config of these')
  }
  if (off.length > 0) {
    return warning(`not checked: ${listed(off)}`, 'no disabled: true, but for health pages; or mode: "off" in Holdfast')
  }
  return changed.length > 0
    ? warning(`another service or a body for: ${listed(changed)}`, 'only context_extensions in check_settings')
    : good('no route switches it off')
}

/** In the manager itself, or by name among those that came by RDS. */
function routeConfigOf(manager: Node, { routes }: EnvoyResources): unknown {
  const own = at(manager, 'route_config')
  if (own !== undefined) return own
  const name = at(manager, 'rds', 'route_config_name')
  return typeof name === 'string' ? named(routes, name) : undefined
}

function overrideOf(node: unknown, filterName: unknown): Override | undefined {
  const settings = at(node, 'typed_per_filter_config')
  if (settings === undefined) return undefined
  if (!isNode(settings)) return 'unread'
  const kinds = Object.entries(settings).flatMap(([name, value]) => {
    const kind = kindOf(value, name === filterName)
    return kind === undefined ? [] : [kind]
  })
  return (['unread', 'off', 'changed'] as const).find((kind) => kinds.includes(kind))
}

/** `ours`: it stands under the name of the filter; a setting of its type counts under any name. */
function kindOf(value: unknown, ours: boolean): Override | undefined {
  const outer = typed(value)
  if (outer === undefined || outer === ODD) return ours ? 'unread' : undefined
  if (outer.type === 'FilterConfig') {
    if (ours && isOn(at(outer.config, 'disabled'))) return 'off'
    const inner = at(outer.config, 'config')
    return inner === undefined ? undefined : kindOf(inner, ours)
  }
  if (outer.type !== 'ExtAuthzPerRoute') return ours ? 'unread' : undefined
  if (isOn(at(outer.config, 'disabled'))) return 'off'
  const changes = ['grpc_service', 'http_service', 'with_request_body']
  return changes.some((name) => at(outer.config, 'check_settings', name) !== undefined) ? 'changed' : undefined
}

/** What cannot be read may be on. */
function isOn(value: unknown): boolean {
  const on: boolean | Odd = flag(value)
  return on === ODD || on
}

function nameOf(node: unknown, otherwise: string): string {
  const name = at(node, 'name')
  return typeof name === 'string' && name !== '' ? name : otherwise
}
