import { describe, expect, it } from 'vitest'
import { incidentEvent } from '../../../src/audit/incident-event.ts'
import { NOW_MS } from './chain-world.ts'
import { bareIncident, incident } from './incidents.ts'

describe('G5 an incident as OCSF Detection Finding', () => {
  it('names what was found, by what, and both senders', () => {
    expect(incidentEvent(incident()).members).toMatchObject({
      action_id: 2,
      attacks: [{ technique: { uid: 'T1550.001' } }, { technique: { uid: 'T1557' } }],
      class_uid: 2004,
      confidence_id: 3,
      count: 3,
      disposition_id: 2,
      end_time: NOW_MS + 5_000,
      evidences: [
        {
          actor: {
            app_uid: 'spiffe://example.org/ns/shop/sa/payments',
            session: { issuer: 'https://as.example.com', uid: 'c2Vzc2lvbi1uYW1lLTEyMw' },
            user: { uid: 'deployer' },
          },
          src_endpoint: { ip: '10.9.9.9' },
        },
        { actor: { app_uid: 'spiffe://example.org/ns/shop/sa/payments' }, src_endpoint: { ip: '2001:db8::7' } },
      ],
      finding_info: {
        related_events: [{ uid: 'd1' }],
        title: 'A proof or nonce was used again',
        types: ['replayed'],
        uid: 'ml8u2o000-abcd1234',
      },
      message: 'the same proof came from another sender',
      severity_id: 4,
      start_time: NOW_MS,
      status_detail: 'proof_replayed',
      type_uid: 200401,
    })
  })

  it.each([
    ['denied', 2, 2],
    ['let_pass', 1, 15],
    ['allowed', 1, 19],
  ] as const)('that was %s has action %i and disposition %i', (outcome, action, disposition) => {
    const { members } = incidentEvent(incident({ outcome }))
    expect([members['action_id'], members['disposition_id']]).toEqual([action, disposition])
  })

  it.each([
    ['proven', 'replayed', 3, 4],
    ['proven', 'downgraded', 3, 3],
    ['proven', 'stale', 3, 3],
    ['suspected', 'concurrent', 2, 3],
  ] as const)('%s %s has confidence %i and severity %i', (confidence, cls, confidenceId, severity) => {
    const { members } = incidentEvent(incident({ confidence, class: cls }))
    expect([members['confidence_id'], members['severity_id']]).toEqual([confidenceId, severity])
  })

  it('says what was revoked because of it', () => {
    expect(incidentEvent(incident({ contained: { id: 'c-1', kind: 'session' } })).members).toMatchObject({
      disposition_id: 24,
      remediation: { desc: 'revoked automatically: session (c-1)' },
    })
    expect(incidentEvent(incident()).members['remediation']).toBeUndefined()
  })

  it('that the ledger put together has the techniques of its class', () => {
    expect(incidentEvent(bareIncident({ class: 'cloned' })).members['attacks']).toEqual([
      { technique: { uid: 'T1550.001' } },
    ])
    expect(incidentEvent(bareIncident({ class: 'drifted' })).members['attacks']).toBeUndefined()
  })

  it('has what is text of a token or of the request printable and bounded', () => {
    const sender = { peer: undefined, certificate: undefined, address: 'a\u2028b' }
    const long = incident({ subject: `s\u202e${'x'.repeat(300)}`, client: 'c\u0000', sender })
    const counterpart = { role: 'holder', sender, hash: undefined, atMs: undefined } as const
    const text = JSON.stringify(incidentEvent({ ...long, counterpart }))
    expect(text).not.toMatch(/[\u2028\u202e]|(?<!\\)\\u0000/)
    expect(text).not.toContain('x'.repeat(257))
    for (const part of ['s\\\\u202exx', 'c\\\\u0000', 'a\\\\u2028b']) expect(text).toContain(part)
  })

  it('has every field of the incident for who searches by it', () => {
    const made = incident({
      revocation: { id: 'r', kind: 'key' },
      foreignKey: 'f',
      contained: { id: 'c', kind: 'key' },
    })
    const text = JSON.stringify(incidentEvent(made).fields)
    const values = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value).flatMap(values) : [value]
    for (const value of values({ ...made, atMs: undefined, lastMs: undefined })) {
      if (value !== undefined) expect(text).toContain(JSON.stringify(value))
    }
  })
})
