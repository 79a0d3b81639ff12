/**
 * Sees each decision, on its path: one look-up for a session that is known, counts in place, nothing hashed and nothing
 * awaited. What was seen is taken once in a while, as deltas for the ledger. Only verified tokens make sessions, so that a
 * flood of them needs an issuer's hand; what is beyond the bound is counted as dropped.
 */
import { hash } from 'node:crypto'
import type { CheckEvent } from '../check/observer.ts'
import type { Identifiers } from './identifiers.ts'
import type { KeyUses } from './key-record.ts'
import { mergeRecords } from './merge.ts'
import type { SessionRecord } from './session-record.ts'
import { firstSeenAs } from './watch/first-seen.ts'
import { makeGenerations } from './watch/generations.ts'
import { countKeyUse, type KeyDelta } from './watch/key-delta.ts'
import { namesOf, type TokenNames } from './watch/names.ts'
import { countUse, isAmong, type SenderUse, type SessionDelta, startDelta, toRecord } from './watch/session-delta.ts'

export interface SessionWatch {
  /** To be told of each decision. */
  seen(event: CheckEvent): void
  /** Sessions, or keys where they are more, that wait to be taken. */
  waiting(): number
  /**
   * What was seen since it was last taken and is due: each session and each key once. A session that goes on as before is due
   * the more seldom the older it is, but once a minute.
   * @param atMost sessions; those beyond wait for the next call, which must follow (`more`)
   */
  take(atMost?: number): Taken
  /** As `take`, whether due or not; for the end. */
  takeAll(): Taken
}

export interface Taken {
  readonly sessions: readonly SessionRecord[]
  /** Sessions are due that were not taken. */
  readonly more: boolean
  readonly keys: readonly KeyUses[]
  /** Decisions of which something did not fit. */
  readonly dropped: number
  /** When it was last taken, or the start. */
  readonly sinceMs: number
}

export interface SessionWatchOptions {
  readonly identifiers: Identifiers
  readonly createdWithinSeconds: number
  /** Tokens, and keys, between two takes. */
  readonly maxSessions: number
  readonly nowMs: () => number
}

/** A token that was seen lately. */
interface Known {
  names: TokenNames
  delta: SessionDelta | undefined
  firstMs: number
  takenMs: number
  /** Those of the delta that was taken last: another one is news. */
  senders: readonly SenderUse[]
}

/** To tell the ledger costs some ten microseconds a session, more than many decisions: one that only goes on can wait. */
const LONGEST_WAIT_MS = 60_000
/** It waits for a half of its age, so that a young one is told of at once and an old one once a minute. */
const WAIT_OF_AGE = 0.5

const TOKENS_PER_GENERATION = 10_000
const AGENTS_PER_GENERATION = 500
/** 48 bits: enough to tell that two are not the same. */
const AGENT_HASH_CHARACTERS = 8

