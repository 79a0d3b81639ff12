/** What a list of revocations can be asked of a session, from what the ledger keeps of it: one question for each kind. */
import type { RevocationKind, RevocationQuery } from '../../check/revocation/revocation.ts'
import type { Identifiers } from '../identifiers.ts'
import { type OpenedHandle, openHandle } from '../opened-handle.ts'
import type { SessionRecord } from '../session-record.ts'
import { isHashedSubject, type Question } from './question.ts'

/** One kind each, since an answer names one entry only. Times are not in it. */
type Part = Partial<RevocationQuery>

export interface RevocationQuestions {
  of(session: SessionRecord): readonly Part[]
  /** Whether an entry of this kind that matches the session would be found so. */
  tells(kind: string, session: SessionRecord): boolean
  /** Whether the sid, jti or hash that it is revoked by is known. */
  isNamed(session: SessionRecord): boolean
}

/** @param asked of what was asked for the plain name is known, which the ledger may keep as a hash only */
export function makeQuestions(
  names: Pick<Identifiers, 'open' | 'token' | 'jti' | 'subject'>,
  asked: Question,
): RevocationQuestions {
  const opened = new Map<string, OpenedHandle | undefined>()

  function handleOf(session: SessionRecord): OpenedHandle | undefined {
    if (!opened.has(session.id)) opened.set(session.id, openHandle(session, names))
    return opened.get(session.id)
  }

  function subjectOf({ subject }: SessionRecord): string | undefined {
    if (subject === undefined || !isHashedSubject(subject)) return subject
    return asked.kind === 'subject' && names.subject(asked.value) === subject ? asked.value : undefined
  }

  function byHandle(session: SessionRecord): readonly Part[] {
    const handle = handleOf(session)
    if (handle === undefined) return []
    const { kind, value } = handle
    if (kind === 'hash') return [{ tokenSha256: value }]
    return [{ [kind === 'sid' ? 'sessionId' : 'tokenId']: value, issuer: session.issuer }]
  }

  /** A token is the session where it is its only one. */
  function byToken({ issuer, tokens }: SessionRecord): readonly Part[] {
    const [only] = tokens.length === 1 ? tokens : []
    if (asked.kind === 'token' && names.token(asked.value) === only?.token) return [{ tokenSha256: asked.value }]
    if (asked.kind === 'jti' && names.jti(issuer, asked.value) === only?.jti) return [{ tokenId: asked.value, issuer }]
    return []
  }

  return {
    of(session) {
      const { issuer, client, keyThumbprint, certificateThumbprint, holder } = session
      return [
        ...byHandle(session),
        ...byToken(session),
        { subject: subjectOf(session), issuer },
        { client, issuer },
        { keyThumbprint },
        { certificateThumbprints: certificateThumbprint === undefined ? [] : [certificateThumbprint] },
        { workloads: holder === undefined ? [] : [holder] },
        { issuer },
      ]
    },
    tells(kind, session) {
      switch (kind as RevocationKind) {
        case 'token':
          return session.handle.kind === 'token' && handleOf(session) !== undefined
        case 'session':
          return session.handle.kind === 'token' || handleOf(session) !== undefined
        case 'subject':
          return session.subject === undefined || subjectOf(session) !== undefined
        case 'certificate':
          // It may be revoked by its serial number, which the ledger does not keep.
          return false
        default:
          return true
      }
    },
    isNamed: (session) => handleOf(session) !== undefined,
  }
}
