import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  CONTAINMENT_KINDS,
  CONTAINMENT_OUTCOMES,
  type ContainmentKind,
  type ContainmentOutcome,
} from '../../../src/app/ledger/containment.ts'
import { REASON_NAMES, REASONS } from '../../../src/check/reasons.ts'
import { refusal } from '../../../src/check/refusal.ts'
import { REVOCATION_KINDS } from '../../../src/check/revocation/revocation.ts'
import type { Mode } from '../../../src/check/route-plan.ts'
import { INCIDENT_CLASSES, type IncidentClass } from '../../../src/ledger/incident.ts'
import { type LedgerMetrics, makeLedgerMetrics } from '../../../src/observability/ledger-metrics.ts'
import { type MetricSet, makeMetricSet } from '../../../src/observability/metric-set.ts'
import { METRIC_PREFIX, METRICS } from '../../../src/observability/metric-table.ts'
import { makePrometheusObserver, type PrometheusObserver } from '../../../src/observability/prometheus-observer.ts'
import { makeRuntimeMetrics, type RuntimeMetrics } from '../../../src/observability/runtime-metrics.ts'
import { timeReplayStore } from '../../../src/observability/timed-replay-store.ts'
import { routePlan } from '../../support/check-world.ts'
import { decision, event, TOKEN } from '../../support/decisions.ts'
import { findPromtool } from '../../support/promtool.ts'

const FENCE = { proofsUntilMs: 0, noncesUntilMs: 0, epoch: '' }

const NOW_MS = 1_800_000_000_500

let set: MetricSet
let observer: PrometheusObserver
let runtime: RuntimeMetrics
let ledger: LedgerMetrics<IncidentClass, ContainmentKind, ContainmentOutcome>

const LABELS = { classes: INCIDENT_CLASSES, revokes: CONTAINMENT_KINDS, outcomes: CONTAINMENT_OUTCOMES }

beforeEach(() => {
  set = makeMetricSet()
  observer = makePrometheusObserver(set)
  runtime = makeRuntimeMetrics(set, { version: '1.2.3', node: 'v24.0.0' }, () => NOW_MS)
  ledger = makeLedgerMetrics(set, LABELS)
})

/** Value by series, of our own metrics only. */
async function scrape(): Promise<Map<string, number>> {
  const { body } = await set.render()
  const lines = body.split('\n').filter((line) => line.startsWith(METRIC_PREFIX))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(METRIC_PREFIX.length, space), Number(line.slice(space + 1))]
    }),
  )
}

/** Series that are not 0. */
async function counted(prefix: string): Promise<Record<string, number>> {
  const series = [...(await scrape())].filter(([name, value]) => name.startsWith(prefix) && value !== 0)
  return Object.fromEntries(series)
}

function routes(...modes: readonly Mode[]): { name: string; mode: Mode }[] {
  return modes.map((mode, i) => ({ name: `r${i}`, mode }))
}

