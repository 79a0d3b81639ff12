/** Records and incidents of the ledger, with what a test says about them. */
import { createHash } from 'node:crypto'
import type { Incident } from '../../src/ledger/incident.ts'
import type { SenderTally } from '../../src/ledger/sender.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'

export const LEDGER_NOW_MS = 1_800_000_000_000
export const WORKLOAD = 'spiffe://example.org/ns/shop/sa/payments'
const CERTIFICATE = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'

/** As `Identifiers` make them: 22 characters of base64url. */
export function nameOf(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
}

export function senderTally(changes: Partial<SenderTally> = {}, atMs = LEDGER_NOW_MS): SenderTally {
  return {
    peer: WORKLOAD,
    certificate: CERTIFICATE,
    address: '10.1.2.3',
    count: 1,
    firstMs: atMs,
    lastMs: atMs,
    agent: undefined,
    ...changes,
  }
}

/**
 * One use of a session, allowed. `name` makes its id and its token; times follow `firstSeenMs`, or are those of now.
 * Subject, client and token are its own: records of two names have only issuer, workload, certificate and address in common.
 */
export function sessionRecord(name: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  const atMs = changes.lastSeenMs ?? changes.firstSeenMs ?? LEDGER_NOW_MS
  const firstMs = changes.firstSeenMs ?? atMs
  return {
    id: nameOf(`session ${name}`),
    handle: { kind: 'session', sealed: nameOf(`sealed ${name}`) },
    issuer: 'https://as.example.com',
    subject: `subject of ${name}`,
    client: `client of ${name}`,
    holder: WORKLOAD,
    audience: ['https://payments.example.com'],
    held: ['dpop'],
    keyThumbprint: createHash('sha256').update(`key ${name}`).digest('base64url'),
    certificateThumbprint: undefined,
    issuedAtSeconds: Math.floor(firstMs / 1000) - 5,
    expiresAtSeconds: Math.floor(firstMs / 1000) + 600,
    tokens: [{ token: nameOf(`token ${name}`), jti: nameOf(`jti ${name}`) }],
    firstSeenMs: firstMs,
    lastSeenMs: atMs,
    lastAllowedMs: atMs,
    firstSeen: 'created_here',
    uses: 1,
    senders: [senderTally({ firstMs, lastMs: atMs })],
    sendersOmitted: 0,
    routes: [{ route: 'payments', count: 1, lastMs: atMs }],
    routesOmitted: 0,
    verdicts: { ok: 1 },
    nonceHeadMs: undefined,
    revoked: undefined,
    incidents: [],
    incidentCount: 0,
    ...changes,
  }
}

/** `number` makes the id and, where nothing else is said, the time: a millisecond each. */
export function incident(number: number, changes: Partial<Incident> = {}): Incident {
  const atMs = changes.atMs ?? LEDGER_NOW_MS + number
  return {
    id: `${atMs.toString(36).padStart(9, '0')}-${number.toString(36).padStart(8, '0')}`,
    class: 'replayed',
    confidence: 'proven',
    by: 'a used proof came from another sender',
    atMs,
    lastMs: atMs,
    count: 1,
    outcome: 'denied',
    reason: 'proof_replayed',
    decisionId: `decision-${number}`,
    route: 'payments',
    session: undefined,
    token: undefined,
    issuer: 'https://as.example.com',
    subject: undefined,
    client: undefined,
    holder: undefined,
    key: undefined,
    foreignKey: undefined,
    sender: { peer: undefined, certificate: undefined, address: '10.9.9.9' },
    counterpart: undefined,
    revocation: undefined,
    contained: undefined,
    ...changes,
  }
}
