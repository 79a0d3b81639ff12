/**
 * Carries what the watch saw into the ledger, beside the decisions: once a second, or sooner when much waits. One flush at a
 * time. What was handed to a store that then failed is lost and counted, never handed over twice: half of it may stand there,
 * and a use that counts double would be made-up evidence. While a store is down nothing more is handed to it, the watch goes
 * on within its bound, and the first thing that is written again is the gap.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { within } from '../../adapters/redis/waiting.ts'
import type { Coalescer } from '../../ledger/detect/coalesce.ts'
import type { Incident } from '../../ledger/incident.ts'
import type { KeyUses } from '../../ledger/key-record.ts'
import type { Change, Forked, LedgerStore, Written } from '../../ledger/ledger-store.ts'
import type { SessionRecord } from '../../ledger/session-record.ts'
import type { SessionWatch } from '../../ledger/watch.ts'
import type { Logger } from '../../observability/logger.ts'
import { makeLoss } from './loss.ts'

export interface PumpOptions {
  readonly watch: Pick<SessionWatch, 'take' | 'takeAll' | 'waiting'>
  readonly store: Pick<LedgerStore, 'saveSessions' | 'saveKeys' | 'saveIncidents' | 'saveGap'>
  /** Incidents of verdicts and of `ofChanges` and `ofForks` meet here; alike ones come out as one. */
  readonly incidents: Coalescer
  ofChanges(changes: readonly Change[]): readonly Incident[]
  ofForks(forks: readonly Forked[]): Promise<readonly Incident[]>
  /** Cuts off what is configured to be, and says in the incident what. Never rejects. */
  contain(incident: Incident): Promise<Incident>
  /** Each incident once, also while the store is down. */
  told(incident: Incident): void
  readonly log: Logger
  nowMs(): number
  /** Which process. */
  readonly by: string
  /** For one call of the store. */
  readonly answerMs?: number
}

export interface PumpStats {
  /** Sessions and incidents that wait to be written. */
  readonly queued: number
  readonly dropped: number
  /** When all that waited was last written; 0 is never. */
  readonly lastSuccessMs: number
  readonly problem: string | undefined
}

export interface Pump {
  /** Flushes now unless one is under way; resolves when there is none any more. Never rejects. */
  flush(): Promise<void>
  /** Much waits: flushes now, unless the store is in the way. */
  hurry(): void
  /** A decision could not be seen. */
  failed(error: unknown): void
  stats(): PumpStats
  /** Ends the flushes, the last one within `withinMs`; what is left then is lost, and counted. */
  close(withinMs: number): Promise<void>
}

const FLUSH_EVERY_MS = 1_000
const ANSWER_MS = 5_000
/** In one call of the store, and between two turns of the checks. */
const SESSIONS_AT_ONCE = 100
const KEYS_AT_ONCE = 500
const INCIDENTS_AT_ONCE = 200
const MAX_UNSAVED_INCIDENTS = 2_000
/** A gap that goes on is told this often. */
const TELL_GAP_EVERY_MS = 10_000

