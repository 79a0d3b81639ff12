/** Sessions as a company has them: an issuer each for three parts of it, workloads with keys, subjects, clients and addresses. */
import { createHash, hash } from 'node:crypto'
import type { Identifiers } from '../../src/ledger/identifiers.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'

const ISSUERS = 3
const SUBJECTS = 10_000
const CLIENTS = 1_000
const WORKLOADS = 5_000
const ADDRESSES = 20_000
const SPREAD_MS = 3_600_000

const octets = (text: string): Buffer => createHash('sha256').update(text).digest()
const thumbprint = (text: string): string => octets(text).toString('base64url')

/** SHA-256 of the token of session `i`, hex. */
export function tokenHash(i: number): string {
  return hash('sha256', `token ${i}`)
}

/** Used a few times, the last time within the hour before `nowMs`. Each has a DPoP key and a certificate of its own. */
export function benchSession(i: number, names: Identifiers, nowMs: number): SessionRecord {
  const issuer = `https://login-${i % ISSUERS}.example.com/tenant`
  const workload = `spiffe://example.org/ns/team-${(i * 7) % 50}/sa/service-${(i * 13) % WORKLOADS}`
  const lastSeenMs = nowMs - ((i * 7919) % SPREAD_MS)
  const firstSeenMs = lastSeenMs - 240_000
  const uses = 2 + (i % 40)
  const address = (i * 31) % ADDRESSES
  return {
    id: octets(`session ${i}`).toString('base64url', 0, 16),
    handle: { kind: 'session', sealed: octets(`sid ${i}`).toString('base64url', 0, 27) },
    issuer,
    subject: `system:serviceaccount:team-${i % 50}:runner-${(i * 17) % SUBJECTS}`,
    client: `client-${(i * 11) % CLIENTS}.apps.example.com`,
    holder: workload,
    audience: ['https://payments.example.com'],
    held: ['dpop', 'workload'],
    keyThumbprint: thumbprint(`key ${i}`),
    certificateThumbprint: undefined,
    issuedAtSeconds: Math.floor(firstSeenMs / 1000) - 2,
    expiresAtSeconds: Math.floor(lastSeenMs / 1000) + 300,
    tokens: [{ token: names.token(tokenHash(i)), jti: names.jti(issuer, `jti-${i}`) }],
    firstSeenMs,
    lastSeenMs,
    lastAllowedMs: lastSeenMs,
    firstSeen: 'created_here',
    uses,
    senders: [
      {
        peer: workload,
        certificate: thumbprint(`certificate ${(i * 13) % WORKLOADS}`),
        address: `10.${Math.floor(address / 250) % 250}.${address % 250}.7`,
        count: uses,
        firstMs: firstSeenMs,
        lastMs: lastSeenMs,
        agent: octets(`agent ${i % 20}`).toString('base64url', 0, 6),
      },
    ],
    sendersOmitted: 0,
    routes: [
      { route: 'payments', count: uses - 1, lastMs: lastSeenMs },
      { route: 'payments-admin', count: 1, lastMs: firstSeenMs + 1000 },
    ],
    routesOmitted: 0,
    verdicts: { ok: uses },
    nonceHeadMs: lastSeenMs,
    revoked: undefined,
    incidents: [],
    incidentCount: 0,
  }
}
