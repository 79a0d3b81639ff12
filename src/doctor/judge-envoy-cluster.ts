/** The way from Envoy to Holdfast. */
import type { CheckId } from './catalogue.ts'
import { addressesOf, clusterOf } from './envoy-endpoints.ts'
import { at, isLoopback, isNode, items, misread, type Node, ODD, typed, whole } from './envoy-node.ts'
import { type EnvoyResources, named } from './envoy-resources.ts'
import { failed, good, type Judgement, listed, unknown, warning } from './finding.ts'

/** Nothing of a filter that asks nobody. @param filter configuration of the ext_authz filter, which names the cluster */
export function judgeCluster(filter: Node, resources: EnvoyResources): readonly (readonly [CheckId, Judgement])[] {
  if (at(filter, 'grpc_service') === undefined) return []
  const name = clusterOf(filter)
  if (name === undefined) {
    return [
      ['envoy-cluster', unknown('it is asked without a cluster', 'grpc_service: { envoy_grpc: { cluster_name: … } }')],
    ]
  }
  const cluster = named(resources.clusters, name)
  if (cluster === undefined) return [['envoy-cluster', judgeMissing(name, resources)]]
  return [
    ['envoy-cluster', judgeProtocol(cluster)],
    ['envoy-cluster-way', judgeWay(cluster, resources)],
    ['envoy-cluster-health', judgeHealth(cluster)],
  ]
}

function judgeMissing(name: string, { live }: EnvoyResources): Judgement {
  return live
    ? failed(`there is no cluster ${name}: no Check arrives`, 'clusters: as in envoy/sidecar.yaml')
    : unknown(`the cluster ${name} is not in the file`, 'give the config dump of the running Envoy')
}

const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

function judgeProtocol(cluster: Node): Judgement {
  const options = at(cluster, 'typed_extension_protocol_options', OPTIONS)
  const http2 = at(options, 'explicit_http_config', 'http2_protocol_options') ?? at(cluster, 'http2_protocol_options')
  if (http2 === ODD) return misread('explicit_http_config')
  if (http2 !== undefined) return good('HTTP/2')
  const mend = 'explicit_http_config: { http2_protocol_options: {} }'
  return at(options, 'auto_config') === undefined
    ? failed('is not told to use HTTP/2, which gRPC needs', mend)
    : unknown('the protocol is agreed on at each connection', mend)
}

function judgeWay(cluster: Node, resources: EnvoyResources): Judgement {
  const addresses = addressesOf(cluster, resources)
  if (addresses === ODD) return misread('load_assignment')
  if (addresses.length === 0) {
    return unknown(
      'where it leads is not told',
      'give the config dump of the running Envoy, from /config_dump?include_eds',
    )
  }
  const remote = addresses.flatMap((to) => (to.kind === 'tcp' && !isLoopback(to.host) ? [to.host] : []))
  if (remote.length === 0) return good(addresses.every(({ kind }) => kind === 'unix') ? 'a Unix socket' : 'this host')
  return judgeTls(cluster, listed([...new Set(remote)]))
}

/** To another host: tokens travel there, and whoever answers decides. */
function judgeTls(cluster: Node, hosts: string): Judgement {
  const mend =
    'transport_socket with an UpstreamTlsContext: validation_context, and our certificate for server.tls.clientCa'
  const socket = at(cluster, 'transport_socket')
  if (socket === undefined) {
    return at(cluster, 'transport_socket_matches') === undefined
      ? failed(`plaintext to ${hosts}: others can read tokens, and answer for Holdfast`, mend)
      : unknown(`the endpoint decides whether there is TLS to ${hosts}`, mend)
  }
  const tls = typed(at(socket, 'typed_config'))
  if (tls === undefined || tls === ODD) return misread('transport_socket')
  if (tls.type !== 'UpstreamTlsContext') return unknown(`${tls.type} to ${hosts}`, mend)
  const common = at(tls.config, 'common_tls_context')
  const verifies = ['validation_context', 'combined_validation_context', 'validation_context_sds_secret_config']
  if (!isNode(common) || verifies.every((name) => at(common, name) === undefined)) {
    return failed(`TLS to ${hosts}, and nobody verifies who answers`, mend)
  }
  const own = ['tls_certificates', 'tls_certificate_sds_secret_configs'].map((name) => items(at(common, name)))
  return own.some((certificates) => certificates !== ODD && certificates.length > 0)
    ? good(`mutual TLS to ${hosts}`)
    : warning(`TLS to ${hosts} without a certificate of ours: Holdfast cannot tell who asks`, mend)
}

function judgeHealth(cluster: Node): Judgement {
  const checks = items(at(cluster, 'health_checks'))
  const threshold = at(cluster, 'common_lb_config', 'healthy_panic_threshold')
  const percent = whole(at(threshold, 'value'))
  if (checks === ODD || threshold === ODD || percent === ODD) return misread('health_checks or common_lb_config')
  if (!checks.some((check) => at(check, 'grpc_health_check') !== undefined)) {
    return warning('is not health-checked: one that drains is asked on', 'health_checks with grpc_health_check: {}')
  }
  const panics = threshold === undefined || (percent ?? 0) > 0
  return panics
    ? warning(
        'an unhealthy one is asked when there is no other',
        'common_lb_config: { healthy_panic_threshold: { value: 0 } }',
      )
    : good('is health-checked, and not asked while it drains')
}
