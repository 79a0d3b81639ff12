/**
 * A ledger that was filled the way a server fills it: decisions are seen by the watch, verdicts become incidents, both are
 * saved, and a case is gathered out of the store.
 */
import { makeMemoryLedger } from '../../../../src/adapters/memory/memory-ledger.ts'
import type { Findings } from '../../../../src/check/decision.ts'
import { NO_PEER, type Peer } from '../../../../src/check/peer/peer.ts'
import type { Reason } from '../../../../src/check/reasons.ts'
import { type FirstUse, type Refusal, refusal } from '../../../../src/check/refusal.ts'
import { senderHash } from '../../../../src/check/replay/replay-key.ts'
import type { RequestFacts } from '../../../../src/check/request-facts.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import type { Case } from '../../../../src/ledger/case/case.ts'
import { type GatherOptions, gatherCase } from '../../../../src/ledger/case/gather-case.ts'
import type { Question } from '../../../../src/ledger/case/question.ts'
import { incidentOfVerdict } from '../../../../src/ledger/detect/verdict-incident.ts'
import { type Identifiers, makeIdentifiers } from '../../../../src/ledger/identifiers.ts'
import type { Incident } from '../../../../src/ledger/incident.ts'
import type { LedgerStore } from '../../../../src/ledger/ledger-store.ts'
import type { Sender } from '../../../../src/ledger/sender.ts'
import type { SessionRecord } from '../../../../src/ledger/session-record.ts'
import { makeSessionWatch } from '../../../../src/ledger/watch.ts'
import { decision, event, TOKEN } from '../../../support/decisions.ts'

export const START_MS = 1_800_000_000_000
export const ISSUER = TOKEN.issuer
export const RUNNER = 'spiffe://example.org/ns/ci/sa/runner'
export const THIEF = 'spiffe://example.org/ns/lab/sa/thief'
const RETENTION_SECONDS = 7 * 86_400

export const HOLDER_SENDER: Sender = { peer: RUNNER, certificate: 'cert-of-runner', address: '10.1.0.7' }
export const THIEF_SENDER: Sender = { peer: THIEF, certificate: 'cert-of-thief', address: '10.9.0.66' }

/** A DPoP-bound token of the CI runner, issued at the start. */
export const BOUND: VerifiedToken = {
  ...TOKEN,
  subject: 'system:serviceaccount:ci:runner',
  client: 'build-runner',
  holder: RUNNER,
  sessionId: 'sid-of-the-runner',
  tokenId: 'jti-of-the-runner',
  confirmation: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', x5tS256: undefined },
  issuedAtSeconds: START_MS / 1000,
  expiresAtSeconds: START_MS / 1000 + 3600,
}

/** An unbound bearer token that names nobody. */
export const BEARER: VerifiedToken = {
  ...TOKEN,
  sha256: 'b'.repeat(64),
  holder: undefined,
  sessionId: undefined,
  tokenId: 'jti-of-the-bearer',
  confirmation: { jkt: undefined, x5tS256: undefined },
}

interface Use {
  readonly sender?: Sender
  /** Milliseconds after the start. */
  readonly at?: number
  readonly token?: VerifiedToken
  readonly refused?: Refusal
  readonly mode?: 'enforce' | 'observe'
  readonly findings?: Partial<Findings>
  readonly facts?: Partial<RequestFacts>
}

export interface CaseWorld {
  readonly store: LedgerStore
  readonly names: Identifiers
  use(use?: Use): void
  /** Saves an incident of the session of `token`; what is not given is that of a denied theft by the thief. */
  incident(changes?: Partial<Incident>, token?: VerifiedToken): Promise<Incident>
  /** Saves the sessions that were seen, and with `verdicts` the incidents that their refusals make. */
  flush(verdicts?: 'verdicts'): Promise<void>
  sessionOf(token?: VerifiedToken): Promise<SessionRecord>
  /** At the start plus a minute, if nothing else is said. */
  ask(kind: Question['kind'], value: string, more?: Partial<GatherOptions> & { issuer?: string }): Promise<Case>
}