describe('metrics of decisions', () => {
  it('counts a clean allow by verdict, reason, mode, route and binding', async () => {
    observer.setRoutes([{ name: 'payments', mode: 'enforce' }])
    observer.decided(event(decision(undefined, { token: TOKEN, held: ['workload', 'dpop'], proofAgeSeconds: 1.5 })))
    expect(await counted('decisions_total')).toEqual({
      'decisions_total{verdict="allow",reason="ok",mode="enforce"}': 1,
    })
    expect(await counted('route_decisions_total')).toEqual({
      'route_decisions_total{route="payments",verdict="allow"}': 1,
    })
    expect(await counted('binding_total')).toEqual({ 'binding_total{binding="dpop,workload",mode="enforce"}': 1 })
    expect(await counted('class_total')).toEqual({})
    expect(await counted('decision_duration_seconds_sum')).toEqual({
      'decision_duration_seconds_sum{verdict="allow"}': 0.00123456,
    })
    expect(await counted('proof_age_seconds_sum')).toEqual({ proof_age_seconds_sum: 1.5 })
  })

  it('counts a denial by its class too, and not as traffic that is bound', async () => {
    observer.setRoutes([{ name: 'payments', mode: 'enforce' }])
    observer.decided(event(decision(refusal('proof_replayed', 'used before'), { held: ['dpop'] })))
    expect(await counted('decisions_total')).toEqual({
      'decisions_total{verdict="deny",reason="proof_replayed",mode="enforce"}': 1,
    })
    expect(await counted('class_total')).toEqual({ 'class_total{class="replayed",route="payments"}': 1 })
    expect(await counted('binding_total')).toEqual({})
    expect(await counted('would_deny_total')).toEqual({})
  })

  it('counts what observe let pass as allowed, and as would-deny', async () => {
    observer.setRoutes([{ name: 'payments', mode: 'observe' }])
    observer.decided(event(decision(refusal('token_unbound', 'plain'), { mode: 'observe', token: TOKEN })))
    expect(await counted('decisions_total')).toEqual({
      'decisions_total{verdict="allow",reason="token_unbound",mode="observe"}': 1,
    })
    expect(await counted('would_deny_total')).toEqual({
      'would_deny_total{reason="token_unbound",route="payments"}': 1,
    })
    expect(await counted('class_total')).toEqual({ 'class_total{class="unbound",route="payments"}': 1 })
    expect(await counted('binding_total')).toEqual({ 'binding_total{binding="none",mode="observe"}': 1 })
  })

  it('counts what found no route, and a route that a reload took away, as (none)', async () => {
    observer.setRoutes(routes('enforce'))
    observer.decided(event(decision(refusal('route_unknown', 'none'), { route: undefined })))
    observer.decided(event(decision(undefined, { route: routePlan({ name: 'gone' }) })))
    expect(await counted('route_decisions_total')).toEqual({
      'route_decisions_total{route="(none)",verdict="deny"}': 1,
      'route_decisions_total{route="(none)",verdict="allow"}': 1,
    })
  })

  it('survives a decision that a change of mode overtook', async () => {
    observer.setRoutes([{ name: 'payments', mode: 'enforce' }])
    observer.decided(event(decision(refusal('token_unbound', 'plain'), { mode: 'observe' })))
    expect(await counted('would_deny_total')).toEqual({})
    expect(await counted('class_total')).toEqual({ 'class_total{class="unbound",route="payments"}': 1 })
  })

  it('counts lookups of the caches', async () => {
    observer.cacheUsed('token', 'hit')
    observer.cacheUsed('proof_key', 'miss')
    expect(await counted('token_cache_total')).toEqual({ 'token_cache_total{outcome="hit"}': 1 })
    expect(await counted('proof_key_cache_total')).toEqual({ 'proof_key_cache_total{outcome="miss"}': 1 })
  })

  it('keeps the counts of routes that stay over a reload, and ends those of routes that went', async () => {
    observer.setRoutes(routes('enforce', 'observe'))
    const denied = refusal('revoked', 'x')
    observer.decided(event(decision(denied, { route: routePlan({ name: 'r0' }) })))
    observer.decided(event(decision(denied, { route: routePlan({ name: 'r1', mode: 'observe' }) })))
    observer.setRoutes([{ name: 'r0', mode: 'enforce' }])
    expect(await counted('class_total')).toEqual({ 'class_total{class="revoked",route="r0"}': 1 })
    const series = [...(await scrape()).keys()]
    expect(series.filter((name) => name.includes('route="r1"'))).toEqual([])
    expect(series.filter((name) => name.startsWith('would_deny_total'))).toEqual([])
  })
})

