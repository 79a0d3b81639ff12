/** A story for the console's tests and pictures: a key copied out of a pod, seen in use from elsewhere. All names are made up. */
import type { Case } from '../../src/ledger/case/case.ts'
import type { Incident } from '../../src/ledger/incident.ts'
import type { Sender } from '../../src/ledger/sender.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'

export const NOW_MS = Date.UTC(2026, 10, 23, 9, 41, 7)
const MINUTE_MS = 60_000
const ISSUER = 'https://as.example.com'
const KEY = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
const RUNNER = 'spiffe://prod.example/ns/ci/sa/runner'

const HOLDER: Sender = {
  peer: RUNNER,
  certificate: 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2',
  address: '10.4.17.9',
}
const THIEF: Sender = {
  peer: 'spiffe://prod.example/ns/batch/sa/report-export',
  certificate: 'oEJ7tS0nCMpwiZuQPFzX1v3S7Ttc5xQBk6rFQqPt2hY',
  address: '10.4.80.33',
}

export function sampleSession(changes: Partial<SessionRecord> = {}): SessionRecord {
  const { id = 'Qm9vbGVhbk5hbWVPZkl0MQ' } = changes
  return {
    id,
    handle: { kind: 'session', sealed: 'c2VhbGVk' },
    issuer: ISSUER,
    subject: 'pipeline:checkout/deploy',
    client: 'ci-runner',
    holder: RUNNER,
    audience: ['https://deploy.example.com'],
    held: ['dpop'],
    keyThumbprint: KEY,
    certificateThumbprint: undefined,
    issuedAtSeconds: (NOW_MS - 64 * MINUTE_MS) / 1000,
    expiresAtSeconds: (NOW_MS + 7 * 60 * MINUTE_MS) / 1000,
    tokens: [{ token: 'dG9rZW5OYW1lT2ZMZWRnZQ', jti: undefined }],
    firstSeenMs: NOW_MS - 64 * MINUTE_MS,
    lastSeenMs: NOW_MS - 2 * MINUTE_MS,
    firstSeen: 'created_here',
    lastAllowedMs: NOW_MS - 3 * MINUTE_MS,
    uses: 1_412,
    senders: [
      { ...HOLDER, count: 1_409, firstMs: NOW_MS - 64 * MINUTE_MS, lastMs: NOW_MS - 3 * MINUTE_MS, agent: '1f0c2d3a' },
      { ...THIEF, count: 3, firstMs: NOW_MS - 4 * MINUTE_MS, lastMs: NOW_MS - 2 * MINUTE_MS, agent: '77aa10ce' },
    ],
    sendersOmitted: 0,
    routes: [{ route: 'deploy', count: 1_412, lastMs: NOW_MS - 2 * MINUTE_MS }],
    routesOmitted: 0,
    verdicts: { ok: 1_409, proof_key_mismatch: 1, peer_mismatch: 2 },
    nonceHeadMs: NOW_MS - 2 * MINUTE_MS,
    revoked: undefined,
    incidents: ['0mf0000001-aaaaaaaa'],
    incidentCount: 1,
    ...changes,
  }
}

export function sampleIncident(changes: Partial<Incident> = {}): Incident {
  return {
    id: '0mf0000001-aaaaaaaa',
    class: 'forwarded',
    confidence: 'proven',
    by: 'the right token came from another workload than its holder',
    atMs: NOW_MS - 4 * MINUTE_MS,
    lastMs: NOW_MS - 2 * MINUTE_MS,
    count: 2,
    outcome: 'denied',
    reason: 'peer_mismatch',
    decisionId: '7c3a9d10b2e44f6a',
    route: 'deploy',
    session: 'Qm9vbGVhbk5hbWVPZkl0MQ',
    token: 'dG9rZW5OYW1lT2ZMZWRnZQ',
    issuer: ISSUER,
    subject: 'pipeline:checkout/deploy',
    client: 'ci-runner',
    holder: RUNNER,
    key: KEY,
    foreignKey: undefined,
    sender: THIEF,
    counterpart: { role: 'holder', sender: HOLDER, hash: undefined, atMs: NOW_MS - 3 * MINUTE_MS },
    revocation: undefined,
    contained: undefined,
    ...changes,
  }
}