export function makeSessionWatch(options: SessionWatchOptions): SessionWatch {
  const { identifiers, createdWithinSeconds, maxSessions, nowMs } = options
  const tokens = makeGenerations<Known>(TOKENS_PER_GENERATION)
  const agents = makeGenerations<string>(AGENTS_PER_GENERATION)
  let changed: Known[] = []
  const due: SessionDelta[] = []
  let keys = new Map<string, KeyDelta>()
  let dropped = 0
  let sinceMs = nowMs()

  function deltaOf({ decision: { findings } }: CheckEvent, atMs: number): SessionDelta | undefined {
    const { token, peer } = findings
    if (token === undefined) return undefined
    let known = tokens.get(token.sha256)
    if (known?.delta !== undefined) {
      if (atMs < known.delta.firstMs) beginAt(known.delta, peer.spiffeId, atMs)
      return known.delta
    }
    if (changed.length + due.length >= maxSessions) {
      dropped++
      return undefined
    }
    if (known === undefined) {
      known = { names: namesOf(token, identifiers), delta: undefined, firstMs: atMs, takenMs: 0, senders: [] }
      tokens.set(token.sha256, known)
    }
    const firstSeen = firstSeenAs(token, peer.spiffeId, atMs, createdWithinSeconds)
    known.delta = startDelta(known.names, token, firstSeen, atMs)
    changed.push(known)
    return known.delta
  }

  /** Checks end in another order than they begin: the first one counts. */
  function beginAt(delta: SessionDelta, peer: string | undefined, atMs: number): void {
    delta.firstMs = atMs
    delta.firstSeen = firstSeenAs(delta.token, peer, atMs, createdWithinSeconds)
  }

  function useKey({ decision: { findings } }: CheckEvent, atMs: number): void {
    const { proofUse } = findings
    if (proofUse === undefined) return
    const { lineage, by, handedTo, mintedAtMs, iatSeconds } = proofUse
    let delta = keys.get(lineage)
    if (delta === undefined) {
      if (keys.size >= maxSessions) {
        dropped++
        return
      }
      delta = { key: lineage, uses: [] }
      keys.set(lineage, delta)
    }
    countKeyUse(delta, { by, handedTo, mintedAtMs, iatSeconds, seenMs: atMs })
  }

  function agentHash(agent: string): string {
    const known = agents.get(agent)
    if (known !== undefined) return known
    const hashed = hash('sha256', agent, 'base64url').slice(0, AGENT_HASH_CHARACTERS)
    agents.set(agent, hashed)
    return hashed
  }

  function isDue({ delta, firstMs, takenMs, senders }: Known, atMs: number): boolean {
    if (delta === undefined || delta.refused !== undefined) return true
    if (atMs - takenMs >= Math.min(LONGEST_WAIT_MS, WAIT_OF_AGE * (atMs - firstMs))) return true
    // Two that take turns are watched closely, be they known or not.
    return delta.senders.length > 1 || !delta.senders.every((sender) => isAmong(sender, senders))
  }

  function collect(all: boolean): Omit<Taken, 'sessions' | 'more'> {
    const atMs = nowMs()
    const unhurried = !all && changed.length * 2 < maxSessions
    const waiting: Known[] = []
    for (const known of changed) {
      if (unhurried && !isDue(known, atMs)) {
        waiting.push(known)
        continue
      }
      if (known.delta !== undefined) due.push(known.delta)
      known.senders = known.delta?.senders ?? known.senders
      known.takenMs = atMs
      known.delta = undefined
    }
    const taken = { keys: [...keys.values()], dropped, sinceMs }
    changed = waiting
    keys = new Map()
    dropped = 0
    sinceMs = atMs
    return taken
  }

  /** Several tokens may be of one session. */
  function recordsOf(deltas: readonly SessionDelta[]): readonly SessionRecord[] {
    const sessions = new Map<string, SessionRecord>()
    for (const delta of deltas) {
      const record = toRecord(delta, agentHash)
      const other = sessions.get(record.id)
      sessions.set(record.id, other === undefined ? record : mergeRecords(other, record))
    }
    return [...sessions.values()]
  }

  function take(atMost: number, all: boolean): Taken {
    const rest = due.length === 0 || all ? collect(all) : { keys: [], dropped: 0, sinceMs }
    const sessions = recordsOf(due.splice(0, atMost))
    return { sessions, more: due.length > 0, ...rest }
  }

  return {
    seen(event) {
      const { decision, facts } = event
      const atMs = Math.floor(decision.findings.nowMs)
      const delta = deltaOf(event, atMs)
      if (delta === undefined) return
      countUse(delta, decision, facts.sourceAddress, facts.userAgent, atMs)
      useKey(event, atMs)
    },
    waiting: () => Math.max(changed.length + due.length, keys.size),
    take: (atMost = Number.POSITIVE_INFINITY) => take(atMost, false),
    takeAll: () => take(Number.POSITIVE_INFINITY, true),
  }
}
