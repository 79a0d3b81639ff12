/**
 * The ledger of a serving process: the watch on the path of decisions, the pump beside it, detection and containment behind
 * that. Nothing of it can keep a decision waiting or fail it.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { makeLruCache } from '../../adapters/lru/lru-cache.ts'
import type { ComponentState } from '../../admin/readiness.ts'
import type { CheckEvent } from '../../check/observer.ts'
import type { VerifiedToken } from '../../check/token/verified-token.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import { incidentsOfChange } from '../../ledger/detect/change-incidents.ts'
import { makeCoalescer } from '../../ledger/detect/coalesce.ts'
import { incidentOfFork } from '../../ledger/detect/fork-incident.ts'
import { thumbprintOf } from '../../ledger/detect/lineage.ts'
import { makeRules } from '../../ledger/detect/rules.ts'
import { incidentOfVerdict } from '../../ledger/detect/verdict-incident.ts'
import type { Identifiers } from '../../ledger/identifiers.ts'
import type { Incident } from '../../ledger/incident.ts'
import type { Forked, LedgerStore } from '../../ledger/ledger-store.ts'
import { makeSessionWatch } from '../../ledger/watch.ts'
import type { Logger } from '../../observability/logger.ts'
import { type ContainmentKind, type ContainmentOutcome, makeContainment } from './containment.ts'
import { newIncidentId } from './incident-id.ts'
import { openLedgerStore } from './open-store.ts'
import { type PumpStats, startPump } from './pump.ts'
import { openRevocationWriter } from './revocation-writer.ts'
import { containable } from './targets.ts'

export interface Ledger {
  readonly store: LedgerStore
  /** To be told of each decision. Never throws and never waits. */
  decided(event: CheckEvent): void
  /** Ready even when nothing can be written: no decision hangs on it. */
  state(): ComponentState
  close(): Promise<void>
}

export interface LedgerEvents {
  /** With what was revoked because of it. */
  incident(incident: Incident): void
  containment(revoke: ContainmentKind, outcome: ContainmentOutcome): void
  /** What is asked for at each scrape. */
  watch(stats: () => PumpStats): void
}

export interface LedgerOptions {
  readonly names: Identifiers
  readonly log: Logger
  readonly events: LedgerEvents
  readonly nowMs: () => number
}

/** Sessions between two flushes; from half of it on one comes early. */
const MAX_WAITING = 20_000
const COALESCED_WITHIN_MS = 60_000
const MAX_PENDING_INCIDENTS = 2_000
const TOKENS_WITH_INCIDENTS = 1_000
const SESSIONS_OF_A_FORK = 16
/** Shorter than what a supervisor grants behind the last call. */
const LAST_FLUSH_MS = 1_500

/** Undefined when it is switched off. Rejects when a TLS file of the store cannot be read. */
export async function openLedger(
  config: Config,
  secrets: Secrets,
  { names, log, events, nowMs }: LedgerOptions,
): Promise<Ledger | undefined> {
  const { ledger } = config
  if (!ledger.enabled) return undefined
  const hashSubjects = ledger.subjects === 'hashed'
  const store = await openLedgerStore(config, secrets, nowMs)
  const write = ledger.containment.length === 0 ? undefined : await openRevocationWriter(config, secrets)
  const containment =
    write &&
    makeContainment({
      rules: ledger.containment,
      maxPerMinute: ledger.maxContainmentsPerMinute,
      write,
      counted: events.containment,
      log,
      nowMs,
    })
  const tokens = makeLruCache<VerifiedToken>(TOKENS_WITH_INCIDENTS)
  const rules = makeRules(ledger)
  const { createdWithinSeconds } = ledger
  const watch = makeSessionWatch({ identifiers: names, createdWithinSeconds, maxSessions: MAX_WAITING, nowMs })
  const incidents = makeCoalescer({ windowMs: COALESCED_WITHIN_MS, maxPending: MAX_PENDING_INCIDENTS })

  async function ofFork({ key, fork }: Forked): Promise<Incident | undefined> {
    const read = await store.sessionsBy({ relation: 'key', value: thumbprintOf(key) }, SESSIONS_OF_A_FORK)
    return incidentOfFork(key, fork, read.ok ? read.value.found : [], newIncidentId, nowMs(), rules)
  }

  const pump = startPump({
    watch,
    store,
    incidents,
    ofChanges: (changes) => changes.flatMap((change) => incidentsOfChange(change, rules, newIncidentId, nowMs())),
    ofForks: async (forks) => (await Promise.all(forks.map(ofFork))).filter((found) => found !== undefined),
    contain: async (incident) =>
      containment === undefined
        ? incident
        : containment.contain(await containable(incident, { names, store, tokens, hashSubjects })),
    told: events.incident,
    log,
    nowMs,
    by: `${hostname()}-${randomUUID().slice(0, 8)}`,
  })
  events.watch(pump.stats)

  function see(event: CheckEvent): void {
    watch.seen(event)
    if (event.decision.reason !== 'ok') seeRefusal(event)
    if (watch.waiting() * 2 >= MAX_WAITING) pump.hurry()
  }

  function seeRefusal(event: CheckEvent): void {
    const incident = incidentOfVerdict(event, names, newIncidentId)
    if (incident === undefined) return
    incidents.add(incident)
    const { token } = event.decision.findings
    if (containment !== undefined && token !== undefined && incident.session !== undefined) {
      tokens.set(incident.session, token)
    }
  }

  return {
    store,
    decided(event) {
      try {
        see(event)
      } catch (error) {
        pump.failed(error)
      }
    },
    state: () => ({ ready: true, detail: pump.stats().problem ?? 'written' }),
    async close() {
      await pump.close(LAST_FLUSH_MS)
      await store.close()
    },
  }
}