describe('metrics beside the checks', () => {
  it('tells configuration, build, and what is insecure', async () => {
    runtime.configApplied({ hash: 'aaaa', issuers: [], insecureSettings: ['routes[0].binding.insecureBearer'] })
    runtime.configRejected()
    const series = await scrape()
    expect(series.get('config_reload_total{outcome="success"}')).toBe(1)
    expect(series.get('config_reload_total{outcome="failure"}')).toBe(1)
    expect(series.get('config_last_reload_success_timestamp_seconds')).toBe(NOW_MS / 1000)
    expect(series.get('config_hash_info{hash="aaaa"}')).toBe(1)
    expect(series.get('insecure_setting_info{setting="routes[0].binding.insecureBearer"}')).toBe(1)
    expect(series.get('build_info{version="1.2.3",node="v24.0.0"}')).toBe(1)
  })

  it('ends what a reload took away: hash, settings, issuers', async () => {
    runtime.configApplied({ hash: 'aaaa', issuers: ['https://a', 'https://b'], insecureSettings: ['x', 'y'] })
    runtime.issuerKeysRefreshed('https://b', 'failure')
    runtime.configApplied({ hash: 'bbbb', issuers: ['https://b'], insecureSettings: ['y'] })
    const series = [...(await scrape()).keys()]
    expect(series.filter((name) => name.startsWith('config_hash_info'))).toEqual(['config_hash_info{hash="bbbb"}'])
    expect(series.filter((name) => name.startsWith('insecure_setting'))).toEqual(['insecure_setting_info{setting="y"}'])
    expect(series.filter((name) => name.includes('https://a'))).toEqual([])
    expect(await counted('issuer_keys_refresh_total')).toEqual({
      'issuer_keys_refresh_total{issuer="https://b",outcome="failure"}': 1,
    })
  })

  it('tells when the keys of an issuer were last read', async () => {
    runtime.configApplied({ hash: 'a', issuers: ['https://a', 'https://b'], insecureSettings: [] })
    runtime.issuerKeysRefreshed('https://a', 'success')
    runtime.issuerKeysRefreshed('https://b', 'failure')
    const series = await scrape()
    expect(series.get('issuer_keys_last_success_timestamp_seconds{issuer="https://a"}')).toBe(NOW_MS / 1000)
    expect(series.get('issuer_keys_last_success_timestamp_seconds{issuer="https://b"}')).toBe(0)
    expect(series.get('issuer_keys_refresh_total{issuer="https://a",outcome="failure"}')).toBe(0)
  })

  it('tells the revocation list as it stands', async () => {
    runtime.revocationsLoaded(new Map([['key', 3]]), 1_500)
    runtime.revocationsLoaded(new Map([['token', 2]]), undefined)
    const series = await scrape()
    expect(series.get('revocations{kind="key"}')).toBe(0)
    expect(series.get('revocations{kind="token"}')).toBe(2)
    expect(series.get('revocation_lag_seconds')).toBe(1.5)
    expect(series.get('revocation_last_sync_timestamp_seconds')).toBe(NOW_MS / 1000)
  })

  it('follows the components', async () => {
    runtime.componentsChanged(
      new Map([
        ['config', { ready: true }],
        ['store', { ready: false }],
      ]),
    )
    expect((await scrape()).get('component_ready{component="store"}')).toBe(0)
    runtime.componentsChanged(new Map([['config', { ready: true }]]))
    const series = [...(await scrape())].filter(([name]) => name.startsWith('component_ready'))
    expect(series).toEqual([['component_ready{component="config"}', 1]])
  })

  it('asks for load and memory at each scrape', async () => {
    runtime.watch({ checksInFlight: () => 3, replayEntries: () => 4, replayFenceMs: () => 5_000 })
    runtime.checkShed()
    runtime.storeDegraded(true)
    const series = await scrape()
    expect(series.get('checks_in_flight')).toBe(3)
    expect(series.get('replay_entries')).toBe(4)
    expect(series.get('replay_fence_timestamp_seconds')).toBe(5)
    expect(series.get('checks_shed_total')).toBe(1)
    expect(series.get('store_degraded')).toBe(1)
    runtime.storeDegraded(false)
    expect((await scrape()).get('store_degraded')).toBe(0)
  })
})

