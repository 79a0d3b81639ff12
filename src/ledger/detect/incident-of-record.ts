/** An incident that no verdict told: the ledger put it together from what it knows of a session. */
import type { Counterpart, Incident } from '../incident.ts'
import type { Sender } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'

type Told = Pick<Incident, 'id' | 'class' | 'confidence' | 'by' | 'atMs'>

/** `record`: undefined where no session is known. Refused nothing, so its outcome is `allowed`. */
export function incidentOfRecord(
  told: Told,
  record: SessionRecord | undefined,
  sender: Sender,
  counterpart: Counterpart | undefined,
): Incident {
  return {
    id: told.id,
    class: told.class,
    confidence: told.confidence,
    by: told.by,
    atMs: told.atMs,
    lastMs: told.atMs,
    count: 1,
    outcome: 'allowed',
    reason: undefined,
    decisionId: undefined,
    route: newest(record)?.route,
    session: record?.id,
    token: record?.tokens.at(-1)?.token,
    issuer: record?.issuer,
    subject: record?.subject,
    client: record?.client,
    holder: record?.holder,
    key: record?.keyThumbprint,
    foreignKey: undefined,
    sender: plain(sender),
    counterpart,
    revocation: undefined,
    contained: undefined,
  }
}

/** A tally is more than a sender: an incident keeps who, not how often. */
export function plain({ peer, certificate, address }: Sender): Sender {
  return { peer, certificate, address }
}

function newest(record: SessionRecord | undefined): SessionRecord['routes'][number] | undefined {
  return record?.routes.reduce<SessionRecord['routes'][number] | undefined>(
    (last, route) => (last === undefined || route.lastMs > last.lastMs ? route : last),
    undefined,
  )
}
