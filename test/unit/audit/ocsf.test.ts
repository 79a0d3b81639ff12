/** Every kind of record against the published schema (test/vectors/ocsf). */
import { describe, expect, it } from 'vitest'
import { type AuditEvent, gapEvent, headEvent, startEvent, tornEvent } from '../../../src/audit/audit-event.ts'
import { decisionEvent } from '../../../src/audit/decision-event.ts'
import { incidentEvent } from '../../../src/audit/incident-event.ts'
import { unchained } from '../../../src/audit/ocsf.ts'
import type { Findings } from '../../../src/check/decision.ts'
import { REASON_NAMES } from '../../../src/check/reasons.ts'
import { refusal } from '../../../src/check/refusal.ts'
import type { RequestFacts } from '../../../src/check/request-facts.ts'
import { INCIDENT_CLASSES } from '../../../src/ledger/incident.ts'
import { decisionRecord } from '../../../src/observability/decision-record.ts'
import { decision, event, TOKEN } from '../../support/decisions.ts'
import { chainOf, denied, NOW_MS } from './chain-world.ts'
import { bareIncident, incident } from './incidents.ts'
import { faultsOf } from './ocsf-schema.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'BREW']
const NOTHING: Partial<Findings> = { route: undefined }
const SEEN: Partial<Findings> = { token: TOKEN, held: ['dpop'], keyThumbprint: 'thumbprint' }

function ofDecision(changes: Parameters<typeof decision>[1], reason: string, facts: Partial<RequestFacts>): AuditEvent {
  const name = REASON_NAMES.find((known) => known === reason)
  const made = decision(name && refusal(name, 'x'), changes)
  return decisionEvent(made, decisionRecord(event(made, facts)))
}

/** As a line of the file, and as a collector gets it. */
function faults(made: AuditEvent): string[] {
  const [line = ''] = chainOf([made])
  return [...faultsOf(JSON.parse(line)), ...faultsOf(JSON.parse(JSON.stringify(unchained(made))))]
}

describe('G5 records are valid OCSF', () => {
  it.each(['ok', ...REASON_NAMES])(
    'API Activity: %s, enforced and observed, with all and with nothing known',
    (reason) => {
      for (const mode of ['enforce', 'observe', 'off'] as const) {
        for (const method of METHODS) {
          expect(faults(ofDecision({ ...SEEN, mode }, reason, { method }))).toEqual([])
        }
        for (const sourceAddress of ['', 'not an address', '2001:db8::1', '::ffff:10.0.0.1', '999.1.1.1.1']) {
          expect(faults(ofDecision({ ...NOTHING, mode }, reason, { sourceAddress })), sourceAddress).toEqual([])
        }
      }
    },
  )

  it.each(INCIDENT_CLASSES)('Detection Finding: %s, of each outcome, with all and with nothing known', (cls) => {
    for (const outcome of ['denied', 'let_pass', 'allowed'] as const) {
      for (const confidence of ['proven', 'suspected'] as const) {
        const changes = { class: cls, outcome, confidence }
        expect(faults(incidentEvent(incident(changes)))).toEqual([])
        expect(faults(incidentEvent(bareIncident(changes)))).toEqual([])
        const cutOff = { id: 'containment-1', kind: 'session' }
        expect(faults(incidentEvent(incident({ ...changes, contained: cutOff, revocation: cutOff })))).toEqual([])
      }
    }
  })

  it('Base Event: what the chain says of itself', () => {
    const own = [startEvent(NOW_MS, '1'), headEvent(NOW_MS), gapEvent(NOW_MS, 5), tornEvent(NOW_MS, 3, 'ab')]
    for (const made of own) expect(faults(made), made.kind).toEqual([])
  })
})

describe('the judge of OCSF', () => {
  const made = unchained(denied())
  const plain = (changes: object) => faultsOf(JSON.parse(JSON.stringify({ ...made, ...changes })))

  it.each([
    [{}, []],
    [{ actor: undefined }, ['actor: missing']],
    [{ colour: 'red' }, ['colour: unknown']],
    [{ time: '2026' }, ['time: no long_t']],
    [{ time: 1.5 }, ['time: no long_t']],
    [{ activity_id: 7 }, ['activity_id: not in the enumeration']],
    [{ type_uid: 600305 }, ['type_uid: not in the enumeration']],
    [{ policy: { desc: 'x' } }, ['policy.: none of name, uid']],
    [{ attacks: [{ technique: { uid: 1 } }] }, ['attacks[0].technique.uid: no string_t']],
    [{ attacks: {} }, ['attacks: no array']],
    [{ src_endpoint: { ip: 'here' } }, ['src_endpoint.ip: no ip_t']],
    [{ src_endpoint: { ip: '1.2.3.4', port: 70_000 } }, ['src_endpoint.port: out of range']],
    [{ class_uid: 1 }, ['class_uid: no class']],
  ])('of %j says %j', (changes, told) => {
    expect(plain(changes)).toEqual(told)
  })

  it('takes members of a profile only where the record names it, and the class has it', () => {
    const { metadata } = made as { metadata: object }
    expect(plain({ metadata: { ...metadata, profiles: [] } })).toContain('disposition_id: unknown')
    expect(plain({ metadata: { ...metadata, profiles: ['incident', 'security_control'] } })).toEqual([
      'incident: no profile of the class',
    ])
    expect(plain({ metadata: { ...metadata, version: '1.3.0' } })).toEqual(['metadata.version: another version'])
  })
})