export function startPump(options: PumpOptions): Pump {
  const { watch, store, incidents, log, nowMs, answerMs = ANSWER_MS } = options
  const loss = makeLoss(options.by, nowMs)
  let [sessions, keys, sinceMs]: [SessionRecord[], KeyUses[], number] = [[], [], nowMs()]
  let unsaved: Incident[] = []
  let problem: string | undefined
  let [lastSuccessMs, gapToldMs] = [0, nowMs()]
  let running: Promise<void> | undefined
  let closing = false
  let faultTold = false
  let atRisk = 0

  function trouble(now: string | undefined): void {
    if (now !== undefined && problem === undefined) log.error('the ledger cannot be written', { problem: now })
    if (now === undefined && problem !== undefined) log.info('the ledger is written again')
    problem = now
  }

  /** Undefined when it failed; then the trouble is told. */
  async function written<T>(call: () => Promise<Written<T>>): Promise<{ readonly value: T } | undefined> {
    const result = await within(answerMs, call()).catch(() => FAULT)
    if (result?.ok) return result
    trouble(result?.detail ?? 'the store does not answer in time')
    return undefined
  }

  /** False when the store is in the way. */
  async function writeGap(): Promise<boolean> {
    const gap = loss.untold()
    const due = problem !== undefined || closing || nowMs() - gapToldMs >= TELL_GAP_EVERY_MS
    if (gap === undefined || !due) return true
    if ((await written(() => store.saveGap(gap))) === undefined) return false
    loss.told(gap)
    gapToldMs = nowMs()
    return true
  }

  /** True where more is due than was taken. */
  function takeUses(): boolean {
    if (sessions.length > 0 || keys.length > 0) return true
    const taken = closing ? watch.takeAll() : watch.take(SESSIONS_AT_ONCE)
    ;[sessions, keys, sinceMs] = [[...taken.sessions], [...taken.keys], taken.sinceMs]
    loss.lost(taken.dropped, sinceMs)
    return taken.more
  }

  async function writeUses(): Promise<boolean> {
    for (let more = true; more; ) {
      more = takeUses()
      if (!(await writeSessions()) || !(await writeKeys())) return false
      await nextTurn()
    }
    return true
  }

  /** Hands over `count` uses; they are lost when the store fails. */
  async function handOver<T>(
    count: number,
    call: () => Promise<Written<T>>,
  ): Promise<{ readonly value: T } | undefined> {
    atRisk = count
    const result = await written(call)
    if (result === undefined) loss.lost(count, sinceMs)
    atRisk = 0
    return result
  }

  async function writeSessions(): Promise<boolean> {
    while (sessions.length > 0) {
      const chunk = sessions.splice(0, SESSIONS_AT_ONCE)
      const changes = await handOver(usesOf(chunk), () => store.saveSessions(chunk))
      if (changes === undefined) return false
      for (const incident of options.ofChanges(changes.value)) incidents.add(incident)
    }
    return true
  }

  async function writeKeys(): Promise<boolean> {
    while (keys.length > 0) {
      const chunk = keys.splice(0, KEYS_AT_ONCE)
      const count = chunk.reduce((sum, { uses }) => sum + uses.length, 0)
      const forks = await handOver(count, () => store.saveKeys(chunk))
      if (forks === undefined) return false
      if (forks.value.length === 0) continue
      for (const incident of await options.ofForks(forks.value)) incidents.add(incident)
    }
    return true
  }

  /** Told and contained also while the store is down. */
  async function takeIncidents(): Promise<void> {
    // At the end those that wait for more of their kind come too.
    const taken = incidents.take(closing ? Number.POSITIVE_INFINITY : nowMs())
    loss.lost(taken.dropped, sinceMs)
    for (const incident of taken.incidents) {
      const contained = await options.contain(incident)
      options.told(contained)
      if (unsaved.length < MAX_UNSAVED_INCIDENTS) unsaved.push(contained)
      else loss.lost(1, incident.atMs)
    }
  }

  /** An incident has a name of its own: handed over twice it still stands there once. */
  async function writeIncidents(): Promise<boolean> {
    while (unsaved.length > 0) {
      const chunk = unsaved.slice(0, INCIDENTS_AT_ONCE)
      if ((await written(() => store.saveIncidents(chunk))) === undefined) return false
      unsaved = unsaved.slice(chunk.length)
    }
    return true
  }

  function fault(error: unknown): void {
    // Once a flush: it may be each decision's.
    if (!faultTold) log.error('the ledger failed', { error })
    faultTold = true
  }

  async function run(): Promise<void> {
    faultTold = false
    const reached = (await writeGap()) && (await writeUses())
    await takeIncidents()
    if (!reached || !(await writeIncidents())) return
    trouble(undefined)
    lastSuccessMs = nowMs()
  }

  function flush(): Promise<void> {
    running ??= run()
      .catch(fault)
      .finally(() => {
        running = undefined
      })
    return running
  }

  const queued = (): number => watch.waiting() + sessions.length + unsaved.length
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS).unref()

  return {
    flush,
    hurry() {
      if (problem === undefined) void flush()
    },
    failed(error) {
      loss.lost(1, nowMs())
      fault(error)
    },
    stats: () => ({ queued: queued(), dropped: loss.total(), lastSuccessMs, problem }),
    async close(withinMs) {
      clearInterval(timer)
      closing = true
      await within(
        withinMs,
        // The one under way, one for what came meanwhile, and one for what that lost.
        (async () => {
          await running
          await flush()
          await writeGap()
        })(),
      )
      const left = watch.takeAll()
      loss.lost(atRisk + usesOf(sessions) + usesOf(left.sessions) + left.dropped + unsaved.length, sinceMs)
      if (loss.total() > 0) log.warn('uses and incidents are missing in the ledger', { dropped: loss.total() })
    },
  }
}

function usesOf(sessions: readonly SessionRecord[]): number {
  return sessions.reduce((sum, { uses }) => sum + uses, 0)
}

const FAULT = { ok: false, detail: 'the store failed' } as const
