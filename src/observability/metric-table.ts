/**
 * Every metric in one table: type, labels and help. Dashboards, alerts and the reference in docs/ are written against these
 * names; label values are closed sets, so that no request can make a series. With R reasons there are 2 R + 163 of them, and 14
 * for a route, R more where it observes, 3 for an issuer, 76 for a store, one for a component and for an insecure setting.
 */
interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper ends of the buckets, rising. */
  readonly edges?: readonly number[]
}

/** Dense where a decision lives; exact at 150 ms (our deadline), 200 ms (Envoy's default) and 250 ms. */
const DURATION_EDGES = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1,
] as const
/** Below zero: dated ahead of our clock. */
const AGE_EDGES = [-10, -5, -2, -1, 0, 1, 2, 5, 10, 30, 60, 120, 300] as const

export const METRICS = {
  decisions_total: row('counter', ['verdict', 'reason', 'mode'], 'Decisions by verdict, reason and mode of the route.'),
  decision_duration_seconds: row('histogram', ['verdict'], 'Time from facts to decision.', DURATION_EDGES),
  would_deny_total: row('counter', ['reason', 'route'], 'Refusals that the mode observe let pass.'),
  binding_total: row(
    'counter',
    ['binding', 'mode'],
    'Allowed requests by the bindings shown to hold; none is unbound.',
  ),
  class_total: row(
    'counter',
    ['class', 'route'],
    'Refusals, would-be ones included, by what they say about impersonation.',
  ),
  route_decisions_total: row('counter', ['route', 'verdict'], 'Decisions by route; (none) where no route was found.'),
  checks_in_flight: row('gauge', [], 'Decisions under way.'),
  checks_shed_total: row('counter', [], 'Checks denied because too many were in flight.'),
  store_operations_total: row('counter', ['store', 'operation', 'outcome'], 'Operations on the stores.'),
  store_operation_duration_seconds: row(
    'histogram',
    ['store', 'operation', 'outcome'],
    'Time that an operation on a store took.',
    DURATION_EDGES,
  ),
  replay_entries: row('gauge', [], 'Used proofs that the embedded memory holds.'),
  replay_fence_timestamp_seconds: row('gauge', [], 'Proofs dated before this need a fresh nonce.'),
  store_degraded: row('gauge', [], 'Whether the shared replay store is out of reach or refuses marks (1) or not (0).'),
  insecure_allows_total: row(
    'counter',
    ['choice'],
    'Requests let through without what an outage kept from being shown, by the insecure choice of the route.',
  ),
  token_cache_total: row('counter', ['outcome'], 'Lookups of verified tokens.'),
  proof_key_cache_total: row('counter', ['outcome'], 'Lookups of imported proof keys.'),
  issuer_keys_refresh_total: row('counter', ['issuer', 'outcome'], 'Attempts to read the keys of an issuer.'),
  issuer_keys_last_success_timestamp_seconds: row(
    'gauge',
    ['issuer'],
    'When the keys of an issuer were last read; 0 is never.',
  ),
  revocations: row('gauge', ['kind'], 'Entries of the revocation list.'),
  revocation_lag_seconds: row('gauge', [], 'Age of the newest revocation when it took hold here.'),
  revocation_last_sync_timestamp_seconds: row(
    'gauge',
    [],
    'When the revocation list was last known to be whole; 0 is never.',
  ),
  proof_age_seconds: row('histogram', [], 'Age of verified proofs; below zero they are dated ahead.', AGE_EDGES),
  config_reload_total: row('counter', ['outcome'], 'Attempts to take up a changed configuration.'),
  config_last_reload_success_timestamp_seconds: row('gauge', [], 'When a configuration was last taken up.'),
  config_hash_info: row('gauge', ['hash'], 'The running configuration, by a short hash.'),
  insecure_setting_info: row('gauge', ['setting'], 'An insecure setting that is in force.'),
  component_ready: row('gauge', ['component'], 'Whether a component is ready (1) or not (0).'),
  audit_queue: row('gauge', [], 'Records that wait to be written to the audit log.'),
  audit_dropped_total: row('counter', [], 'Records that the audit log could not keep.'),
  audit_failing: row('gauge', [], 'Whether the audit log cannot be written (1) or can (0); 0 without one.'),
  ledger_queue: row('gauge', [], 'Sessions and incidents that wait to be written to the ledger.'),
  ledger_dropped_total: row('counter', [], 'Uses of sessions and keys, and incidents, that the ledger could not keep.'),
  ledger_last_success_timestamp_seconds: row(
    'gauge',
    [],
    'When all that waited for the ledger was last written; 0 is never, and without a ledger.',
  ),
  incidents_total: row('counter', ['class', 'confidence'], 'Incidents; alike ones within a minute are one.'),
  containments_total: row('counter', ['revoke', 'outcome'], 'Attempts to cut off by itself what an incident proved.'),
  workers: row('gauge', ['state'], 'Worker processes by state; 0 with one process.'),
  worker_exits_total: row('counter', ['outcome'], 'Worker processes that ended; 0 with one process.'),
  build_info: row('gauge', ['version', 'node'], 'The running version.'),
} as const satisfies Record<string, MetricRow>

export type MetricName = keyof typeof METRICS

export const METRIC_PREFIX = 'holdfast_'

function row<const R extends MetricRow['type'], const L extends readonly string[]>(
  type: R,
  labels: L,
  help: string,
  edges: readonly number[] = [],
): { readonly type: R; readonly labels: L; readonly help: string; readonly edges: readonly number[] } {
  return { type, labels, help, edges }
}
