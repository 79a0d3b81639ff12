/**
 * The composition root: one configuration → a server that starts, takes up changes, drains. Everything that has a state is made
 * here, once; nothing else knows all parts.
 */
import type { AdminServer } from '../admin/admin-server.ts'
import { makeReadiness, type ReadinessMap } from '../admin/readiness.ts'
import type { LoadedConfig } from '../config/load.ts'
import { redacted } from '../config/redacted.ts'
import type { Secrets } from '../config/secrets.ts'
import type { MetricSet } from '../observability/metric-set.ts'
import { timeReplayStore } from '../observability/timed-replay-store.ts'
import { makeCheckHandler } from '../transport/authorization-service.ts'
import { startGrpcServer } from '../transport/grpc-server.ts'
import { alsoTold } from './also-told.ts'
import { openAuditLog } from './audit-log.ts'
import { makeDecider } from './decider.ts'
import { changesReplay, closeEngine, type Engine, longestSkewMs, makeEngine } from './engine.ts'
import { ledgerNames } from './ledger/ledger-names.ts'
import { openLedger } from './ledger/open-ledger.ts'
import { openConsole } from './ledger/serve-console.ts'
import { listenAddress } from './listen.ts'
import { makeLiveSessions } from './live-sessions.ts'
import { makeMemories } from './memories.ts'
import { type OperatorPagesShown, openOperatorPages } from './operators.ts'
import type { Outside } from './outside.ts'
import { sharedState, updateReadiness } from './readiness.ts'
import { openReplayMemory } from './replay-memory.ts'
import { makeRevocationTally } from './revocation-tally.ts'
import { openSharedRevocations } from './shared-revocations.ts'
import { makeTelemetry, type TelemetryOptions } from './telemetry.ts'
import { readTlsFiles } from './tls-files.ts'

export interface AppOptions extends TelemetryOptions {
  readonly loaded: LoadedConfig
  readonly secrets: Secrets
  /** Shows operators the state of this process; the admin server unless given. */
  readonly startAdmin?: (pages: OperatorPages) => Promise<AdminServer>
}

/** What operators may see: for the admin server, or for the supervisor of several workers. */
export interface OperatorPages extends OperatorPagesShown {
  readonly families: MetricSet['families']
  readonly readiness: ReadinessMap
  /** The configuration in force. */
  readonly loaded: () => LoadedConfig
}

export interface App {
  /** Where gRPC is served: `host:port` or `unix:///path`. */
  readonly address: string
  readonly adminAddress: string
  /** Resolves once every key source was tried; until then the server answers, and denies what it cannot verify. */
  readonly warm: Promise<void>
  /** Takes up a configuration; resolves to what keeps it from being taken up, or undefined. */
  apply(loaded: LoadedConfig, secrets: Secrets): Promise<string | undefined>
  /** A changed configuration could not be taken up; the last good one stands. */
  rejected(detail: string): void
  /** Readiness ends, calls finish within `server.drainSeconds`, then everything closes. */
  drain(): Promise<void>
}

const READINESS_INTERVAL_MS = 500

