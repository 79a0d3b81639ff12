/**
 * An incident as text: JSON, since there are few of them and people may read them. What is undefined is left out. Reading is
 * strict: every member is checked, and one that is unknown makes the whole none of ours.
 */
import { parseStrictJsonText } from '../check/codec/strict-json.ts'
import { REASON_NAMES, type Reason } from '../check/reasons.ts'
import { type Fault, type JsonMembers, readMembers } from './codec/json-members.ts'
import { type Counterpart, INCIDENT_CLASSES, type Incident } from './incident.ts'
import type { Sender } from './sender.ts'

const FORMATS = ['1'] as const
const CONFIDENCES = ['proven', 'suspected'] as const
const OUTCOMES = ['denied', 'let_pass', 'allowed'] as const
const ROLES = ['first user', 'holder', 'sender before', 'other sender'] as const
const REASONS = REASON_NAMES as readonly [Reason, ...Reason[]]

export function encodeIncident(incident: Incident): string {
  return JSON.stringify({ format: FORMATS[0], ...incident })
}

/** Undefined for whatever `encodeIncident` would not have written. */
export function decodeIncident(text: string): Incident | undefined {
  const fault: Fault = { failed: false }
  const incident = readMembers(parseStrictJsonText(text), fault, (from) => {
    from.oneOf('format', FORMATS)
    return readIncident(from)
  })
  return fault.failed ? undefined : incident
}

function readIncident(from: JsonMembers): Incident {
  return {
    id: from.text('id'),
    class: from.oneOf('class', INCIDENT_CLASSES),
    confidence: from.oneOf('confidence', CONFIDENCES),
    by: from.text('by'),
    atMs: from.whole('atMs'),
    lastMs: from.whole('lastMs'),
    count: from.whole('count'),
    outcome: from.oneOf('outcome', OUTCOMES),
    reason: from.has('reason') ? from.oneOf('reason', REASONS) : undefined,
    decisionId: from.maybeText('decisionId'),
    route: from.maybeText('route'),
    session: from.maybeText('session'),
    token: from.maybeText('token'),
    issuer: from.maybeText('issuer'),
    subject: from.maybeText('subject'),
    client: from.maybeText('client'),
    holder: from.maybeText('holder'),
    key: from.maybeText('key'),
    foreignKey: from.maybeText('foreignKey'),
    sender: from.object('sender', readSender),
    counterpart: from.maybeObject('counterpart', readCounterpart),
    revocation: from.maybeObject('revocation', readNamed),
    contained: from.maybeObject('contained', readNamed),
  }
}

function readSender(from: JsonMembers): Sender {
  return {
    peer: from.maybeText('peer'),
    certificate: from.maybeText('certificate'),
    address: from.text('address'),
  }
}

function readCounterpart(from: JsonMembers): Counterpart {
  return {
    role: from.oneOf('role', ROLES),
    sender: from.maybeObject('sender', readSender),
    hash: from.maybeText('hash'),
    atMs: from.maybeWhole('atMs'),
  }
}

function readNamed(from: JsonMembers): { readonly id: string; readonly kind: string } {
  return { id: from.text('id'), kind: from.text('kind') }
}
