/** Where a cluster of Envoy leads. */
import { at, isNode, items, type Node, ODD, type Odd } from './envoy-node.ts'
import { type EnvoyResources, named } from './envoy-resources.ts'

export type EnvoyAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** The cluster that a filter asks over gRPC. */
export function clusterOf(filter: Node): string | undefined {
  const name = at(filter, 'grpc_service', 'envoy_grpc', 'cluster_name')
  return typeof name === 'string' ? name : undefined
}

/** Empty where none is told; ODD where one has another form. */
export function addressesOf(cluster: Node | undefined, resources: EnvoyResources): readonly EnvoyAddress[] | Odd {
  const localities = items(at(assignmentOf(cluster, resources), 'endpoints'))
  if (localities === ODD) return ODD
  const found: EnvoyAddress[] = []
  for (const locality of localities) {
    const endpoints = items(at(locality, 'lb_endpoints'))
    if (endpoints === ODD) return ODD
    for (const endpoint of endpoints) {
      const address = addressOf(at(endpoint, 'endpoint', 'address'))
      if (address === undefined) return ODD
      found.push(address)
    }
  }
  return found
}

function assignmentOf(cluster: Node | undefined, { assignments }: EnvoyResources): unknown {
  const own = at(cluster, 'load_assignment')
  if (own !== undefined) return own
  const service = at(cluster, 'eds_cluster_config', 'service_name') ?? at(cluster, 'name')
  return typeof service === 'string' ? named(assignments, service, 'cluster_name') : undefined
}

function addressOf(address: unknown): EnvoyAddress | undefined {
  if (!isNode(address)) return undefined
  const path = at(address, 'pipe', 'path')
  if (typeof path === 'string') return { kind: 'unix', path }
  const [host, port] = [at(address, 'socket_address', 'address'), at(address, 'socket_address', 'port_value')]
  return typeof host === 'string' && typeof port === 'number' ? { kind: 'tcp', host, port } : undefined
}
