/** The processes and what they lean on: event loop, memory, store, keys, caches, configuration, workers. */
import type { DashboardWishes, Section } from './dashboard.ts'
import { RECORDS } from './records.ts'
import { ofProcess, own, ownHistogram, RATE } from './variables.ts'

const NODE: Section = {
  title: 'Process',
  panels: [
    {
      title: 'Event loop delay',
      description: 'How long turns of the event loop wait, by instance. Every check waits with them.',
      type: 'timeseries',
      unit: 's',
      width: 8,
      targets: [
        { expr: ofProcess('nodejs_eventloop_lag_p50_seconds'), legend: 'p50 {{instance}}' },
        { expr: ofProcess('nodejs_eventloop_lag_p99_seconds'), legend: 'p99 {{instance}}' },
      ],
      runbook: 'HoldfastEventLoopLag',
    },
    {
      title: 'Memory',
      description: 'Resident memory and the part of it that is the heap, by instance.',
      type: 'timeseries',
      unit: 'bytes',
      width: 8,
      targets: [
        { expr: ofProcess('process_resident_memory_bytes'), legend: 'resident {{instance}}' },
        { expr: ofProcess('nodejs_heap_size_total_bytes'), legend: 'heap {{instance}}' },
        { expr: ofProcess('nodejs_heap_size_used_bytes'), legend: 'heap in use {{instance}}' },
      ],
      runbook: 'HoldfastMemoryNearLimit',
    },
    {
      title: 'Garbage collection',
      description: 'Share of the time that goes into collecting garbage, by kind.',
      type: 'timeseries',
      unit: 'percentunit',
      width: 8,
      targets: [
        { expr: `sum by (kind) (rate(${ofProcess('nodejs_gc_duration_seconds_sum')}${RATE}))`, legend: '{{kind}}' },
      ],
      runbook: 'HoldfastMemoryNearLimit',
    },
    {
      title: 'Heap spaces',
      description: 'Memory in use in the spaces of the heap.',
      type: 'timeseries',
      unit: 'bytes',
      width: 8,
      stacked: true,
      targets: [{ expr: `sum by (space) (${ofProcess('nodejs_heap_space_size_used_bytes')})`, legend: '{{space}}' }],
    },
    {
      title: 'Processor',
      description: 'Cores in use, by instance and kind.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      targets: [
        { expr: `rate(${ofProcess('process_cpu_user_seconds_total')}${RATE})`, legend: 'user {{instance}}' },
        { expr: `rate(${ofProcess('process_cpu_system_seconds_total')}${RATE})`, legend: 'system {{instance}}' },
      ],
      runbook: 'HoldfastEventLoopLag',
    },
    {
      title: 'Open files and sockets',
      description: 'File descriptors in use, by instance.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      targets: [{ expr: ofProcess('process_open_fds'), legend: '{{instance}}' }],
    },
  ],
}

