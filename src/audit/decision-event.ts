/**
 * One decision as OCSF API Activity. It is made from the record of the decision log, which is bounded, printable and holds no
 * secret; all of it stands in `unmapped.holdfast` besides.
 */
import type { Decision } from '../check/decision.ts'
import { type Class, REASONS } from '../check/reasons.ts'
import type { AuditEvent } from './audit-event.ts'
import { ACTION, attacksOf, DISPOSITION, endpointOf } from './ocsf.ts'

/** The record of the decision log. */
export type DecisionFields = Readonly<Record<string, unknown>>

const CLASS_UID = 6003
const CATEGORY_UID = 6

/** Of API Activity: Create, Read, Update, Delete; 99 is Other. */
const ACTIVITIES: ReadonlyMap<unknown, number> = new Map([
  ['POST', 1],
  ['GET', 2],
  ['HEAD', 2],
  ['PUT', 3],
  ['PATCH', 3],
  ['DELETE', 4],
])
const OTHER_ACTIVITY = 99

const HIGH: ReadonlySet<Class> = new Set(['replayed', 'stolen', 'forwarded', 'transplanted', 'cloned', 'revoked'])

export function decisionEvent({ verdict, reason, wouldDeny, findings }: Decision, fields: DecisionFields): AuditEvent {
  const activity = ACTIVITIES.get(fields['method']) ?? OTHER_ACTIVITY
  return {
    kind: 'decision',
    fields,
    members: {
      action_id: verdict === 'allow' ? ACTION.allowed : ACTION.denied,
      activity_id: activity,
      actor: actorOf(fields),
      api: { operation: fields['method'] },
      attacks: attacksOf(reason),
      category_uid: CATEGORY_UID,
      class_uid: CLASS_UID,
      disposition_id: dispositionOf(verdict, reason, wouldDeny),
      metadata: { profiles: ['security_control'], uid: fields['decision_id'] },
      policy: fields['route'] === undefined ? undefined : { name: fields['route'] },
      severity_id: severityOf(reason),
      src_endpoint: endpointOf(fields['source_address']),
      status_detail: reason,
      status_id: verdict === 'allow' ? 1 : 2,
      time: findings.nowMs,
      type_uid: CLASS_UID * 100 + activity,
    },
  }
}

/** Who is shown by certificate or token; OCSF asks for one member at least. */
function actorOf(fields: DecisionFields): Record<string, unknown> {
  const app = fields['client'] ?? fields['peer']
  return {
    app_name: app === undefined && fields['session'] === undefined ? 'unknown' : undefined,
    app_uid: app,
    session: fields['session'] === undefined ? undefined : { issuer: fields['issuer'], uid: fields['session'] },
    user: fields['subject'] === undefined ? undefined : { uid: fields['subject'] },
  }
}

function dispositionOf(verdict: Decision['verdict'], reason: Decision['reason'], wouldDeny: boolean): number {
  if (wouldDeny) return DISPOSITION.detected
  if (verdict === 'allow' || reason === 'ok') return DISPOSITION.allowed
  const { answer, class: cls } = REASONS[reason]
  if (cls === 'revoked') return DISPOSITION.accessRevoked
  if (answer === 'nonce') return DISPOSITION.challenge
  if (answer === 'unavailable') return DISPOSITION.error
  return answer === 'proof' || answer === 'token' || answer === 'none' ? DISPOSITION.unauthorized : DISPOSITION.blocked
}

/** 1 Informational, 2 Low, 3 Medium, 4 High. */
function severityOf(reason: Decision['reason']): number {
  if (reason === 'ok') return 1
  const cls = REASONS[reason].class
  if (HIGH.has(cls)) return 4
  return cls === 'downgraded' ? 3 : 2
}
