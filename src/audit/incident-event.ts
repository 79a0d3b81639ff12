/**
 * An incident of the ledger as OCSF Detection Finding, with both senders as evidence. What was revoked because of it stands in
 * the same finding, as its remediation: an Incident Finding (2005) asks for the person that it is assigned to, and there is none.
 */
import { printable } from '../check/printable.ts'
import type { Counterpart, Incident, IncidentClass } from '../ledger/incident.ts'
import type { Sender } from '../ledger/sender.ts'
import type { AuditEvent } from './audit-event.ts'
import { ACTION, attacksOf, DISPOSITION, endpointOf } from './ocsf.ts'

const CLASS_UID = 2004
const CATEGORY_UID = 2
const CREATE = 1
/** `status_id` New. */
const NEW = 1
/** `confidence_id`, and `severity_id` beside it: of 3 Medium and 4 High. */
const CONFIDENCE = { proven: 3, suspected: 2 } as const
const MEDIUM = 3
const HIGH = 4

const TITLES: Readonly<Record<IncidentClass, string>> = {
  replayed: 'A proof or nonce was used again',
  stolen: 'A token was used without its key',
  forwarded: 'A token was used by another workload',
  transplanted: 'A token or proof was used at another target',
  downgraded: 'A bound token was used as a bearer token',
  cloned: 'A key is used by two holders',
  revoked: 'What was revoked was used',
  stale: 'A session was used after its end',
  concurrent: 'A session was used by two senders at once',
  drifted: 'A session is used otherwise than before',
}

const OUTCOMES = {
  denied: { action_id: ACTION.denied, disposition_id: DISPOSITION.blocked },
  let_pass: { action_id: ACTION.allowed, disposition_id: DISPOSITION.detected },
  allowed: { action_id: ACTION.allowed, disposition_id: DISPOSITION.alert },
} as const

/** @param found as the ledger has it: what is text of a token or of the request is made printable here */
export function incidentEvent(found: Incident): AuditEvent {
  const incident = {
    ...found,
    client: found.client && printable(found.client),
    sender: shown(found.sender),
    subject: found.subject && printable(found.subject),
  }
  const { atMs, by, class: cls, confidence, contained, count, id, lastMs, outcome, reason } = incident
  const attacks = attacksOf(reason ?? (cls === 'cloned' ? 'session_cloned' : undefined))
  const { action_id, disposition_id } = OUTCOMES[outcome]
  return {
    kind: 'incident',
    fields: fieldsOf(incident),
    members: {
      action_id,
      activity_id: CREATE,
      attacks,
      category_uid: CATEGORY_UID,
      class_uid: CLASS_UID,
      confidence_id: CONFIDENCE[confidence],
      count,
      disposition_id: contained === undefined ? disposition_id : DISPOSITION.accessRevoked,
      end_time: lastMs,
      evidences: evidencesOf(incident),
      finding_info: {
        desc: by,
        first_seen_time: atMs,
        last_seen_time: lastMs,
        related_events: incident.decisionId === undefined ? undefined : [{ uid: incident.decisionId }],
        title: TITLES[cls],
        types: [cls],
        uid: id,
      },
      is_alert: true,
      message: by,
      metadata: { profiles: ['security_control'], uid: id },
      policy: incident.route === undefined ? undefined : { name: incident.route },
      remediation:
        contained === undefined ? undefined : { desc: `revoked automatically: ${contained.kind} (${contained.id})` },
      severity_id: confidence === 'proven' && cls !== 'downgraded' && cls !== 'stale' ? HIGH : MEDIUM,
      start_time: atMs,
      status_detail: reason,
      status_id: NEW,
      time: atMs,
      type_uid: CLASS_UID * 100 + CREATE,
    },
  }
}

/** The sender that it is about first; the other one, where it is more than a hash. */
function evidencesOf(incident: Incident): readonly object[] {
  const { client, counterpart, issuer, sender, session, subject } = incident
  const identity = {
    session: session === undefined ? undefined : { issuer, uid: session },
    user: subject === undefined ? undefined : { uid: subject },
  }
  const known = client !== undefined || session !== undefined || subject !== undefined
  const first = { ...evidenceOf(sender), actor: known ? { ...identity, app_uid: client } : actorOf(sender) }
  return counterpart?.sender === undefined ? [first] : [first, evidenceOf(shown(counterpart.sender))]
}

function evidenceOf(sender: Sender): Record<string, unknown> {
  return { actor: actorOf(sender), src_endpoint: endpointOf(sender.address) }
}

function actorOf({ peer }: Sender): Record<string, unknown> | undefined {
  return peer === undefined ? undefined : { app_uid: peer }
}

/** All of it, named as in the decision log. */
function fieldsOf(incident: Incident): Record<string, unknown> {
  const { class: cls, counterpart, decisionId, foreignKey, sender } = incident
  return {
    by: incident.by,
    class: cls,
    client: incident.client,
    confidence: incident.confidence,
    contained: incident.contained && { ...incident.contained },
    count: incident.count,
    counterpart: counterpart && counterpartFields(counterpart),
    decision_id: decisionId,
    foreign_key: foreignKey,
    holder: incident.holder,
    incident_id: incident.id,
    issuer: incident.issuer,
    key: incident.key,
    outcome: incident.outcome,
    reason: incident.reason,
    revocation: incident.revocation && { ...incident.revocation },
    route: incident.route,
    sender: senderFields(sender),
    session: incident.session,
    subject: incident.subject,
    token: incident.token,
  }
}

function shown(sender: Sender): Sender {
  return { ...sender, address: printable(sender.address) }
}

function senderFields({ address, certificate, peer }: Sender): Record<string, unknown> {
  return { address, certificate, peer }
}

function counterpartFields({ atMs, hash, role, sender }: Counterpart): Record<string, unknown> {
  return { at_ms: atMs, hash, role, sender: sender && senderFields(shown(sender)) }
}
