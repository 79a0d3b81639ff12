/** The ext_authz filter of envoy/sidecar.yaml with one thing wrong. */
import type { CheckId } from '../../../src/doctor/catalogue.ts'
import type { EnvoyWishes } from '../../../src/doctor/facts.ts'
import type { Status } from '../../../src/doctor/finding.ts'
import { drop, hide, percent, set } from './envoy-changes.ts'
import { CERTIFICATE_ROUTE, type Change } from './envoy-world.ts'

export type WrongRow = readonly [CheckId, Exclude<Status, 'ok'>, string, Change, Partial<EnvoyWishes>?]

/** One field away from envoy/sidecar.yaml; nothing else may complain. */
export const WRONG_FILTER: readonly WrongRow[] = [
  [
    'envoy-failure-mode',
    'failed',
    'D-E1 opens when nobody answers',
    ({ authz }) => set(authz, 'failure_mode_allow', true),
  ],
  ['envoy-timeout', 'failed', 'D-E3 no timeout is said', ({ authz }) => drop(authz['grpc_service'], 'timeout')],
  [
    'envoy-timeout',
    'failed',
    'D-E3 as long as our deadline',
    ({ authz }) => set(authz['grpc_service'], 'timeout', '0.150s'),
  ],
  ['envoy-timeout', 'failed', 'D-E3 our deadline is longer', () => undefined, { deadlineMs: 300 }],
  ['envoy-timeout', 'warning', 'Istio’s 600 s', ({ authz }) => set(authz['grpc_service'], 'timeout', '600s')],
  ['envoy-timeout', 'warning', 'no limit at all', ({ authz }) => set(authz['grpc_service'], 'timeout', '0s')],
  ['envoy-service', 'failed', 'asks over HTTP', ({ authz }) => set(authz, 'http_service', { server_uri: {} })],
  ['envoy-service', 'failed', 'asks nobody', ({ authz }) => drop(authz, 'grpc_service')],
  ['envoy-service', 'failed', 'D-E1 another version', ({ authz }) => drop(authz, 'transport_api_version')],
  [
    'envoy-retries',
    'warning',
    'asks twice',
    ({ authz }) => set(authz['grpc_service'], 'retry_policy', { num_retries: 1 }),
  ],
  ['envoy-status', 'warning', 'the default 403', ({ authz }) => drop(authz, 'status_on_error')],
  ['envoy-secret', 'failed', 'no secret is sent', () => undefined, { clientSecret: true }],
  ['envoy-enabled', 'failed', 'D-E6 a part of the requests', ({ authz }) => set(authz, 'filter_enabled', percent(99))],
  [
    'envoy-enabled',
    'failed',
    'D-E6 none, in the defaults of proto3',
    ({ authz }) => set(authz, 'filter_enabled', { default_value: {} }),
  ],
  [
    'envoy-enabled',
    'warning',
    'the rest is denied',
    ({ authz }) => {
      set(authz, 'filter_enabled', percent(99))
      set(authz, 'deny_at_disable', { default_value: true, runtime_key: 'k' })
    },
  ],
  [
    'envoy-enabled',
    'unknown',
    'D-E6 the runtime decides',
    ({ authz }) => set(authz, 'filter_enabled', { ...percent(100), runtime_key: 'k' }),
  ],
  [
    'envoy-enabled',
    'warning',
    'D-E6 metadata decide',
    ({ authz }) => set(authz, 'filter_enabled_metadata', { filter: 'x' }),
  ],
  ['envoy-enabled', 'failed', 'D-E6 the filter is disabled', ({ slot }) => set(slot, 'disabled', true)],
  ['envoy-shadow', 'warning', 'shadow mode', ({ authz }) => set(authz, 'shadow_mode', true)],
  [
    'envoy-certificate',
    'warning',
    'D-E1 the header tells alone',
    ({ authz }) => drop(authz, 'include_peer_certificate'),
  ],
  [
    'envoy-certificate',
    'warning',
    'D-E1 nobody tells',
    ({ authz }) => drop(authz, 'include_peer_certificate'),
    { forwardedFrom: 'none' },
  ],
  [
    'envoy-certificate',
    'failed',
    'D-E1 nobody tells, and a route needs it',
    ({ authz }) => drop(authz, 'include_peer_certificate'),
    { forwardedFrom: 'none', routes: [CERTIFICATE_ROUTE] },
  ],
  ['envoy-raw-headers', 'warning', 'D-E1 joined headers', ({ authz }) => set(authz, 'encode_raw_headers', false)],
  ['envoy-headers', 'failed', 'D-E2 authorization is hidden', hide('authorization')],
  ['envoy-headers', 'failed', 'D-E2 dpop is hidden', hide('dpop')],
  ['envoy-headers', 'failed', 'D-E2 x-forwarded-client-cert is hidden', hide('x-forwarded-client-cert')],
  ['envoy-headers', 'warning', 'D-E2 traceparent is hidden', hide('traceparent')],
  ['envoy-headers', 'warning', 'D-E2 user-agent is hidden', hide('user-agent')],
  ['envoy-headers', 'warning', 'D-E2 origin is hidden, and preflights are answered', hide('origin')],
  ['envoy-headers', 'warning', 'D-E5 our own names are hidden', hide(undefined)],
  [
    'envoy-headers',
    'failed',
    'D-E2 the other list hides',
    ({ authz }) => set(authz, 'disallowed_headers', { patterns: [{ suffix: 'OP', ignore_case: true }] }),
  ],
  [
    'envoy-headers',
    'unknown',
    'D-E2 a regular expression decides',
    ({ authz }) => set(authz, 'disallowed_headers', { patterns: [{ safe_regex: { regex: 'd.*' } }] }),
  ],
  [
    'envoy-body',
    'warning',
    'bodies are sent',
    ({ authz }) => set(authz, 'with_request_body', { max_request_bytes: 1 }),
  ],
  ['envoy-mutations', 'warning', 'answers are not looked over', ({ authz }) => drop(authz, 'validate_mutations')],
  ['envoy-mutations', 'warning', 'no rules for changes', ({ authz }) => drop(authz, 'decoder_header_mutation_rules')],
  [
    'envoy-route-cache',
    'failed',
    'D-E6 the route is chosen anew',
    ({ authz }) => set(authz, 'clear_route_cache', true),
  ],
]