const STORE: Section = {
  title: 'Memory of used proofs',
  panels: [
    {
      title: 'Out of reach',
      description: 'Replicas that cannot mark every proof as used.',
      type: 'stat',
      unit: 'short',
      width: 4,
      height: 8,
      limit: 1,
      targets: [{ expr: `sum(${own('store_degraded')})`, legend: 'replicas' }],
      runbook: 'HoldfastReplayStoreDown',
    },
    {
      title: 'Fence',
      description:
        'Proofs dated before this moment need a fresh nonce. It rises with a start and when memory was lost.',
      type: 'stat',
      unit: 'dateTimeFromNow',
      width: 4,
      height: 8,
      targets: [{ expr: `max(${own('replay_fence_timestamp_seconds')}) * 1000`, legend: 'fence' }],
      runbook: 'HoldfastFenceRaised',
    },
    {
      title: 'Time of a mark',
      description: 'Quantiles of the time that marking a proof takes. Above commandTimeoutMs it counts as an outage.',
      type: 'timeseries',
      unit: 's',
      width: 8,
      targets: [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (store, le) (rate(${ownHistogram('store_operation_duration_seconds', 'bucket')}${RATE})))`,
        legend: `p${quantile * 100} {{store}}`,
      })),
      runbook: 'HoldfastReplayStoreSlow',
    },
    {
      title: 'Marks that failed, and memory found lost',
      description: 'Marks a second that could not be made, or that found the memory changed.',
      type: 'timeseries',
      unit: 'ops',
      width: 8,
      targets: [
        {
          expr: `sum by (outcome) (rate(${own('store_operations_total', 'outcome=~"unavailable|fenced"')}${RATE}))`,
          legend: '{{outcome}}',
        },
      ],
      runbook: 'HoldfastReplayStoreDegraded',
    },
    {
      title: 'Used proofs held',
      description: 'Used proofs in the embedded memory, or in the stand-in of insecureMemory.',
      type: 'timeseries',
      unit: 'short',
      width: 12,
      targets: [{ expr: own('replay_entries'), legend: '{{instance}}' }],
      runbook: 'HoldfastReplayStoreDegraded',
    },
    {
      title: 'Hits of the caches',
      description: 'Share of the lookups that found a verified token, or an imported key.',
      type: 'timeseries',
      unit: 'percentunit',
      width: 12,
      max: 1,
      targets: [
        {
          expr: `sum(rate(${own('token_cache_total', 'outcome="hit"')}${RATE})) / sum(rate(${own('token_cache_total')}${RATE}))`,
          legend: 'tokens',
        },
        {
          expr: `sum(rate(${own('proof_key_cache_total', 'outcome="hit"')}${RATE})) / sum(rate(${own('proof_key_cache_total')}${RATE}))`,
          legend: 'proof keys',
        },
      ],
    },
  ],
}

const SOURCES: Section = {
  title: 'Keys, configuration, components',
  panels: [
    {
      title: 'Readings of key sets',
      description: 'Attempts a minute to read the keys of issuers, by issuer and outcome.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      targets: [
        {
          expr: `60 * sum by (issuer, outcome) (rate(${own('issuer_keys_refresh_total')}${RATE}))`,
          legend: '{{issuer}} {{outcome}}',
        },
      ],
      runbook: 'HoldfastIssuerKeysStale',
    },
    {
      title: 'Age of key sets',
      description: 'Time since the keys of an issuer were read. A set in a file is read again when it changes.',
      type: 'table',
      unit: 's',
      width: 8,
      decimals: 0,
      columns: { issuer: 'Issuer', instance: 'Instance', Value: 'Age' },
      targets: [
        { expr: `time() - ${own('issuer_keys_last_success_timestamp_seconds')}`, legend: '{{issuer}} {{instance}}' },
      ],
      runbook: 'HoldfastIssuerKeysStale',
    },
    {
      title: 'Reloads',
      description:
        'Attempts a minute to take up a changed configuration, by outcome. A faulty one is tried again and again.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      targets: [{ expr: `60 * sum by (outcome) (rate(${own('config_reload_total')}${RATE}))`, legend: '{{outcome}}' }],
      runbook: 'HoldfastConfigReloadFailed',
    },
    {
      title: 'Versions and configurations',
      description: 'What runs: version, Node and the hash of the configuration, with the number of instances.',
      type: 'table',
      unit: 'short',
      width: 8,
      columns: { version: 'Version', node: 'Node', hash: 'Configuration', Value: 'Instances' },
      targets: [
        {
          expr: `count by (version, node, hash) (${own('build_info')} * on (namespace, job, instance) group_right (version, node) ${own('config_hash_info')})`,
          legend: '{{version}} {{hash}}',
        },
      ],
    },
    {
      title: 'Components',
      description: 'Instances at which each component is ready, and at which it is not.',
      type: 'table',
      unit: 'short',
      width: 8,
      columns: { component: 'Component', state: 'State', Value: 'Instances' },
      targets: [
        {
          expr: `label_replace(count by (component) (${own('component_ready')} == 1), "state", "ready", "", "") or label_replace(count by (component) (${own('component_ready')} == 0), "state", "not ready", "", "")`,
          legend: '{{component}} {{state}}',
        },
      ],
      runbook: 'HoldfastNotReady',
    },
    {
      title: 'Workers',
      description: 'Worker processes by state; there are none with server.workers: 1.',
      type: 'bargauge',
      unit: 'short',
      width: 4,
      targets: [{ expr: `sum by (state) (${own('workers')})`, legend: '{{state}}' }],
      runbook: 'HoldfastWorkersMissing',
    },
    {
      title: 'Workers that ended',
      description: 'Ends of workers a minute: drained is ordinary, died is not. There are none with server.workers: 1.',
      type: 'timeseries',
      unit: 'short',
      width: 4,
      targets: [{ expr: `60 * sum by (outcome) (rate(${own('worker_exits_total')}${RATE}))`, legend: '{{outcome}}' }],
      runbook: 'HoldfastWorkersDying',
    },
  ],
}

export const RUNTIME: DashboardWishes = {
  uid: 'holdfast-runtime',
  title: 'Holdfast / Runtime',
  description:
    'The processes of Holdfast and what they lean on: event loop, memory, store, keys, caches, configuration.',
  sections: [NODE, STORE, RECORDS, SOURCES],
}
