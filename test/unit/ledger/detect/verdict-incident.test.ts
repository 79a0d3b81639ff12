import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Findings } from '../../../../src/check/decision.ts'
import { NO_PEER } from '../../../../src/check/peer/peer.ts'
import { REASON_NAMES, REASONS, type Reason } from '../../../../src/check/reasons.ts'
import { type Refusal, refusal } from '../../../../src/check/refusal.ts'
import { senderHash } from '../../../../src/check/replay/replay-key.ts'
import type { RequestFacts } from '../../../../src/check/request-facts.ts'
import { incidentOfVerdict } from '../../../../src/ledger/detect/verdict-incident.ts'
import { makeIdentifiers } from '../../../../src/ledger/identifiers.ts'
import { INCIDENT_CLASSES } from '../../../../src/ledger/incident.ts'
import { decision, event, TOKEN } from '../../../support/decisions.ts'

const names = makeIdentifiers({ secret: Buffer.alloc(32, 3), hashSubjects: true })
const HOLDER = 'spiffe://example.org/ns/shop/sa/payments'
const OTHER = { ...NO_PEER, spiffeId: 'spiffe://example.org/ns/shop/sa/thief', certificateThumbprint: 'x' }
const OWN = { ...OTHER, spiffeId: HOLDER }

function incidentOf(
  refused: Refusal | undefined,
  findings: Partial<Findings> & { mode?: 'enforce' | 'observe' } = {},
  facts: Partial<RequestFacts> = {},
) {
  const made = decision(refused, { token: { ...TOKEN, holder: HOLDER }, ...findings })
  return incidentOfVerdict(event(made, facts), names, (nowMs) => `id-${nowMs}`)
}

describe('G1 what a verdict says', () => {
  it('a clean allow, and what accuses nobody, say nothing', () => {
    expect(incidentOf(undefined)).toBeUndefined()
    for (const reason of REASON_NAMES) {
      const { class: cls } = REASONS[reason]
      if (!['none', 'invalid', 'unavailable', 'unbound'].includes(cls)) continue
      expect([reason, incidentOf(refusal(reason, ''), { peer: OTHER })]).toEqual([reason, undefined])
    }
  })

  it('the class is that of the reason', () => {
    for (const reason of REASON_NAMES) {
      const incident = incidentOf(refusal(reason, ''), { peer: OTHER })
      const isOne = (INCIDENT_CLASSES as readonly string[]).includes(REASONS[reason].class)
      if (!isOne || reason === 'certificate_rotated') continue
      expect([reason, incident?.class]).toEqual([reason, REASONS[reason].class])
    }
  })

  it('names session, token and subject by keyed hashes, the rest as it is', () => {
    expect(incidentOf(refusal('revoked', '', { revocation: { id: 'r1', kind: 'subject' } }), { peer: OWN })).toEqual({
      id: 'id-1800000000000',
      class: 'revoked',
      confidence: 'proven',
      by: 'used after it was revoked',
      atMs: 1_800_000_000_000,
      lastMs: 1_800_000_000_000,
      count: 1,
      outcome: 'denied',
      reason: 'revoked',
      decisionId: 'd1',
      route: 'payments',
      session: names.session(TOKEN),
      token: names.token(TOKEN.sha256),
      issuer: TOKEN.issuer,
      subject: names.subject('deployer'),
      client: TOKEN.client,
      holder: HOLDER,
      key: 'thumbprint',
      foreignKey: undefined,
      sender: { peer: HOLDER, certificate: 'x', address: '10.1.2.3' },
      counterpart: {
        role: 'holder',
        sender: { peer: HOLDER, certificate: undefined, address: '' },
        hash: undefined,
        atMs: undefined,
      },
      revocation: { id: 'r1', kind: 'subject' },
      contained: undefined,
    })
  })

  it('observe: let pass', () => {
    expect(incidentOf(refusal('revoked', ''), { mode: 'observe' })?.outcome).toBe('let_pass')
  })

  it.each<[Reason, 'proven' | 'suspected' | undefined, 'proven' | 'suspected']>([
    ['proof_key_mismatch', 'proven', 'proven'],
    ['certificate_mismatch', 'proven', 'proven'],
    ['peer_mismatch', 'proven', 'proven'],
    ['proof_token_mismatch', 'suspected', 'proven'],
    ['audience_mismatch', 'suspected', 'proven'],
    ['proof_target_mismatch', 'suspected', 'proven'],
    ['proof_missing', 'suspected', 'proven'],
    ['binding_downgraded', 'suspected', 'proven'],
    ['session_idle', 'suspected', 'suspected'],
    ['proof_stale', undefined, 'proven'],
    ['proof_future', undefined, 'proven'],
  ])('%s by the holder itself: %s; by another workload: %s', (reason, own, other) => {
    expect(incidentOf(refusal(reason, ''), { peer: OWN })?.confidence).toBe(own)
    expect(incidentOf(refusal(reason, ''), { peer: OTHER })?.confidence).toBe(other)
    // Nobody named a holder: as if by the holder itself.
    expect(incidentOf(refusal(reason, ''), { peer: OTHER, token: TOKEN })?.confidence).toBe(own)
  })

  it('a foreign key is told beside the holder', () => {
    const incident = incidentOf(refusal('proof_key_mismatch', '', { foreignKey: 'foreign' }), { peer: OTHER })
    expect(incident).toMatchObject({
      foreignKey: 'foreign',
      key: 'thumbprint',
      counterpart: { role: 'holder', sender: { peer: HOLDER } },
    })
    expect(incidentOf(refusal('proof_key_mismatch', ''), { token: TOKEN })?.counterpart).toBeUndefined()
  })
})

describe('G1 a proof that came twice', () => {
  const replayed = (peer: string | undefined, address: string): Refusal =>
    refusal('proof_replayed', '', { firstUse: { sender: senderHash(peer, address).toString('hex'), atMs: 5 } })

  it('by the same sender: suspected; by another: proven, and the first user is named', () => {
    expect(incidentOf(replayed(undefined, '10.1.2.3'))).toMatchObject({ confidence: 'suspected' })
    expect(incidentOf(replayed(undefined, '10.1.2.4'))).toMatchObject({
      confidence: 'proven',
      counterpart: { role: 'first user', sender: undefined, hash: expect.stringMatching(/^[0-9a-f]{16}$/), atMs: 5 },
    })
    expect(incidentOf(replayed(HOLDER, '10.1.2.3'), { peer: OTHER })?.confidence).toBe('proven')
    expect(incidentOf(replayed(OTHER.spiffeId, '10.1.2.3'), { peer: OTHER })?.confidence).toBe('suspected')
  })
})

it('G1 an expired token is not verified: told by its hash only', () => {
  const facts = { authorization: ['DPoP abc.def.ghi'], dpop: ['proof'] }
  const incident = incidentOf(refusal('token_expired', ''), { token: undefined }, facts)
  expect(incident).toMatchObject({
    class: 'stale',
    session: undefined,
    token: names.token(hash('sha256', 'abc.def.ghi', 'hex')),
  })
  expect(incidentOf(refusal('token_expired', ''), { token: undefined })?.token).toBeUndefined()
})