describe('metrics of the ledger', () => {
  it('counts incidents and containments, and asks how it stands at each scrape', async () => {
    let queued = 3
    ledger.watch(() => ({ queued, dropped: 4, lastSuccessMs: 5_500 }))
    ledger.incident('stolen', 'proven')
    ledger.containment('session', 'braked')
    expect(await counted('ledger')).toEqual({
      ledger_queue: 3,
      ledger_dropped_total: 4,
      ledger_last_success_timestamp_seconds: 5.5,
    })
    queued = 0
    expect((await scrape()).get('ledger_queue')).toBe(0)
    expect(await counted('incidents_total')).toEqual({ 'incidents_total{class="stolen",confidence="proven"}': 1 })
    expect(await counted('containments_total')).toEqual({ 'containments_total{revoke="session",outcome="braked"}': 1 })
  })
})

/** All there can be, from the start: routes by mode, two issuers, one store, one component, one insecure setting. */
function configureAll(...modes: readonly Mode[]): void {
  observer.setRoutes(routes(...modes))
  runtime.configApplied({ hash: 'a', issuers: ['https://a', 'https://b'], insecureSettings: ['x'] })
  runtime.componentsChanged(new Map([['config', { ready: true }]]))
  timeReplayStore(
    { markFirstUse: () => ({ kind: 'first' }), fence: () => FENCE, disown: () => 0 },
    'memory',
    set,
    () => 0,
  )
}

/**
 * The published ceiling of our own series (docs): for routes, those of them that observe, issuers, stores, components and
 * insecure settings.
 */
function ceiling(n: { routes: number; observing: number; issuers: number; stores: number; more: number }): number {
  const reasons = REASON_NAMES.length
  return 2 * reasons + 163 + 14 * n.routes + reasons * n.observing + 3 * n.issuers + 76 * n.stores + n.more
}

describe('the number of series', () => {
  it.each([
    [[], 0],
    [['enforce'], 0],
    [['enforce', 'observe', 'off'], 1],
    [Array(200).fill('observe'), 200],
  ] as [Mode[], number][])(
    'for routes %j is the published one, and no decision adds to it',
    async (modes, observing) => {
      configureAll(...modes)
      const before = [...(await scrape()).keys()]
      expect(before).toHaveLength(ceiling({ routes: modes.length, observing, issuers: 2, stores: 1, more: 2 }))
      for (const reason of REASON_NAMES) {
        for (const mode of ['enforce', 'observe'] as const) {
          observer.decided(event(decision(refusal(reason, 'x'), { mode, held: ['certificate'] })))
        }
      }
      for (const mode of ['enforce', 'observe', 'off'] as const) observer.decided(event(decision(undefined, { mode })))
      expect([...(await scrape()).keys()]).toEqual(before)
    },
  )

  it('has every metric of the table, every reason, class and kind at 0 from the start', async () => {
    configureAll('observe')
    const series = [...(await scrape()).keys()]
    for (const name of Object.keys(METRICS)) {
      expect(
        series.some((one) => one.split('{')[0]?.replace(/_(bucket|sum|count)$/, '') === name),
        name,
      ).toBe(true)
    }
    for (const reason of REASON_NAMES) {
      expect(series).toContain(`decisions_total{verdict="deny",reason="${reason}",mode="enforce"}`)
      expect(series).toContain(`would_deny_total{reason="${reason}",route="r0"}`)
      expect(series).toContain(`class_total{class="${REASONS[reason].class}",route="r0"}`)
    }
    for (const kind of REVOCATION_KINDS) expect(series).toContain(`revocations{kind="${kind}"}`)
  })
})

describe('the exposition', () => {
  it('is in Prometheus text format, with the process beside our own', async () => {
    const { contentType, body } = await set.render()
    expect(contentType).toContain('text/plain; version=0.0.4')
    expect(body).toContain('process_cpu_user_seconds_total ')
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds ')
  })

  const promtool = findPromtool()
  it.runIf(promtool !== undefined)('is clean by promtool', async () => {
    configureAll('enforce', 'observe')
    const { body } = await set.render()
    const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], {
      input: body,
      encoding: 'utf8',
    })
    expect([status, stdout, stderr]).toEqual([0, '', ''])
  })
})
