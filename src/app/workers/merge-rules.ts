/**
 * How a gauge of several workers becomes one number. Counters and histograms add up; a gauge adds up where it counts what a
 * worker holds, and is the worst of all where it tells how things stand. Closed: a test holds it against every gauge that is
 * exposed.
 */
import { METRIC_PREFIX, type METRICS } from '../../observability/metric-table.ts'

/** `first`: that of the supervisor where it has one. */
export type MergeRule = 'sum' | 'max' | 'min' | 'first'

type GaugeName = {
  [N in keyof typeof METRICS]: (typeof METRICS)[N]['type'] extends 'gauge' ? N : never
}[keyof typeof METRICS]

const OURS: Readonly<Record<GaugeName, MergeRule>> = {
  checks_in_flight: 'sum',
  replay_entries: 'sum',
  replay_fence_timestamp_seconds: 'max',
  store_degraded: 'max',
  // 0 is never: the worker that never succeeded is the worst.
  issuer_keys_last_success_timestamp_seconds: 'min',
  // Each worker has a copy of the same list.
  revocations: 'max',
  revocation_lag_seconds: 'max',
  revocation_last_sync_timestamp_seconds: 'min',
  config_last_reload_success_timestamp_seconds: 'min',
  // Series that say which: while a change is taken up, the old hash and the new one.
  config_hash_info: 'max',
  insecure_setting_info: 'max',
  build_info: 'max',
  component_ready: 'min',
  audit_queue: 'sum',
  audit_failing: 'max',
  ledger_queue: 'sum',
  ledger_last_success_timestamp_seconds: 'min',
  // Only the supervisor has these.
  workers: 'first',
}

/** Of prom-client, which has no closed type for them. What the host gives to all processes together adds up. */
const OF_THE_PROCESS: Readonly<Record<string, MergeRule>> = {
  process_start_time_seconds: 'first',
  process_resident_memory_bytes: 'sum',
  process_virtual_memory_bytes: 'sum',
  process_heap_bytes: 'sum',
  process_open_fds: 'sum',
  // A limit of each process, not of all.
  process_max_fds: 'min',
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_min_seconds: 'max',
  nodejs_eventloop_lag_max_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
  nodejs_active_resources: 'sum',
  nodejs_active_handles: 'sum',
  nodejs_active_requests: 'sum',
  nodejs_heap_size_total_bytes: 'sum',
  nodejs_heap_size_used_bytes: 'sum',
  nodejs_external_memory_bytes: 'sum',
  nodejs_heap_space_size_total_bytes: 'sum',
  nodejs_heap_space_size_used_bytes: 'sum',
  nodejs_heap_space_size_available_bytes: 'sum',
  nodejs_version_info: 'first',
}

/** By full name. */
export const GAUGE_RULES: ReadonlyMap<string, MergeRule> = new Map([
  ...Object.entries(OURS).map(([name, rule]) => [`${METRIC_PREFIX}${name}`, rule] as const),
  ...Object.entries(OF_THE_PROCESS),
])
