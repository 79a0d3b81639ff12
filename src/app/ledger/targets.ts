/**
 * What containment cuts off because of an incident, in the words of a revocation list. The ledger keeps no such words: the
 * token is known while its decision is fresh in this process; later the sealed handle of the session is opened.
 */
import type { Cache } from '../../check/cache.ts'
import { normaliseRevocationValue } from '../../check/revocation/revocation-value.ts'
import type { VerifiedToken } from '../../check/token/verified-token.ts'
import type { Identifiers } from '../../ledger/identifiers.ts'
import type { Incident } from '../../ledger/incident.ts'
import type { LedgerStore } from '../../ledger/ledger-store.ts'
import { openHandle } from '../../ledger/opened-handle.ts'
import type { SessionRecord } from '../../ledger/session-record.ts'
import type { Containable, ContainmentKind, ContainmentTarget } from './containment.ts'

export interface TargetSources {
  readonly names: Pick<Identifiers, 'open' | 'token'>
  readonly store: Pick<LedgerStore, 'sessions'>
  /** The last tokens with incidents, by session. */
  readonly tokens: Pick<Cache<VerifiedToken>, 'get'>
  /** The ledger does not know subjects then. */
  readonly hashSubjects: boolean
}

/** Never rejects: what cannot be found out is not known. */
export async function containable(incident: Incident, sources: TargetSources): Promise<Containable> {
  const token = incident.session === undefined ? undefined : sources.tokens.get(incident.session)
  const record = token === undefined ? await recordOf(incident, sources.store) : undefined
  const known = record?.routes.map(({ route }) => route) ?? []
  return {
    incident,
    routes: incident.route === undefined ? known : [incident.route],
    targetOf: (kind) => usable(token === undefined ? ofRecord(kind, incident, record, sources) : ofToken(kind, token)),
  }
}

async function recordOf({ session }: Incident, store: TargetSources['store']): Promise<SessionRecord | undefined> {
  if (session === undefined) return undefined
  const read = await store.sessions([session])
  return read.ok ? read.value.found[0] : undefined
}

function ofToken(kind: ContainmentKind, token: VerifiedToken): ContainmentTarget | undefined {
  const { issuer, sessionId, tokenId, sha256, subject, confirmation } = token
  switch (kind) {
    case 'session':
      if (sessionId !== undefined) return { kind: 'session', value: sessionId, issuer }
      return tokenId === undefined
        ? { kind: 'token', value: sha256, issuer: undefined }
        : { kind: 'token', value: tokenId, issuer }
    case 'key':
      return confirmation.jkt === undefined ? undefined : keyTarget(confirmation.jkt)
    case 'subject':
      return subject === undefined ? undefined : { kind: 'subject', value: subject, issuer }
  }
}

function ofRecord(
  kind: ContainmentKind,
  { key, issuer, subject }: Incident,
  record: SessionRecord | undefined,
  { names, hashSubjects }: TargetSources,
): ContainmentTarget | undefined {
  switch (kind) {
    case 'session':
      return record === undefined ? undefined : sessionTarget(record, names)
    case 'key': {
      const thumbprint = key ?? record?.keyThumbprint
      return thumbprint === undefined ? undefined : keyTarget(thumbprint)
    }
    case 'subject': {
      const value = subject ?? record?.subject
      return value === undefined || hashSubjects
        ? undefined
        : { kind: 'subject', value, issuer: issuer ?? record?.issuer }
    }
  }
}

function sessionTarget(record: SessionRecord, names: TargetSources['names']): ContainmentTarget | undefined {
  const handle = openHandle(record, names)
  if (handle === undefined) return undefined
  const { kind, value } = handle
  return {
    kind: kind === 'sid' ? 'session' : 'token',
    value,
    issuer: kind === 'hash' ? undefined : record.issuer,
  }
}

function keyTarget(value: string): ContainmentTarget {
  return { kind: 'key', value, issuer: undefined }
}

/** An entry that no reader of the list would take has no effect: better not known than written. */
function usable(target: ContainmentTarget | undefined): ContainmentTarget | undefined {
  if (target === undefined) return undefined
  const normal = normaliseRevocationValue(target.kind, target.value, target.issuer)
  return normal.ok ? { ...target, value: normal.value } : undefined
}
