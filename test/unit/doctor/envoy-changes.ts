/** Changes of an Envoy configuration that several cases make. */
import type { Node } from '../../support/lab.ts'
import type { Change, Parts } from './envoy-world.ts'

export function set(node: Node, key: string, value: unknown): void {
  node[key] = value
}

export function drop(node: Node, key: string): void {
  delete node[key]
}

export function percent(numerator: number) {
  return { default_value: { numerator, denominator: 'HUNDRED' } }
}

/** Undefined: the pattern with a prefix. */
export function hide(exact: string | undefined): Change {
  return ({ authz }) => {
    const { patterns } = authz['allowed_headers'] as { patterns: { exact?: string }[] }
    authz['allowed_headers'].patterns = patterns.filter((pattern) => pattern.exact !== exact)
  }
}

export function mode(value: string): Change {
  return ({ manager }) => set(manager, 'forward_client_cert_details', value)
}

export function endpointOf(cluster: Node): Node {
  return cluster['load_assignment'].endpoints[0].lb_endpoints[0].endpoint.address.socket_address
}

export function contextOf(tls: Node): Node {
  return tls['common_tls_context'].validation_context
}

export function tlsTo(common: object): Change {
  return ({ cluster }) => {
    endpointOf(cluster)['address'] = 'holdfast.shop.svc'
    cluster['transport_socket'] = { typed_config: { '@type': 'x.UpstreamTlsContext', common_tls_context: common } }
  }
}

export function bySecret({ tls }: Parts): void {
  drop(tls['common_tls_context'], 'validation_context')
  tls['common_tls_context'].validation_context_sds_secret_config = { name: 'ROOTCA' }
}

export function perRoute(settings: object): Change {
  return ({ manager }) => {
    manager['route_config'].virtual_hosts[0].routes[0].typed_per_filter_config = {
      'envoy.filters.http.ext_authz': settings,
    }
  }
}
