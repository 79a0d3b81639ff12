/** What stands around the filter of envoy/sidecar.yaml, with one thing wrong. */

import type { WrongRow } from './envoy-cases-filter.ts'
import { bySecret, contextOf, drop, endpointOf, mode, perRoute, set, tlsTo } from './envoy-changes.ts'
import { CERTIFICATE_ROUTE } from './envoy-world.ts'

export const WRONG_AROUND: readonly WrongRow[] = [
  ['envoy-cluster', 'failed', 'HTTP/1 to Holdfast', ({ cluster }) => drop(cluster, 'typed_extension_protocol_options')],
  ['envoy-cluster', 'unknown', 'a cluster by xDS', ({ cluster }) => set(cluster, 'name', 'other')],
  [
    'envoy-cluster-way',
    'failed',
    'plaintext to another host',
    ({ cluster }) => set(endpointOf(cluster), 'address', '192.0.2.1'),
  ],
  ['envoy-cluster-way', 'failed', 'TLS that verifies nobody', tlsTo({ tls_certificates: [{}] })],
  ['envoy-cluster-way', 'warning', 'TLS without a certificate of ours', tlsTo({ validation_context: {} })],
  ['envoy-cluster-way', 'unknown', 'endpoints by xDS', ({ cluster }) => drop(cluster, 'load_assignment')],
  ['envoy-cluster-health', 'warning', 'no health check', ({ cluster }) => drop(cluster, 'health_checks')],
  ['envoy-cluster-health', 'warning', 'panics at the default', ({ cluster }) => drop(cluster, 'common_lb_config')],
  ['envoy-forwarded-header', 'failed', 'D23 FORWARD_ONLY', mode('FORWARD_ONLY')],
  [
    'envoy-forwarded-header',
    'failed',
    'D23 ALWAYS_FORWARD_ONLY, by its number',
    ({ manager }) => set(manager, 'forward_client_cert_details', 4),
  ],
  [
    'envoy-forwarded-header',
    'failed',
    'D23 the same, and nobody reads the header here',
    mode('FORWARD_ONLY'),
    { forwardedFrom: 'none' },
  ],
  [
    'envoy-forwarded-header',
    'warning',
    'D23 the service may believe it',
    mode('APPEND_FORWARD'),
    { forwardedFrom: 'none' },
  ],
  [
    'envoy-forwarded-header',
    'warning',
    'the header is taken away',
    ({ manager }) => drop(manager, 'forward_client_cert_details'),
  ],
  ['envoy-forwarded-header', 'failed', 'D23 hops are cut off', () => undefined, { trustedHops: 1 }],
  [
    'envoy-forwarded-header',
    'warning',
    'no name in it',
    ({ manager }) => drop(manager, 'set_current_client_cert_details'),
  ],
  [
    'envoy-forwarded-header',
    'unknown',
    'a matcher chooses',
    ({ manager }) => set(manager, 'forward_client_cert_matcher', {}),
  ],
  ['envoy-path', 'warning', 'A13 dot segments', ({ manager }) => drop(manager, 'normalize_path')],
  ['envoy-path', 'warning', 'A13 escaped slashes', ({ manager }) => drop(manager, 'path_with_escaped_slashes_action')],
  ['envoy-path', 'warning', 'A13 merged slashes', ({ manager }) => set(manager, 'merge_slashes', true)],
  [
    'envoy-stream-duration',
    'warning',
    'D-E10 streams without an end',
    ({ manager }) => drop(manager['common_http_protocol_options'], 'max_stream_duration'),
  ],
  ['envoy-client-certificate', 'warning', 'left to the default', ({ tls }) => drop(tls, 'require_client_certificate')],
  [
    'envoy-client-certificate',
    'warning',
    'left out, and a route needs it',
    ({ tls }) => set(tls, 'require_client_certificate', false),
    { routes: [CERTIFICATE_ROUTE] },
  ],
  [
    'envoy-client-certificate',
    'failed',
    'demanded, and not verified',
    ({ tls }) => drop(tls['common_tls_context'], 'validation_context'),
  ],
  ['envoy-client-certificate', 'warning', 'plaintext', ({ chain }) => drop(chain, 'transport_socket')],
  [
    'envoy-client-certificate',
    'failed',
    'plaintext, and a route needs it',
    ({ chain }) => drop(chain, 'transport_socket'),
    { routes: [CERTIFICATE_ROUTE] },
  ],
  [
    'envoy-trust-chain',
    'failed',
    'D8 ACCEPT_UNTRUSTED',
    ({ tls }) => set(contextOf(tls), 'trust_chain_verification', 'ACCEPT_UNTRUSTED'),
  ],
  ['envoy-trust-chain', 'failed', 'D8 nobody to believe', ({ tls }) => drop(contextOf(tls), 'trusted_ca')],
  ['envoy-trust-chain', 'unknown', 'a secret that is not in the file', bySecret],
  [
    'envoy-routes',
    'warning',
    'D-E6 a route is switched off',
    perRoute({ '@type': 'x.ExtAuthzPerRoute', disabled: true }),
  ],
  [
    'envoy-routes',
    'warning',
    'D-E6 switched off for any filter',
    perRoute({ '@type': 'x.FilterConfig', disabled: true }),
  ],
  [
    'envoy-routes',
    'warning',
    'D-E6 another service',
    perRoute({ '@type': 'x.ExtAuthzPerRoute', check_settings: { grpc_service: {} } }),
  ],
  [
    'envoy-routes',
    'unknown',
    'routes in a tree of matchers',
    ({ manager }) => set(manager['route_config'].virtual_hosts[0], 'matcher', {}),
  ],
  [
    'envoy-routes',
    'unknown',
    'routes by RDS',
    ({ manager }) => {
      drop(manager, 'route_config')
      set(manager, 'rds', { route_config_name: 'r' })
    },
  ],
]
