/** What a session, and an incident, can be found by. */
import { parseSpiffeId } from '../check/peer/spiffe-id.ts'
import type { Incident } from './incident.ts'
import type { Relation, Relative } from './ledger-store.ts'
import type { Sender } from './sender.ts'
import type { SessionRecord } from './session-record.ts'

/** Each once; at most some forty, since the lists of a record are bounded. */
export function relativesOfSession(record: SessionRecord): readonly Relative[] {
  return distinct([
    ...record.tokens.flatMap(({ token, jti }) => [of('token', token), of('jti', jti)]),
    of('subject', record.subject),
    of('client', record.client),
    of('key', record.keyThumbprint),
    of('certificate', record.certificateThumbprint),
    ...ofWorkload(record.holder),
    of('issuer', record.issuer),
    ...record.senders.flatMap(ofSender),
  ])
}

/** Each once. The key that signed is found as a key, the other sender like the one. */
export function relativesOfIncident(incident: Incident): readonly Relative[] {
  const { counterpart } = incident
  return distinct([
    of('session', incident.session),
    of('decision', incident.decisionId),
    of('token', incident.token),
    of('subject', incident.subject),
    of('client', incident.client),
    of('key', incident.key),
    of('key', incident.foreignKey),
    ...ofWorkload(incident.holder),
    ...ofSender(incident.sender),
    ...(counterpart?.sender === undefined ? [] : ofSender(counterpart.sender)),
  ])
}

function ofSender({ peer, certificate, address }: Sender): readonly (Relative | undefined)[] {
  return [...ofWorkload(peer), of('certificate', certificate), of('address', address)]
}

function ofWorkload(spiffeId: string | undefined): readonly (Relative | undefined)[] {
  if (spiffeId === undefined) return []
  return [of('workload', spiffeId), of('trust-domain', parseSpiffeId(spiffeId)?.trustDomain)]
}

function of(relation: Relation, value: string | undefined): Relative | undefined {
  return value === undefined || value === '' ? undefined : { relation, value }
}

function distinct(relatives: readonly (Relative | undefined)[]): readonly Relative[] {
  const byName = new Map<string, Relative>()
  for (const relative of relatives) {
    if (relative !== undefined) byName.set(relativeKey(relative), relative)
  }
  return [...byName.values()]
}

/** One text for each relation and value: no relation's name holds a NUL. */
export function relativeKey({ relation, value }: Relative): string {
  return `${relation}\0${value}`
}
