/** Metrics of what happens beside the checks: configuration, keys, revocations, components, overload. */
import { REVOCATION_KINDS, type RevocationKind } from '../check/revocation/revocation.ts'
import type { MetricSet } from './metric-set.ts'

type Outcome = 'success' | 'failure'

/** Of a worker process; `down` waits for its replacement. */
export const WORKER_STATES = ['starting', 'serving', 'draining', 'silent', 'down'] as const
export const WORKER_OUTCOMES = ['drained', 'died'] as const

interface ConfigView {
  /** Short hash of the configuration. */
  readonly hash: string
  readonly issuers: readonly string[]
  /** Configuration paths of the weakenings in force. */
  readonly insecureSettings: readonly string[]
}

export interface RuntimeMetrics {
  /** A configuration was taken up, the first one included; series of what it no longer has end. */
  configApplied(view: ConfigView): void
  /** A changed configuration was refused; the last good one goes on. */
  configRejected(): void
  issuerKeysRefreshed(issuer: string, outcome: Outcome): void
  /** The list as it stands now; `newestAgeMs` is how long its newest entry took to get here. */
  revocationsLoaded(counts: ReadonlyMap<RevocationKind, number>, newestAgeMs: number | undefined): void
  componentsChanged(components: ReadonlyMap<string, { readonly ready: boolean }>): void
  checkShed(): void
  storeDegraded(degraded: boolean): void
  /** What is asked for at each scrape. */
  watch(sources: {
    readonly checksInFlight: () => number
    readonly replayEntries: () => number
    readonly replayFenceMs: () => number
  }): void
  /** How the audit log stands, asked for at each scrape. */
  watchAudit(stats: () => { queued: number; dropped: number; problem: string | undefined }): void
}

export function makeRuntimeMetrics(
  metrics: MetricSet,
  build: { readonly version: string; readonly node: string },
  nowMs: () => number,
): RuntimeMetrics {
  const nowSeconds = (): number => nowMs() / 1000
  const reloads = metrics.scalars('config_reload_total')
  const lastReload = metrics.scalars('config_last_reload_success_timestamp_seconds').cell({})
  const hashes = metrics.scalars('config_hash_info')
  const insecure = metrics.scalars('insecure_setting_info')
  const refreshes = metrics.scalars('issuer_keys_refresh_total')
  const lastRefresh = metrics.scalars('issuer_keys_last_success_timestamp_seconds')
  const revocations = metrics.scalars('revocations')
  const revocationLag = metrics.scalars('revocation_lag_seconds').cell({})
  const revocationSync = metrics.scalars('revocation_last_sync_timestamp_seconds').cell({})
  const componentReady = metrics.scalars('component_ready')
  const shed = metrics.scalars('checks_shed_total').cell({})
  const degradedStore = metrics.scalars('store_degraded').cell({})

  metrics.scalars('build_info').cell(build).value = 1
  for (const name of ['checks_in_flight', 'replay_entries', 'replay_fence_timestamp_seconds'] as const) {
    metrics.scalars(name).cell({})
  }
  for (const name of ['audit_queue', 'audit_dropped_total', 'audit_failing'] as const) metrics.scalars(name).cell({})
  for (const outcome of ['success', 'failure']) reloads.cell({ outcome })
  for (const state of WORKER_STATES) metrics.scalars('workers').cell({ state })
  for (const outcome of WORKER_OUTCOMES) metrics.scalars('worker_exits_total').cell({ outcome })
  for (const kind of REVOCATION_KINDS) revocations.cell({ kind })

  return {
    configApplied({ hash, issuers, insecureSettings }) {
      reloads.cell({ outcome: 'success' }).value++
      lastReload.value = nowSeconds()
      hashes.keepOnly((labels) => labels.hash === hash)
      hashes.cell({ hash }).value = 1
      insecure.keepOnly(({ setting }) => insecureSettings.includes(setting))
      for (const setting of insecureSettings) insecure.cell({ setting }).value = 1
      refreshes.keepOnly(({ issuer }) => issuers.includes(issuer))
      lastRefresh.keepOnly(({ issuer }) => issuers.includes(issuer))
      for (const issuer of issuers) {
        lastRefresh.cell({ issuer })
        for (const outcome of ['success', 'failure']) refreshes.cell({ issuer, outcome })
      }
    },
    configRejected() {
      reloads.cell({ outcome: 'failure' }).value++
    },
    issuerKeysRefreshed(issuer, outcome) {
      refreshes.cell({ issuer, outcome }).value++
      if (outcome === 'success') lastRefresh.cell({ issuer }).value = nowSeconds()
    },
    revocationsLoaded(counts, newestAgeMs) {
      for (const kind of REVOCATION_KINDS) revocations.cell({ kind }).value = counts.get(kind) ?? 0
      if (newestAgeMs !== undefined) revocationLag.value = newestAgeMs / 1000
      revocationSync.value = nowSeconds()
    },
    componentsChanged(components) {
      componentReady.keepOnly(({ component }) => components.has(component))
      for (const [component, { ready }] of components) componentReady.cell({ component }).value = ready ? 1 : 0
    },
    checkShed() {
      shed.value++
    },
    storeDegraded(degraded) {
      degradedStore.value = degraded ? 1 : 0
    },
    watch({ checksInFlight, replayEntries, replayFenceMs }) {
      metrics.scalars('checks_in_flight').read({}, checksInFlight)
      metrics.scalars('replay_entries').read({}, replayEntries)
      metrics.scalars('replay_fence_timestamp_seconds').read({}, () => replayFenceMs() / 1000)
    },
    watchAudit(stats) {
      metrics.scalars('audit_queue').read({}, () => stats().queued)
      metrics.scalars('audit_dropped_total').read({}, () => stats().dropped)
      metrics.scalars('audit_failing').read({}, () => (stats().problem === undefined ? 0 : 1))
    },
  }
}
