/**
 * What the list of revocations says now, asked with what the ledger keeps: which entries cut a session off whoever brings it,
 * and which cut off who brought it. Where no list was given, or it cannot tell, what the ledger saw refused counts.
 */
import {
  BLANK_QUERY,
  type Revocation,
  type RevocationList,
  type RevocationQuery,
} from '../../check/revocation/revocation.ts'
import { isAlive } from '../inventory.ts'
import type { Sender } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import type { RevocationQuestions } from './revocation-questions.ts'

export type Entry = Pick<Revocation, 'id' | 'kind'>

export interface InForce {
  /** Not past its end, and not cut off. What only may be cut off counts as alive: nobody must take it for contained. */
  isAlive(session: SessionRecord): boolean
  /** Entries that match the session itself, at most one of a kind. */
  ofSession(session: SessionRecord): readonly Entry[]
  /** Entries that match who brought a token of that age; undefined: a token that does not tell. */
  ofSender(sender: Pick<Sender, 'peer' | 'certificate'>, issuedAtSeconds: number | undefined): readonly Entry[]
  /** Whether all entries of this kind that match one of the sessions are found. */
  tellsAll(kind: string, sessions: readonly SessionRecord[]): boolean
  /** What the list cannot tell of these sessions, in words. */
  doubts(sessions: readonly SessionRecord[]): readonly string[]
}

interface Look {
  readonly entries: readonly Entry[]
  readonly isCutOff: boolean
  /** Cut off but for a newer token, which it may have. */
  readonly isUnsure: boolean
}

/** Without a list what the ledger saw refused counts. */
export function makeInForce(list: RevocationList | undefined, questions: RevocationQuestions, nowMs: number): InForce {
  const looks = new Map<string, Look>()
  const blank = list?.find(BLANK_QUERY, nowMs / 1000)
  const problem = blank?.kind === 'stale' ? blank.detail : undefined
  const canTell = list !== undefined && problem === undefined

  function find(parts: readonly Partial<RevocationQuery>[], issuedAtSeconds: number | undefined): readonly Entry[] {
    const found = parts.flatMap((part) => {
      const outcome = list?.find({ ...BLANK_QUERY, ...part, issuedAtSeconds }, nowMs / 1000)
      return outcome?.kind === 'revoked' ? [outcome.revocation] : []
    })
    return [...new Map(found.map((entry) => [entry.id, entry])).values()]
  }

  function lookAt(session: SessionRecord): Look {
    const { issuedAtSeconds, tokens, lastSeenMs } = session
    const parts = questions.of(session)
    const entries = find(parts, issuedAtSeconds)
    if (entries.length === 0 || tokens.length <= 1) {
      return { entries, isCutOff: entries.length > 0, isUnsure: false }
    }
    // Of its newest token only this is known: it was issued before the session was last seen.
    const isCutOff = find(parts, lastSeenMs / 1000).length > 0
    return { entries, isCutOff, isUnsure: !isCutOff }
  }

  function look(session: SessionRecord): Look {
    const known = looks.get(session.id) ?? lookAt(session)
    looks.set(session.id, known)
    return known
  }

  return {
    isAlive(session) {
      const { expiresAtSeconds, revoked } = session
      if (list === undefined || expiresAtSeconds * 1000 <= nowMs) return isAlive(session, nowMs)
      const { isCutOff, isUnsure } = look(session)
      if (isCutOff) return false
      // What it was refused for has ended or was taken back.
      const passesAgain = revoked !== undefined && canTell && !isUnsure && questions.tells(revoked.kind, session)
      return passesAgain || isAlive(session, nowMs)
    },
    ofSession: (session) => look(session).entries,
    ofSender({ peer, certificate }, issuedAtSeconds) {
      const workload = { workloads: peer === undefined ? [] : [peer] }
      return find(
        [workload, { certificateThumbprints: certificate === undefined ? [] : [certificate] }],
        issuedAtSeconds,
      )
    },
    // A token may be revoked by its hash, of which the ledger keeps a keyed one only.
    tellsAll: (kind, sessions) =>
      canTell && kind !== 'token' && sessions.every((session) => questions.tells(kind, session)),
    doubts(sessions) {
      if (list === undefined) return []
      if (problem !== undefined) {
        return [`What is revoked is known only as far as it was seen refused: ${problem}.`]
      }
      const lines: string[] = []
      if (!sessions.every(questions.isNamed)) {
        lines.push('Sessions were sealed with another secret: whether they are revoked by sid or jti is not known.')
      }
      if (!sessions.every((session) => questions.tells('subject', session))) {
        lines.push('The subject is kept as a hash: whether it is revoked by its name is not known.')
      }
      if (sessions.some((session) => look(session).isUnsure)) {
        lines.push('A revoked session was seen since: it may have a newer token that passes, so it counts as alive.')
      }
      return lines
    },
  }
}
