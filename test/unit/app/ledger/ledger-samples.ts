/** Records and incidents as the ledger of a process has them, and a store that can be taken away. */
import { makeMemoryLedger } from '../../../../src/adapters/memory/memory-ledger.ts'
import type { Incident } from '../../../../src/ledger/incident.ts'
import type { Gap, LedgerStore, Written } from '../../../../src/ledger/ledger-store.ts'
import type { SessionRecord } from '../../../../src/ledger/session-record.ts'

export const NOW_MS = 1_800_000_000_000
export const ISSUER = 'https://as.example.com'

export function sessionRecord(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    handle: { kind: 'session', sealed: 'c2VhbGVk' },
    issuer: ISSUER,
    subject: 'deployer',
    client: 'build',
    holder: 'spiffe://example.org/build',
    audience: ['https://payments.example.com'],
    held: ['dpop'],
    keyThumbprint: 'k'.repeat(43),
    certificateThumbprint: undefined,
    issuedAtSeconds: NOW_MS / 1000,
    expiresAtSeconds: NOW_MS / 1000 + 600,
    tokens: [{ token: 'BBBBBBBBBBBBBBBBBBBBBB', jti: undefined }],
    firstSeenMs: NOW_MS,
    lastSeenMs: NOW_MS,
    lastAllowedMs: NOW_MS,
    firstSeen: 'created_here',
    uses: 1,
    senders: [
      {
        peer: 'spiffe://example.org/build',
        certificate: undefined,
        address: '10.0.0.1',
        count: 1,
        firstMs: NOW_MS,
        lastMs: NOW_MS,
        agent: undefined,
      },
    ],
    sendersOmitted: 0,
    routes: [{ route: 'payments', count: 1, lastMs: NOW_MS }],
    routesOmitted: 0,
    verdicts: { ok: 1 },
    nonceHeadMs: undefined,
    revoked: undefined,
    incidents: [],
    incidentCount: 0,
    ...changes,
  }
}

export function incident(changes: Partial<Incident> = {}): Incident {
  return {
    id: 'mzz000000-00000001',
    class: 'stolen',
    confidence: 'proven',
    by: 'the proof was signed with another key than the token is bound to',
    atMs: NOW_MS,
    lastMs: NOW_MS,
    count: 1,
    outcome: 'denied',
    reason: 'proof_key_mismatch',
    decisionId: 'd1',
    route: 'payments',
    session: 'AAAAAAAAAAAAAAAAAAAAAA',
    token: 'BBBBBBBBBBBBBBBBBBBBBB',
    issuer: ISSUER,
    subject: 'deployer',
    client: 'build',
    holder: 'spiffe://example.org/build',
    key: 'k'.repeat(43),
    foreignKey: 'f'.repeat(43),
    sender: { peer: undefined, certificate: undefined, address: '203.0.113.9' },
    counterpart: undefined,
    revocation: undefined,
    contained: undefined,
    ...changes,
  }
}

/** How a store can be in the way. */
export type Outage = 'refuses' | 'silent' | undefined

export interface BreakableStore {
  readonly store: LedgerStore
  /** From here on; `silent`: a call never ends. */
  outage(outage: Outage): void
  /** Calls that were made, by name. */
  readonly calls: string[]
  gaps(): Promise<readonly Gap[]>
  /** Of all sessions, their uses. */
  uses(): Promise<number>
}

/** The embedded ledger, whose writing calls can be made to fail. */
export function breakableStore(nowMs: () => number = () => NOW_MS): BreakableStore {
  const inner = makeMemoryLedger({ retentionSeconds: 3_600, maxSessions: 10_000, maxIncidents: 1_000 }, nowMs)
  const calls: string[] = []
  let now: Outage

  function guarded<T>(name: string, call: () => Promise<Written<T>>): Promise<Written<T>> {
    calls.push(name)
    if (now === 'silent') return new Promise(() => undefined)
    return now === 'refuses' ? Promise.resolve({ ok: false, detail: 'the store is out of reach' }) : call()
  }

  return {
    store: {
      ...inner,
      saveSessions: (deltas) => guarded('sessions', () => inner.saveSessions(deltas)),
      saveKeys: (uses) => guarded('keys', () => inner.saveKeys(uses)),
      saveIncidents: (incidents) => guarded('incidents', () => inner.saveIncidents(incidents)),
      saveGap: (gap) => guarded('gap', () => inner.saveGap(gap)),
      sessions: (ids) => guarded('read', () => inner.sessions(ids)),
    },
    outage(outage) {
      now = outage
    },
    calls,
    async gaps() {
      const read = await inner.gaps()
      return read.ok ? read.value : []
    },
    async uses() {
      const page = await inner.page({ cursor: undefined, limit: 1_000, withinMs: 1_000, wanted: () => true })
      return page.ok ? page.value.sessions.reduce((sum, { uses }) => sum + uses, 0) : Number.NaN
    },
  }
}
