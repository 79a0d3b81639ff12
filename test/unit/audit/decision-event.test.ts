import { describe, expect, it } from 'vitest'
import { decisionEvent } from '../../../src/audit/decision-event.ts'
import type { Decision } from '../../../src/check/decision.ts'
import { REASON_NAMES } from '../../../src/check/reasons.ts'
import { refusal } from '../../../src/check/refusal.ts'
import type { RequestFacts } from '../../../src/check/request-facts.ts'
import { decisionRecord } from '../../../src/observability/decision-record.ts'
import { decision, event, TOKEN } from '../../support/decisions.ts'

function members(made: Decision, facts: Partial<RequestFacts> = {}): Record<string, unknown> {
  return decisionEvent(made, decisionRecord(event(made, facts))).members
}

describe('G5 a decision as OCSF API Activity', () => {
  it('of an allowed request names who, what and where', () => {
    expect(members(decision(undefined, { token: TOKEN, held: ['dpop'] }))).toEqual({
      action_id: 1,
      activity_id: 2,
      actor: {
        app_name: undefined,
        app_uid: 'spiffe://example.org/ns/shop/sa/payments',
        session: { issuer: 'https://as.example.com', uid: expect.stringMatching(/^[0-9a-f]{16}$/) },
        user: { uid: 'deployer' },
      },
      api: { operation: 'GET' },
      attacks: undefined,
      category_uid: 6,
      class_uid: 6003,
      disposition_id: 1,
      metadata: { profiles: ['security_control'], uid: 'd1' },
      policy: { name: expect.any(String) },
      severity_id: 1,
      src_endpoint: { ip: '10.1.2.3' },
      status_detail: 'ok',
      status_id: 1,
      time: 1_800_000_000_000,
      type_uid: 600302,
    })
  })

  it.each([
    ['proof_replayed', 26, 4],
    ['revoked', 24, 4],
    ['nonce_required', 23, 2],
    ['deadline_exceeded', 27, 2],
    ['route_unknown', 2, 2],
  ] as const)('of %s has disposition %i and severity %i', (reason, disposition, severity) => {
    const made = members(decision(refusal(reason, 'x')))
    expect([made['action_id'], made['disposition_id'], made['severity_id'], made['status_id']]).toEqual([
      2,
      disposition,
      severity,
      2,
    ])
  })

  it('that observe let pass is allowed and detected', () => {
    const made = members(decision(refusal('proof_replayed', 'x'), { mode: 'observe' }))
    expect([made['action_id'], made['disposition_id'], made['severity_id']]).toEqual([1, 15, 4])
    expect(made['attacks']).toContainEqual({ technique: { uid: 'T1550.001' } })
  })

  it('has what OCSF requires for every reason, with nothing known of the request', () => {
    for (const reason of REASON_NAMES) {
      const made = members(decision(refusal(reason, 'x'), { route: undefined }), { sourceAddress: '', method: 'BREW' })
      expect(made).toMatchObject({
        actor: { app_name: 'unknown' },
        src_endpoint: { name: 'unknown' },
        type_uid: 600399,
      })
      expect(made['severity_id']).toBeGreaterThan(1)
    }
  })
})
