/**
 * envoy/spire.yaml on this machine, with a second listener that believes federated trust domains as well, and lets a connection
 * live for seconds.
 */
import { parse, stringify } from 'yaml'
import { adaptEnvoyConfig } from '../../../src/drill/world/envoy-config.ts'
import type { Node } from '../../support/lab.ts'
import { readShape } from '../../support/shapes.ts'

export interface EnvoyPlaces {
  /** Its listener as the file has it: `ROOTCA`. */
  readonly own: number
  /** The same with `ALL` and CONNECTION_SECONDS. */
  readonly federated: number
  readonly admin: number
  readonly app: number
  readonly holdfast: number
  readonly agentSocket: string
  readonly accessLog: string
}

/** Far beyond what a busy machine takes: the short times of the file are not what is tried here. */
const PATIENCE = '10s'

/** Where the file has half an hour. */
const CONNECTION_SECONDS = 2

export function envoyConfig({ own, federated, admin, app, holdfast, agentSocket, accessLog }: EnvoyPlaces): string {
  const text = adaptEnvoyConfig(readShape('spire'), {
    ports: { 10443: own, 9902: admin, 8080: app, 9191: holdfast },
    files: { '/run/spire/agent-sockets/spire-agent.sock': agentSocket, '/dev/stdout': accessLog },
  })
  const config = parse(text) as Node
  const { static_resources: resources } = config as { static_resources: Node }
  const [listener] = resources['listeners'] as [Node]
  const [chain] = listener['filter_chains'] as [Node]
  chain['filters'][0].typed_config.http_filters[0].typed_config.grpc_service.timeout = PATIENCE
  for (const cluster of resources['clusters'] as Node[]) {
    cluster['connect_timeout'] = PATIENCE
    for (const check of (cluster['health_checks'] as Node[] | undefined) ?? []) check['timeout'] = PATIENCE
  }
  const second = structuredClone(listener)
  second['name'] = 'federated'
  second['address'].socket_address.port_value = federated
  const [secondChain] = second['filter_chains'] as [Node]
  secondChain['transport_socket'].typed_config.common_tls_context.validation_context_sds_secret_config.name = 'ALL'
  const options = secondChain['filters'][0].typed_config.common_http_protocol_options as Node
  options['max_connection_duration'] = `${CONNECTION_SECONDS}s`
  resources['listeners'] = [listener, second]
  return stringify(config, { aliasDuplicateObjects: false })
}