/** Listens, or throws ListenError, AdminListenError, or the error of unusable TLS files. */
export async function startApp(options: AppOptions): Promise<App> {
  const { loaded, secrets } = options
  const { server, admin: adminConfig } = loaded.config
  const telemetry = await makeTelemetry(options, loaded.config)
  const { log, metrics, metricSet } = telemetry
  const memories = makeMemories()
  const names = ledgerNames(loaded.config, secrets, memories.nonceSecret)
  const { subject } = names
  const audit = await openAuditLog(loaded.config, secrets, { log, metrics, version: options.version, subject })
  const ledger = await openLedger(loaded.config, secrets, {
    names,
    log,
    events: {
      ...telemetry.ledger,
      incident(incident) {
        telemetry.ledger.incident(incident)
        audit?.incident(incident)
      },
    },
    nowMs: Date.now,
  })
  const observer = alsoTold(telemetry.observer, audit, ledger)
  const readiness = makeReadiness(['config', 'replay_store'])
  readiness.onChange(() => metrics.componentsChanged(readiness.components()))

  const replayMemory = await openReplayMemory(loaded.config, secrets, log, metrics.storeDegraded)
  const replay = timeReplayStore(replayMemory.store, replayMemory.kind, metricSet, () => performance.now())
  const revocationTally = makeRevocationTally(metrics)
  const liveSessions = makeLiveSessions(Date.now)
  const { reachOf } = liveSessions
  const sharedRevocations = await openSharedRevocations(loaded.config, secrets, log, revocationTally, reachOf)
  const outside: Outside = {
    clock: { nowMs: Date.now },
    log,
    metrics,
    observer,
    stepBegun: telemetry.stepBegun,
    memories,
    replay,
    standIn: replayMemory.standIn,
    sharedRevocations,
    revocationTally,
  }
  let engine = makeEngine(loaded, secrets, outside)
  await engine.revocations?.start()
  const refresh = (): void => {
    updateReadiness(readiness, engine)
    readiness.set('replay_store', replayMemory.state())
    if (sharedRevocations !== undefined) readiness.set('revocations:shared', sharedState(sharedRevocations))
    if (audit !== undefined) readiness.set('audit', audit.state())
    if (ledger !== undefined) readiness.set('ledger', ledger.state())
  }

  function inForce(next: Engine): void {
    engine = next
    telemetry.configured(next.loaded)
    readiness.set('config', { ready: true, detail: `configuration ${next.loaded.hash}` })
    refresh()
  }

  const decider = makeDecider({
    deps: () => engine.deps,
    // With the embedded store nobody can ask.
    observer: alsoTold(observer, sharedRevocations && { decided: liveSessions.seen }),
    onShed: metrics.checkShed,
    onFault: (error, decisionId) => log.error('a check failed', { decision_id: decisionId, error }),
  })
  const handler = makeCheckHandler({
    ...decider,
    clientSecret: () => engine.secrets.client?.reveal().toString(),
    maxConcurrentChecks: server.maxConcurrentChecks,
    deadlineMs: server.deadlineMs,
    traced: telemetry.stepBegun !== undefined,
  })
  metrics.watch({
    checksInFlight: handler.inFlight,
    replayEntries: replayMemory.entries,
    replayFenceMs: () => replay.fence('').proofsUntilMs,
  })
  inForce(engine)

  const tls = await readTlsFiles(server.tls)
  const grpc = await startGrpcServer({ listen: listenAddress(server.listen), tls, check: handler.check, readiness })
  const pages: OperatorPages = {
    metrics: metricSet.render,
    families: metricSet.families,
    readiness,
    loaded: () => engine.loaded,
    config: () => ({ hash: engine.loaded.hash, config: redacted(engine.loaded.config) }),
    console:
      ledger &&
      openConsole(loaded.config, {
        store: ledger.store,
        names,
        secrets,
        revocations: () => engine.deps.revocations,
        log,
        nowMs: Date.now,
      }),
  }
  const startAdmin = options.startAdmin ?? (() => openOperatorPages(pages, adminConfig, log))
  const admin = await startAdmin(pages).catch(async (error: unknown) => {
    await grpc.drain(0)
    throw error
  })
  const timer = setInterval(refresh, READINESS_INTERVAL_MS).unref()
  const warm = engine.keys.start().then(refresh)

  /** Undefined once `next` is in force; else what keeps it from that, and nothing has changed. */
  async function replaceBy(next: Engine, before: Engine): Promise<string | undefined> {
    if (next.revocations !== before.revocations) await next.revocations?.start()
    const problem = await missingKeys(next, before)
    if (problem !== undefined) return problem
    const tlsFiles = await readTlsFiles(next.loaded.config.server.tls)
    if (tlsFiles !== undefined) grpc.updateTls(tlsFiles)
    const { config } = before.loaded
    if (changesReplay(next.loaded.config, config)) replayMemory.raiseFence(Date.now(), longestSkewMs(config))
    inForce(next)
    return undefined
  }

  return {
    address: grpc.address,
    adminAddress: admin.address,
    warm,
    async apply(nextConfig, nextSecrets) {
      const before = engine
      const next = makeEngine(nextConfig, nextSecrets, outside, before)
      try {
        return await replaceBy(next, before)
      } finally {
        if (engine === next) closeEngine(before, next)
        else closeEngine(next, before)
      }
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
      replayMemory.stop()
      await sharedRevocations?.close()
      await ledger?.close()
      await audit?.close()
      await telemetry.close()
      await admin.close()
    },
  }
}

/** New key sources are tried before they replace ones that serve: a change must not cut off an issuer. */
async function missingKeys(next: Engine, before: Engine): Promise<string | undefined> {
  if (next.keys === before.keys) return undefined
  await next.keys.start()
  const missing = next.keys.ready().find(({ ready }) => !ready)
  return missing === undefined ? undefined : `keys of issuer ${missing.issuer}: ${missing.detail}`
}
