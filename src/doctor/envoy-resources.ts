/**
 * The parts of an Envoy, out of a config dump of its admin page or out of the file that it was started with. An entry that is no
 * object stays in the lists: who looks at it says so.
 */
import { at, isNode, items, lastPart, type Node, ODD } from './envoy-node.ts'

export interface EnvoyResources {
  /** A dump shows what is in force; a file leaves out what comes by xDS. */
  readonly live: boolean
  readonly listeners: readonly unknown[]
  readonly clusters: readonly unknown[]
  /** Route configurations that listeners name. */
  readonly routes: readonly unknown[]
  /** Endpoints that clusters name. */
  readonly assignments: readonly unknown[]
  readonly secrets: readonly unknown[]
  /** Filters that listeners name (ECDS). */
  readonly filters: readonly unknown[]
}

/** Undefined: it is neither a dump nor the configuration of an Envoy. */
export function resourcesOf(value: unknown): EnvoyResources | undefined {
  const configs = at(value, 'configs')
  if (Array.isArray(configs)) return ofDump(configs)
  const own = at(value, 'static_resources')
  return isNode(own) ? ofFile(own) : undefined
}

function ofFile(own: Node): EnvoyResources {
  return {
    live: false,
    listeners: listed(own, 'listeners'),
    clusters: listed(own, 'clusters'),
    routes: [],
    assignments: [],
    secrets: listed(own, 'secrets'),
    filters: [],
  }
}

function ofDump(configs: readonly unknown[]): EnvoyResources | undefined {
  const all = (dump: string, list: string, ...path: readonly string[]): readonly unknown[] =>
    configs
      .filter((config) => lastPart(at(config, '@type')) === dump)
      .flatMap((config) => listed(config, list))
      .map((entry) => at(entry, ...path) ?? ODD)
  const listeners = [
    ...all('ListenersConfigDump', 'static_listeners', 'listener'),
    ...all('ListenersConfigDump', 'dynamic_listeners').flatMap(inForce),
  ]
  const known = configs.some((config) => /^[A-Z]\w+ConfigDump$/.test(lastPart(at(config, '@type')) ?? ''))
  if (!known) return undefined
  return {
    live: true,
    listeners,
    clusters: [
      ...all('ClustersConfigDump', 'static_clusters', 'cluster'),
      ...all('ClustersConfigDump', 'dynamic_active_clusters', 'cluster'),
    ],
    routes: [
      ...all('RoutesConfigDump', 'static_route_configs', 'route_config'),
      ...all('RoutesConfigDump', 'dynamic_route_configs', 'route_config'),
    ],
    assignments: [
      ...all('EndpointsConfigDump', 'static_endpoint_configs', 'endpoint_config'),
      ...all('EndpointsConfigDump', 'dynamic_endpoint_configs', 'endpoint_config'),
    ],
    secrets: [
      ...all('SecretsConfigDump', 'static_secrets', 'secret'),
      ...all('SecretsConfigDump', 'dynamic_active_secrets', 'secret'),
    ],
    filters: all('EcdsConfigDump', 'ecds_filters', 'ecds_filter'),
  }
}

/** One that only drains, or was refused, serves nothing new. */
function inForce(dynamic: unknown): readonly unknown[] {
  const listener = at(dynamic, 'active_state', 'listener') ?? at(dynamic, 'warming_state', 'listener')
  return listener === undefined ? [] : [listener]
}

function listed(node: unknown, name: string): readonly unknown[] {
  const list = items(at(node, name))
  return list === ODD ? [ODD] : list
}

/** The entry of this name. */
export function named(entries: readonly unknown[], name: string, key = 'name'): Node | undefined {
  return entries.filter(isNode).find((entry) => at(entry, key) === name)
}