export function sampleIncidents(): readonly Incident[] {
  return [
    sampleIncident({
      class: 'cloned',
      by: 'two chains of nonces live for one key',
      count: 1,
      outcome: 'allowed',
      reason: undefined,
      decisionId: undefined,
    }),
    sampleIncident(),
    sampleIncident({
      id: '0mf0000002-bbbbbbbb',
      class: 'replayed',
      by: 'this proof was used before by another sender',
      reason: 'proof_replayed',
      decisionId: '10aa6d10b2e44f6b',
      lastMs: NOW_MS - 21 * MINUTE_MS,
      atMs: NOW_MS - 21 * MINUTE_MS,
      count: 1,
      route: 'payments',
      subject: 'svc-payments',
      client: 'payments-worker',
      sender: { peer: undefined, certificate: undefined, address: '203.0.113.77' },
      counterpart: { role: 'first user', sender: undefined, hash: '9f3ab2c47d10e655', atMs: NOW_MS - 22 * MINUTE_MS },
      contained: { id: 'rev-1', kind: 'session' },
    }),
    sampleIncident({
      id: '0mf0000003-cccccccc',
      class: 'concurrent',
      confidence: 'suspected',
      by: 'an unbound token was used from two addresses within five minutes',
      outcome: 'let_pass',
      reason: undefined,
      decisionId: undefined,
      lastMs: NOW_MS - 130 * MINUTE_MS,
      atMs: NOW_MS - 150 * MINUTE_MS,
      count: 12,
      route: 'crm-sync',
      subject: undefined,
      client: 'crm-connector',
      issuer: 'https://login.partner.example',
      holder: undefined,
      key: undefined,
      sender: { peer: undefined, certificate: undefined, address: '198.51.100.14' },
      counterpart: {
        role: 'sender before',
        sender: { peer: undefined, certificate: undefined, address: '192.0.2.200' },
        hash: undefined,
        atMs: undefined,
      },
    }),
  ]
}

export function sampleSessions(): readonly SessionRecord[] {
  const bearer = {
    id: 'Qm9vbGVhbk5hbWVPZkl0Mg',
    issuer: 'https://login.partner.example',
    subject: undefined,
    client: 'crm-connector',
    holder: undefined,
    held: [],
    keyThumbprint: undefined,
    firstSeen: 'unknown',
    uses: 48_203,
    firstSeenMs: NOW_MS - 41 * 24 * 60 * MINUTE_MS,
    expiresAtSeconds: (NOW_MS + 320 * 24 * 60 * MINUTE_MS) / 1000,
    incidentCount: 12,
    senders: [
      {
        peer: undefined,
        certificate: undefined,
        address: '192.0.2.200',
        count: 48_191,
        firstMs: 0,
        lastMs: NOW_MS,
        agent: undefined,
      },
    ],
    sendersOmitted: 1,
  } as const satisfies Partial<SessionRecord>
  const agent = {
    id: 'Qm9vbGVhbk5hbWVPZkl0Mw',
    subject: 'agent:triage-7/task-5521',
    client: 'agent-tools',
    holder: 'spiffe://prod.example/ns/agents/sa/triage',
    held: ['dpop', 'workload'],
    keyThumbprint: 'kTq7cN1Wm3S6gZcDqmCw8bR1vI5nXr2sQm0yJ4uHfLo',
    uses: 96,
    expiresAtSeconds: (NOW_MS - 30 * MINUTE_MS) / 1000,
    senders: [
      {
        peer: 'spiffe://prod.example/ns/agents/sa/triage',
        certificate: undefined,
        address: '10.4.3.4',
        count: 96,
        firstMs: 0,
        lastMs: NOW_MS,
        agent: undefined,
      },
    ],
    incidentCount: 0,
  } as const satisfies Partial<SessionRecord>
  const revoked = {
    id: 'Qm9vbGVhbk5hbWVPZkl0NA',
    subject: 'svc-payments',
    client: 'payments-worker',
    held: ['certificate'],
    lastAllowedMs: NOW_MS - 21 * MINUTE_MS,
    revoked: { id: 'rev-1', kind: 'session', atMs: NOW_MS - 20 * MINUTE_MS },
  } as const satisfies Partial<SessionRecord>
  return [sampleSession(), sampleSession(bearer), sampleSession(agent), sampleSession(revoked)]
}

