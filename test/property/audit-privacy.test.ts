/**
 * Rule 11 for audit records: whatever stands in token, proof, nonce, jti and sid, not a piece of it is in a record, in the chain or
 * for a collector; nor the subject where subjects are hashed. A whole process is looked at in no-secrets.test.ts.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/audit-event.ts'
import { decisionEvent } from '../../src/audit/decision-event.ts'
import { incidentEvent } from '../../src/audit/incident-event.ts'
import { unchained } from '../../src/audit/ocsf.ts'
import type { CheckEvent } from '../../src/check/observer.ts'
import { REASON_NAMES } from '../../src/check/reasons.ts'
import { refusal } from '../../src/check/refusal.ts'
import type { VerifiedToken } from '../../src/check/token/verified-token.ts'
import { incidentOfVerdict } from '../../src/ledger/detect/verdict-incident.ts'
import { makeIdentifiers } from '../../src/ledger/identifiers.ts'
import { decisionRecord } from '../../src/observability/decision-record.ts'
import { decision, event, TOKEN } from '../support/decisions.ts'
import { chainOf } from '../unit/audit/chain-world.ts'

/** A shorter piece of a secret helps nobody to guess it. */
const PIECE = 12
const secret = fc.string({ unit: fc.constantFrom(...'ghijklmnopqrstuvwxyzGHIJKLMNOP'), minLength: 22, maxLength: 60 })
const world = fc.record({
  reason: fc.constantFrom('ok' as const, ...REASON_NAMES),
  mode: fc.constantFrom('enforce' as const, 'observe' as const),
  token: secret,
  proof: secret,
  nonce: secret,
  jti: fc.option(secret),
  sid: fc.option(secret),
  subject: secret,
  ledgerSecret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

function checked({ reason, mode, token, proof, nonce, jti, sid, subject }: World): CheckEvent {
  const verified: VerifiedToken = { ...TOKEN, tokenId: jti ?? undefined, sessionId: sid ?? undefined, subject }
  const refused = reason === 'ok' ? undefined : refusal(reason, 'constant words')
  const made = decision(refused, { mode, token: verified, held: ['dpop'], nonce, proofAgeSeconds: 1, scheme: 'dpop' })
  return event(made, { authorization: [`DPoP ${token}`], dpop: [proof], path: `/${token}` })
}

/** What a decision and an incident of it leave behind. */
function written(events: readonly AuditEvent[]): string {
  return [...chainOf(events), ...events.map((one) => JSON.stringify(unchained(one)))].join('\n')
}

function eventsOf(wish: World, hashSubjects: boolean): readonly AuditEvent[] {
  const names = makeIdentifiers({ secret: Buffer.from(wish.ledgerSecret), hashSubjects })
  const seen = checked(wish)
  const found = incidentOfVerdict(seen, names, () => 'ml8u2o000-abcd1234')
  const subject = names.subject(wish.subject)
  const decided = decisionEvent(seen.decision, { ...decisionRecord(seen), subject })
  return found === undefined ? [decided] : [decided, incidentEvent(found)]
}

function pieces(text: string): string[] {
  return Array.from({ length: text.length - PIECE + 1 }, (_, i) => text.slice(i, i + PIECE))
}

describe('rule 11 audit records', () => {
  it('hold no piece of token, proof, nonce, jti or sid', () => {
    fc.assert(
      fc.property(world, (wish) => {
        const text = written(eventsOf(wish, false))
        const { token, proof, nonce, jti, sid } = wish
        for (const one of [token, proof, nonce, jti, sid]) {
          for (const piece of pieces(one ?? '')) expect(text).not.toContain(piece)
        }
        expect(text).toContain(wish.subject)
      }),
    )
  })

  it('hold no piece of a subject where subjects are hashed', () => {
    fc.assert(
      fc.property(world, (wish) => {
        const text = written(eventsOf(wish, true))
        for (const piece of pieces(wish.subject)) expect(text).not.toContain(piece)
        expect(text.split('hashed:').length).toBeGreaterThanOrEqual(5)
      }),
    )
  })
})
