/**
 * The composition root: one configuration → a server that starts, takes up changes, drains. Everything that has a state is made
 * here, once; nothing else knows all parts.
 */
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts'
import { makeReadiness } from '../admin/readiness.ts'
import { insecureSettings } from '../config/insecure.ts'
import type { LoadedConfig } from '../config/load.ts'
import { makePlans } from '../config/plans.ts'
import { redacted } from '../config/redacted.ts'
import type { Secrets } from '../config/secrets.ts'
import { makeDecisionLog } from '../observability/decision-log.ts'
import type { Logger } from '../observability/logger.ts'
import { makeMetricSet } from '../observability/metric-set.ts'
import { makePrometheusObserver } from '../observability/prometheus-observer.ts'
import { makeRuntimeMetrics } from '../observability/runtime-metrics.ts'
import { timeReplayStore } from '../observability/timed-replay-store.ts'
import { makeCheckHandler } from '../transport/authorization-service.ts'
import { type GrpcServer, startGrpcServer } from '../transport/grpc-server.ts'
import { makeDecider } from './decider.ts'
import { changesReplay, closeEngine, type Engine, makeEngine } from './engine.ts'
import { listenAddress, tcpAddress } from './listen.ts'
import { makeMemories } from './memories.ts'
import { makeObserver } from './observers.ts'
import type { Outside } from './outside.ts'
import { updateReadiness } from './readiness.ts'
import { readTlsFiles } from './tls-files.ts'

export interface AppOptions {
  readonly loaded: LoadedConfig
  readonly secrets: Secrets
  readonly log: Logger
  /** Lets `info` through: which decisions are logged is a choice of its own (`log.decisions`). */
  readonly decisionLogger: Logger
  readonly version: string
  readonly node: string
}

export interface App {
  /** Where gRPC is served: `host:port` or `unix:///path`. */
  readonly address: string
  readonly adminAddress: string
  /** Resolves once every key source was tried; until then the server answers, and denies what it cannot verify. */
  readonly warm: Promise<void>
  /** Takes up a configuration; resolves to what keeps it from being taken up, or undefined. */
  apply(loaded: LoadedConfig, secrets: Secrets): Promise<string | undefined>
  /** A changed configuration could not be read; the last good one stands. */
  rejected(detail: string): void
  /** Readiness ends, calls finish within `server.drainSeconds`, then everything closes. */
  drain(): Promise<void>
}

const READINESS_INTERVAL_MS = 500

/** Listens, or throws ListenError, AdminListenError, or the error of unusable TLS files. */
export async function startApp({ loaded, secrets, log, decisionLogger, version, node }: AppOptions): Promise<App> {
  const { server } = loaded.config
  const metricSet = makeMetricSet()
  const metrics = makeRuntimeMetrics(metricSet, { version, node }, Date.now)
  const decisionMetrics = makePrometheusObserver(metricSet)
  const readiness = makeReadiness(['config', 'replay_store'])
  readiness.onChange(() => metrics.componentsChanged(readiness.components()))
  let decisionLog = makeDecisionLog(decisionLogger, loaded.config.log.decisions)

  const startMs = Date.now()
  const memories = makeMemories(loaded.config.store.memory.maxProofs, startMs)
  const outside: Outside = {
    clock: { nowMs: Date.now },
    log,
    metrics,
    observer: makeObserver(decisionMetrics, () => decisionLog),
    memories,
    replay: timeReplayStore(memories.replay, 'memory', metricSet, () => performance.now()),
  }
  let engine = makeEngine(loaded, secrets, outside)
  await engine.revocations?.start()
  const refresh = (): void => updateReadiness(readiness, engine)

  function show(shown: Engine): void {
    const { config, hash } = shown.loaded
    const insecure = insecureSettings(config)
    decisionMetrics.setRoutes(makePlans(config).routes)
    metrics.configApplied({ hash, issuers: config.issuers.map(({ issuer }) => issuer), insecureSettings: insecure })
    readiness.set('config', { ready: true, detail: `configuration ${hash}` })
    refresh()
    for (const setting of insecure) log.warn('an insecure setting is in force', { setting })
  }

  const decider = makeDecider({
    deps: () => engine.deps,
    observer: outside.observer,
    onShed: metrics.checkShed,
    onFault: (error, decisionId) => log.error('a check failed', { decision_id: decisionId, error }),
  })
  const handler = makeCheckHandler({
    ...decider,
    clientSecret: () => engine.secrets.client?.reveal().toString(),
    maxConcurrentChecks: server.maxConcurrentChecks,
    deadlineMs: server.deadlineMs,
  })
  metrics.watch({
    checksInFlight: handler.inFlight,
    replayEntries: memories.replay.entries,
    replayFenceMs: () => memories.replay.fence('').proofsUntilMs,
  })
  show(engine)
  readiness.set('replay_store', { ready: true, detail: 'memory; the fence stands since the start' })

  const grpc: GrpcServer = await startGrpcServer({
    listen: listenAddress(server.listen),
    tls: await readTlsFiles(server.tls),
    check: handler.check,
    readiness,
  })
  const admin: AdminServer = await startAdminServer({
    listen: tcpAddress(loaded.config.admin.listen),
    metrics: metricSet.render,
    readiness,
    config: () => ({ hash: engine.loaded.hash, config: redacted(engine.loaded.config) }),
  }).catch(async (error: unknown) => {
    await grpc.drain(0)
    throw error
  })
  const timer = setInterval(refresh, READINESS_INTERVAL_MS).unref()
  const warm = engine.keys.start().then(refresh)

  return {
    address: grpc.address,
    adminAddress: admin.address,
    warm,
    async apply(next, nextSecrets) {
      const before = engine
      const made = makeEngine(next, nextSecrets, outside, before)
      if (made.revocations !== before.revocations) await made.revocations?.start()
      const problem = await whatHinders(made, before)
      if (problem !== undefined) {
        closeEngine(made, before)
        return problem
      }
      const tls = await readTlsFiles(next.config.server.tls)
      if (tls !== undefined) grpc.updateTls(tls)
      if (changesReplay(next.config, before.loaded.config)) memories.replay.raiseFence(Date.now())
      engine = made
      decisionLog.flush()
      decisionLog = makeDecisionLog(decisionLogger, next.config.log.decisions)
      closeEngine(before, made)
      show(made)
      return undefined
    },
    rejected(detail) {
      metrics.configRejected()
      readiness.set('config', { ready: true, detail: `${detail}; configuration ${engine.loaded.hash} stands` })
    },
    async drain() {
      readiness.set('shutdown', { ready: false, detail: 'draining' })
      await grpc.drain(engine.loaded.config.server.drainSeconds)
      clearInterval(timer)
      closeEngine(engine)
      decisionLog.flush()
      await admin.close()
    },
  }
}

/** New key sources are tried before they replace ones that serve: a change must not cut off an issuer. */
async function whatHinders(made: Engine, before: Engine): Promise<string | undefined> {
  if (made.keys === before.keys) return undefined
  await made.keys.start()
  const failing = made.keys.ready().find(({ ready }) => !ready)
  return failing === undefined ? undefined : `keys of issuer ${failing.issuer}: ${failing.detail}`
}