export function sampleCase(changes: Partial<Case> = {}): Case {
  const [session = sampleSession(), bearer = session, agent = session] = sampleSessions()
  return {
    asked: { kind: 'key', value: KEY },
    madeAtMs: NOW_MS,
    finding: {
      name: 'cloned',
      confidence: 'proven',
      accuses: true,
      sentence: `The private key itself was copied (proven): ${THIEF.peer} and ${RUNNER} both sign with it, and neither knows the other's nonces.`,
    },
    evidenceFor: [
      'Two chains of nonces are live for one key; the senders changed 3 times without a nonce that went from one to the other.',
      'The second sender is another workload, from another namespace.',
    ],
    evidenceAgainst: ['The user agents are of the same kind.'],
    missing: ['The ledger dropped 214 entries between 09:12:00Z and 09:12:04Z; uses of that time may be missing.'],
    senders: {
      left: {
        title: 'Holder',
        sender: HOLDER,
        hash: undefined,
        firstMs: NOW_MS - 64 * MINUTE_MS,
        lastMs: NOW_MS - 3 * MINUTE_MS,
        count: 1_409,
      },
      right: {
        title: 'Other sender',
        sender: THIEF,
        hash: undefined,
        firstMs: NOW_MS - 4 * MINUTE_MS,
        lastMs: NOW_MS - 2 * MINUTE_MS,
        count: 3,
      },
    },
    timeline: [
      { atMs: NOW_MS - 64 * MINUTE_MS, side: 'both', what: 'token issued by https://as.example.com' },
      { atMs: NOW_MS - 64 * MINUTE_MS + 900, side: 'left', what: 'first use, within a second of iat: created here' },
      { atMs: NOW_MS - 4 * MINUTE_MS, side: 'right', what: 'first use by another workload: refused, peer_mismatch' },
      { atMs: NOW_MS - 3 * MINUTE_MS, side: 'left', what: 'last use: allowed' },
      { atMs: NOW_MS - 2 * MINUTE_MS, side: 'right', what: 'signs with the copied key: refused, session_cloned' },
      { atMs: NOW_MS - 2 * MINUTE_MS, side: 'both', what: 'incident cloned, proven' },
    ],
    sessions: [session],
    incidents: sampleIncidents().slice(0, 2),
    alive: [
      {
        session: {
          ...agent,
          subject: 'pipeline:checkout/deploy',
          held: ['dpop'],
          expiresAtSeconds: (NOW_MS + 60 * MINUTE_MS) / 1000,
        },
        by: ['subject', 'key'],
      },
      { session: { ...bearer, client: 'ci-runner', subject: 'pipeline:checkout/artifacts' }, by: ['client'] },
      {
        session: { ...session, id: 'Qm9vbGVhbk5hbWVPZkl0NQ', subject: 'pipeline:search/deploy' },
        by: ['workload', 'client'],
      },
      { session: { ...session, id: 'Qm9vbGVhbk5hbWVPZkl0Ng', subject: 'pipeline:ads/deploy' }, by: ['workload'] },
    ],
    aliveMore: false,
    revoked: [],
    commands: [
      {
        command: "holdfast revoke session 'build-88121' --issuer https://as.example.com --why 'case of key 0ZcO'",
        cutsOff: 'This session.',
      },
      {
        command: `holdfast revoke key ${KEY} --why 'copied'`,
        cutsOff: 'Every session that is bound to the copied key: 2.',
      },
      {
        command: "holdfast revoke subject 'pipeline:checkout/deploy' --issuer https://as.example.com",
        cutsOff: 'Everything of this subject.',
      },
    ],
    labels: {
      attack: ['T1550.001 Application Access Token', 'T1552 Unsecured Credentials'],
      nhi: ['NHI2:2025 Secret Leakage'],
      csf: ['PR.AA-03', 'PR.AA-05', 'DE.CM-03'],
      sp800207: [3, 6, 7],
    },
    searched: [
      { relation: 'key', value: KEY, found: 2 },
      { relation: 'subject', value: 'pipeline:checkout/deploy', found: 2 },
    ],
    ...changes,
  }
}
