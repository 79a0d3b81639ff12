/** Changes of envoy/sidecar.yaml, each of one thing, and what the doctor must make of it. */
import type { CheckId } from '../../../src/doctor/catalogue.ts'
import type { EnvoyWishes } from '../../../src/doctor/facts.ts'
import type { Status } from '../../../src/doctor/finding.ts'
import { WRONG_AROUND } from './envoy-cases-around.ts'
import { WRONG_FILTER } from './envoy-cases-filter.ts'
import { bySecret, drop, mode, perRoute, set, tlsTo } from './envoy-changes.ts'
import type { Change } from './envoy-world.ts'

export interface EnvoyCase {
  readonly id: CheckId
  readonly status: Status
  readonly title: string
  readonly change: Change
  readonly wishes: Partial<EnvoyWishes>
}

type RightRow = readonly [CheckId, string, Change, Partial<EnvoyWishes>?]

/** The same thing said in another way that Envoy takes. */
const RIGHT_ROWS: readonly RightRow[] = [
  ['envoy-failure-mode', 'left out, as a dump does', ({ authz }) => drop(authz, 'failure_mode_allow')],
  ['envoy-status', 'the code as a number', ({ authz }) => set(authz, 'status_on_error', { code: 503 })],
  ['envoy-headers', 'all are shown', ({ authz }) => drop(authz, 'allowed_headers')],
  [
    'envoy-enabled',
    'all, in parts of a million',
    ({ authz }) => set(authz, 'filter_enabled', { default_value: { numerator: 1_000_000, denominator: 2 } }),
  ],
  ['envoy-cluster-way', 'mutual TLS to another host', tlsTo({ validation_context: {}, tls_certificates: [{}] })],
  [
    'envoy-cluster-health',
    'no panic, as a dump says it',
    ({ cluster }) => set(cluster['common_lb_config'], 'healthy_panic_threshold', {}),
  ],
  ['envoy-forwarded-header', 'D23 an appending mesh', mode('APPEND_FORWARD')],
  [
    'envoy-forwarded-header',
    'the default, where nobody reads the header',
    ({ manager }) => drop(manager, 'forward_client_cert_details'),
    { forwardedFrom: 'none' },
  ],
  ['envoy-client-certificate', 'left out on purpose', ({ tls }) => set(tls, 'require_client_certificate', false)],
  [
    'envoy-client-certificate',
    'none is asked for, and none needed',
    ({ tls }) => {
      drop(tls, 'require_client_certificate')
      drop(tls['common_tls_context'], 'validation_context')
    },
  ],
  [
    'envoy-secret',
    'the secret is sent',
    ({ authz }) => set(authz['grpc_service'], 'initial_metadata', [{ key: 'x-holdfast-client-secret', value: 's' }]),
    { clientSecret: true },
  ],
  [
    'envoy-routes',
    'the name of a route of ours',
    perRoute({ '@type': 'x.ExtAuthzPerRoute', check_settings: { context_extensions: { holdfast_route: 'a' } } }),
  ],
  [
    'envoy-trust-chain',
    'the secret is in the file',
    (parts) => {
      bySecret(parts)
      parts.whole['static_resources'].secrets = [
        { name: 'ROOTCA', validation_context: { trusted_ca: { filename: 'ca' } } },
      ]
    },
  ],
]

/** Nothing else may complain. */
export const WRONG: readonly EnvoyCase[] = [...WRONG_FILTER, ...WRONG_AROUND].map(
  ([id, status, title, change, wishes = {}]) => ({
    id,
    status,
    title,
    change,
    wishes,
  }),
)

export const RIGHT: readonly EnvoyCase[] = RIGHT_ROWS.map(([id, title, change, wishes = {}]) => ({
  id,
  status: 'ok',
  title,
  change,
  wishes,
}))