export function makeCaseWorld({
  hashSubjects = false,
  store,
  names = makeIdentifiers({ secret: Buffer.alloc(32, 7), hashSubjects }),
}: {
  hashSubjects?: boolean
  store?: LedgerStore
  names?: Identifiers
} = {}): CaseWorld {
  let nowMs = START_MS
  const bounds = { retentionSeconds: RETENTION_SECONDS, maxSessions: 10_000, maxIncidents: 10_000 }
  const ledger = store ?? makeMemoryLedger(bounds, () => nowMs)
  const watch = makeSessionWatch({
    identifiers: names,
    createdWithinSeconds: 60,
    maxSessions: 10_000,
    nowMs: () => nowMs,
  })
  let incidents = 0
  const verdicts: Incident[] = []
  const newId = (atMs: number): string =>
    `${atMs.toString(36).padStart(9, '0')}-${String(incidents++).padStart(8, '0')}`
  return {
    store: ledger,
    names,
    use({
      sender = HOLDER_SENDER,
      at = 1_000,
      token = BOUND,
      refused,
      mode = 'enforce',
      findings = {},
      facts = {},
    } = {}) {
      nowMs = Math.max(nowMs, START_MS + at)
      const peer: Peer = { ...NO_PEER, spiffeId: sender.peer, certificateThumbprint: sender.certificate }
      const held = refused === undefined && token.confirmation.jkt !== undefined ? (['dpop'] as const) : []
      const made = decision(refused, { token, peer, nowMs: START_MS + at, held: [...held], mode, ...findings })
      const seen = event(made, { sourceAddress: sender.address, ...facts })
      watch.seen(seen)
      const incident = incidentOfVerdict(seen, names, newId)
      if (incident !== undefined) verdicts.push(incident)
    },
    async incident(changes = {}, token = BOUND) {
      const atMs = changes.atMs ?? START_MS + 5_000
      const incident: Incident = {
        id: newId(atMs),
        class: 'stolen',
        confidence: 'proven',
        by: 'A valid proof by a key that the token is not bound to.',
        atMs,
        lastMs: atMs,
        count: 1,
        outcome: 'denied',
        reason: 'proof_key_mismatch',
        decisionId: `decision-${incidents}`,
        route: 'payments',
        session: names.session(token),
        token: names.token(token.sha256),
        issuer: token.issuer,
        subject: token.subject === undefined ? undefined : names.subject(token.subject),
        client: token.client,
        holder: token.holder,
        key: token.confirmation.jkt,
        foreignKey: undefined,
        sender: THIEF_SENDER,
        counterpart: undefined,
        revocation: undefined,
        contained: undefined,
        ...changes,
      }
      await ledger.saveIncidents([incident])
      return incident
    },
    async flush(wanted) {
      await ledger.saveSessions(watch.take().sessions)
      if (wanted !== undefined) await ledger.saveIncidents(verdicts)
    },
    async sessionOf(token = BOUND) {
      const read = await ledger.sessions([names.session(token)])
      const [record] = read.ok ? read.value.found : []
      if (record === undefined) throw new Error('no such session in the ledger')
      return record
    },
    async ask(kind, value, { issuer, ...options } = {}) {
      const asked: Question = { kind, value, issuer }
      const made = await gatherCase(ledger, names, asked, {
        nowMs: START_MS + 60_000,
        retentionSeconds: RETENTION_SECONDS,
        issuers: [ISSUER],
        ...options,
      })
      if (!made.ok) throw new Error(made.detail)
      return made.value
    },
  }
}

export function refusedAs(reason: Reason, more: Partial<Refusal> = {}): Refusal {
  return { ...refusal(reason, 'of a test'), ...more }
}

/** As the replay memory names a sender. */
export function hashOf({ peer, certificate, address }: Sender): string {
  return senderHash(peer ?? certificate, address).toString('hex')
}

export function firstUseBy(sender: Sender, atMs: number): FirstUse {
  return { sender: hashOf(sender), atMs }
}
