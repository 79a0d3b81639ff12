/** Where an Envoy takes in HTTP, and which of its ext_authz filters ask Holdfast. */
import { addressesOf, clusterOf } from './envoy-endpoints.ts'
import { at, isLoopback, isNode, items, type Node, ODD, typed } from './envoy-node.ts'
import { type EnvoyResources, named } from './envoy-resources.ts'
import type { EnvoyWishes } from './facts.ts'

export interface AuthzFilter {
  /** Where it stands in the list of HTTP filters. */
  readonly slot: Node
  readonly config: Node
}

export interface Manager {
  /** The listener, and its filter chain where it has several. */
  readonly subject: string
  readonly chain: Node
  readonly config: Node
  readonly outbound: boolean
  readonly filters: readonly AuthzFilter[]
}

export interface Found {
  readonly managers: readonly Manager[]
  /** Where something stands that cannot be read: what it lets pass is not known. */
  readonly unread: readonly string[]
}

/** All HTTP connection managers. */
export function findManagers(resources: EnvoyResources): Found {
  const unread: string[] = []
  const managers = resources.listeners.flatMap((listener, i) => {
    const name = nameOf(at(listener, 'name'), `listener ${i + 1}`)
    const chains = items(at(listener, 'filter_chains'))
    if (!isNode(listener) || chains === ODD) {
      unread.push(name)
      return []
    }
    const last = at(listener, 'default_filter_chain')
    const all = last === undefined ? chains : [...chains, last]
    return all.flatMap((chain, number) => {
      const subject = all.length === 1 ? name : `${name} ${nameOf(at(chain, 'name'), `chain ${number + 1}`)}`
      return inChain(chain, subject, at(listener, 'traffic_direction'), resources, unread)
    })
  })
  return { managers, unread }
}

function nameOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}

function inChain(
  chain: unknown,
  subject: string,
  direction: unknown,
  resources: EnvoyResources,
  unread: string[],
): readonly Manager[] {
  const filters = items(at(chain, 'filters'))
  if (!isNode(chain) || filters === ODD) {
    unread.push(subject)
    return []
  }
  return filters.flatMap((filter) => {
    const manager = typed(at(filter, 'typed_config'))
    if (manager === ODD) unread.push(subject)
    if (manager === undefined || manager === ODD || manager.type !== 'HttpConnectionManager') return []
    const { config } = manager
    const outbound = direction === 'OUTBOUND' || direction === 2
    return [{ subject, chain, config, outbound, filters: authzFilters(config, subject, resources, unread) }]
  })
}

function authzFilters(
  manager: Node,
  subject: string,
  resources: EnvoyResources,
  unread: string[],
): readonly AuthzFilter[] {
  const slots = items(at(manager, 'http_filters'))
  if (slots === ODD) {
    unread.push(subject)
    return []
  }
  return slots.flatMap((slot) => {
    const own = typed(at(slot, 'typed_config') ?? discovered(slot, resources))
    if (isNode(slot) && own !== undefined && own !== ODD && own.type === 'ExtAuthz') {
      return [{ slot, config: own.config }]
    }
    // A matcher or a composite around the filter decides for which requests it is asked.
    const hidden = own === undefined ? at(slot, 'config_discovery') !== undefined : mentions(own, 'ExtAuthz')
    if (own === ODD || hidden || !isNode(slot)) unread.push(subject)
    return []
  })
}

function discovered(slot: unknown, resources: EnvoyResources): unknown {
  const name = at(slot, 'name')
  return typeof name === 'string' ? at(named(resources.filters, name), 'typed_config') : undefined
}

/** Whether a type stands anywhere within. Without recursion: nobody knows how deep it is. */
function mentions(root: unknown, type: string): boolean {
  const rest: unknown[] = [root]
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (typeof node === 'string' && node.endsWith(`.${type}`)) return true
    if (typeof node === 'object' && node !== null) {
      for (const child of Object.values(node)) if (child !== null) rest.push(child)
    }
  }
  return false
}

/** Whether it asks us: its cluster leads to where we listen, or something about it has our name. */
export function asksHoldfast(filter: AuthzFilter, resources: EnvoyResources, { listen }: EnvoyWishes): boolean {
  const { slot, config } = filter
  const cluster = clusterOf(config)
  const names = [
    cluster,
    at(slot, 'name'),
    at(config, 'stat_prefix'),
    at(config, 'grpc_service', 'google_grpc', 'target_uri'),
  ]
  if (names.some((name) => typeof name === 'string' && name.toLowerCase().includes('holdfast'))) return true
  const addresses = addressesOf(cluster === undefined ? undefined : named(resources.clusters, cluster), resources)
  if (addresses === ODD) return false
  return addresses.some((address) =>
    address.kind === 'unix'
      ? listen.kind === 'unix' && address.path === listen.path
      : listen.kind === 'tcp' && address.port === listen.port && isLoopback(address.host),
  )
}

/** What it asks, told from others. */
export function askedOf({ config }: AuthzFilter): string {
  const target = at(config, 'grpc_service', 'google_grpc', 'target_uri')
  return clusterOf(config) ?? (typeof target === 'string' ? target : 'nobody that is known')
}
