/**
 * The rendered Envoy configuration on this machine. All of it is read by Envoy as the controller would have sent it; changed
 * is only what a test world must change:
 *  1. resources come from files, where the controller serves them (ADS); so the bootstrap's own connection to it goes, and
 *     with it the statistics listener, which only its scraper needs;
 *  2. listeners and the admin page are on loopback, on free ports;
 *  3. the endpoints of the two Services are processes of the test;
 *  4. the access log is a file;
 *  5. the Check may take ten seconds, since a busy machine is not what is tried (the 250 ms are read in the golden file).
 * A change that finds nothing to change throws.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from './envoy-gateway.ts'

/** Listeners of the configuration, by the port that Envoy Gateway gives them. */
const HTTPS_PORT = 10443
const READY_PORT = 19003

export const APP = 'httproute/shop/payments/rule/0'
export const HOLDFAST = 'securitypolicy/gateways/r-holdfast/extauth/0'

export interface EnvoyChanges {
  readonly ports: { readonly https: number; readonly ready: number; readonly admin: number }
  /** Cluster → port on loopback. */
  readonly endpoints: Readonly<Record<string, number>>
  /** Secret → what Envoy is to get as it. */
  readonly secrets: Readonly<Record<string, Node>>
  readonly accessLog: string
}

const PATIENCE = '10s'

/** Writes the files into `dir` and answers the bootstrap. */
export function writeEnvoyFiles(rendered: Node, dir: string, changes: EnvoyChanges): string {
  const dumps: Node[] = structuredClone(rendered['xds']['gateways/public'].configs)
  const dump = (type: string): Node => found(dumps, (one) => one['@type'].endsWith(`.${type}`), type)
  const write = (name: string, type: string, resources: readonly Node[]): void => {
    const typed = resources.map((one) => ({ '@type': `type.googleapis.com/${type}`, ...one }))
    writeFileSync(fileOf(dir, name), JSON.stringify({ resources: typed }), { mode: 0o600 })
  }

  const listeners: Node[] = dump('ListenersConfigDump')['dynamicListeners'].map(
    (one: Node) => one['activeState'].listener,
  )
  const ports: Readonly<Record<number, number>> = {
    [HTTPS_PORT]: changes.ports.https,
    [READY_PORT]: changes.ports.ready,
  }
  for (const { address } of listeners) {
    address.socketAddress = { address: '127.0.0.1', portValue: known(ports, address.socketAddress.portValue) }
  }
  const https = managerOf(listeners)
  https['accessLog'][0].typedConfig.path = changes.accessLog
  authorizerOf(https)['grpcService'].timeout = PATIENCE
  write('listeners', 'envoy.config.listener.v3.Listener', withFiles(listeners, dir))

  const clusters: Node[] = dump('ClustersConfigDump')['dynamicActiveClusters'].map((one: Node) => one['cluster'])
  write('clusters', 'envoy.config.cluster.v3.Cluster', withFiles(clusters, dir))

  for (const { endpointConfig: endpoints } of dump('EndpointsConfigDump')['dynamicEndpointConfigs']) {
    const { address } = endpoints.endpoints[0].lbEndpoints[0].endpoint
    address.socketAddress = { address: '127.0.0.1', portValue: known(changes.endpoints, endpoints.clusterName) }
    write(endpoints.clusterName, 'envoy.config.endpoint.v3.ClusterLoadAssignment', [endpoints])
  }
  for (const { routeConfig: routes } of dump('RoutesConfigDump')['dynamicRouteConfigs']) {
    write(`routes-${routes.name}`, 'envoy.config.route.v3.RouteConfiguration', [routes])
  }
  for (const [name, secret] of Object.entries(changes.secrets)) {
    write(name, 'envoy.extensions.transport_sockets.tls.v3.Secret', [{ name, ...secret }])
  }

  const bootstrap = dump('BootstrapConfigDump')['bootstrap'] as Node
  bootstrap['admin'].address.socketAddress.portValue = changes.ports.admin
  bootstrap['node'] = { id: 'test', cluster: 'test' }
  bootstrap['dynamicResources'] = { ldsConfig: fromFile(dir, 'listeners'), cdsConfig: fromFile(dir, 'clusters') }
  delete bootstrap['staticResources']
  delete bootstrap['clusterManager']
  return JSON.stringify(bootstrap)
}

/** The connection manager of the gateway's listener. */
export function managerOf(listeners: readonly Node[]): Node {
  const https = found(listeners, (one) => one['name'] === 'gateways/public/https', 'https listener')
  return https['filterChains'][0].filters[0].typedConfig
}

/** The filter that asks Holdfast. */
export function authorizerOf(manager: Node): Node {
  return found(manager['httpFilters'], (one) => one['name'].startsWith('envoy.filters.http.ext_authz/'), 'ext_authz')[
    'typedConfig'
  ]
}

/** Each reference to a resource of the controller, turned into one to its file. */
function withFiles<T>(value: T, dir: string): T {
  if (Array.isArray(value)) return value.map((one) => withFiles(one, dir)) as T
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withFiles(one, dir)])) as Node
  if ('edsConfig' in node) node['edsConfig'] = fromFile(dir, node['serviceName'])
  if ('routeConfigName' in node) node['configSource'] = fromFile(dir, `routes-${node['routeConfigName']}`)
  if ('sdsConfig' in node) node['sdsConfig'] = fromFile(dir, node['name'])
  return node as T
}

function fromFile(dir: string, name: string): Node {
  return { pathConfigSource: { path: fileOf(dir, name) }, resourceApiVersion: 'V3' }
}

function fileOf(dir: string, name: string): string {
  return join(dir, `xds-${name.replaceAll('/', '-')}.json`)
}

function found(nodes: readonly Node[], test: (node: Node) => boolean, what: string): Node {
  const [first, ...more] = nodes.filter(test)
  if (first === undefined || more.length > 0) throw new Error(`${more.length + 1} times ${what}, or never`)
  return first
}

function known<T>(map: Readonly<Record<string | number, T>>, key: string | number): T {
  const value = map[key]
  if (value === undefined) throw new Error(`the configuration has ${key}, which the test does not know`)
  return value
}
