/**
 * Gathers a case: what the question names, then the incidents of the sessions that were found, then what else the same
 * identity has alive. Three rounds of look-ups by index, in parallel within a round and bounded in number, so that a case
 * costs the same among a hundred sessions and among a million.
 */
import type { RevocationList } from '../../check/revocation/revocation.ts'
import type { Identifiers } from '../identifiers.ts'
import type { Incident } from '../incident.ts'
import type { LedgerStore, Relation, Relative, Written } from '../ledger-store.ts'
import { relativeKey } from '../relations.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Case } from './case.ts'
import { makeInForce } from './in-force.ts'
import { judge } from './judge.ts'
import type { SameHolder } from './material.ts'
import { type Question, seedsOf } from './question.ts'
import { cut, makeTally, read, type Tally, Unreadable, unwrap } from './reading.ts'
import { makeQuestions } from './revocation-questions.ts'
import { stillAlive } from './still-alive.ts'

const MAX_SESSIONS = 50
const MAX_INCIDENTS = 200
/** Sessions, and tokens, whose incidents are looked up; the others tell their last ones. */
const MAX_ASKED_SESSIONS = 16

export interface GatherOptions {
  readonly nowMs: number
  readonly retentionSeconds: number
  /** Those of the configuration: a jti or session without an issuer is tried with each. */
  readonly issuers?: readonly string[]
  /** Whether two senders are one holder by configuration (`ledger.sharing`); by identity and address it is known without. */
  readonly sameHolder?: SameHolder
  /** What is revoked now; without it, what the ledger saw refused. */
  readonly revocations?: RevocationList | undefined
}

/** Fails with constant text when the ledger cannot be read. */
export async function gatherCase(
  store: LedgerStore,
  names: Identifiers,
  asked: Question,
  { nowMs, retentionSeconds, issuers = [], sameHolder = () => false, revocations }: GatherOptions,
): Promise<Written<Case>> {
  const tally = makeTally()
  const inForce = makeInForce(revocations, makeQuestions(names, asked), nowMs)
  try {
    const seeds = seedsOf(asked, names, issuers)
    const [byIds, gaps, ...byRelatives] = await Promise.all([
      read(store.sessions(seeds.ids), tally),
      unwrap(store.gaps()),
      ...seeds.relatives.map((relative) => lookUp(store, relative, tally)),
    ])
    const direct = unique([...byIds, ...byRelatives.flatMap(({ sessions }) => sessions)]).filter(isOf(asked))
    const named = byRelatives.flatMap(({ incidents }) => incidents).filter(isOf(asked))
    const unseen = new Set(named.flatMap(({ session }) => session ?? []))
    for (const { id } of direct) unseen.delete(id)
    const sessions = cut(
      [...direct, ...(await read(store.sessions([...unseen].slice(0, MAX_SESSIONS)), tally))].sort(byLastUse),
      MAX_SESSIONS,
      tally,
    )
    const [incidents, alive] = await Promise.all([
      incidentsOf(store, sessions, named, tally),
      stillAlive(store, sessions, { nowMs, inForce, tally }),
    ])
    const material = {
      asked: { kind: asked.kind, value: asked.value },
      nowMs,
      retentionSeconds,
      sessions,
      incidents,
      ...alive,
      inForce,
      gaps,
      corrupt: tally.corrupt,
      more: tally.more,
      doubts: doubtsOf(asked, sessions, issuers),
      searched: searchedOf(seeds.ids, byIds, byRelatives),
      handles: openHandles(sessions, names),
      sameHolder,
    }
    return { ok: true, value: judge(material) }
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, detail: error.message }
    throw error
  }
}

interface LookedUp {
  readonly relative: Relative
  readonly sessions: readonly SessionRecord[]
  readonly incidents: readonly Incident[]
}

/** Relations that only one of the two is indexed by. */
const OF_INCIDENTS: ReadonlySet<Relation> = new Set(['session', 'decision'])
const OF_SESSIONS: ReadonlySet<Relation> = new Set(['jti', 'issuer'])

async function lookUp(store: LedgerStore, relative: Relative, tally: Tally): Promise<LookedUp> {
  const { relation } = relative
  const [sessions, incidents] = await Promise.all([
    OF_INCIDENTS.has(relation) ? [] : read(store.sessionsBy(relative, MAX_SESSIONS), tally),
    OF_SESSIONS.has(relation) ? [] : read(store.incidentsBy(relative, MAX_INCIDENTS), tally),
  ])
  return { relative, sessions, incidents }
}

/** A subject or client of another issuer is another one, though it is called the same. */
function isOf({ kind, issuer }: Question): (one: { readonly issuer: string | undefined }) => boolean {
  const narrowed = issuer !== undefined && (kind === 'subject' || kind === 'client')
  return (one) => !narrowed || one.issuer === issuer
}

async function incidentsOf(
  store: LedgerStore,
  sessions: readonly SessionRecord[],
  named: readonly Incident[],
  tally: Tally,
): Promise<readonly Incident[]> {
  const known = new Set(named.map(({ id }) => id))
  const ids = sessions.flatMap((session) => session.incidents).filter((id) => !known.has(id))
  const asked = sessions.filter(({ incidentCount }) => incidentCount > 0).slice(0, MAX_ASKED_SESSIONS)
  // What was refused before its token was verified (expired) is known by the token only.
  const tokens = sessions.flatMap((session) => session.tokens.map(({ token }) => token)).slice(0, MAX_ASKED_SESSIONS)
  const relatives: readonly Relative[] = [
    ...asked.map(({ id }): Relative => ({ relation: 'session', value: id })),
    ...tokens.map((value): Relative => ({ relation: 'token', value })),
  ]
  const [byIds, ...bySession] = await Promise.all([
    read(store.incidents([...new Set(ids)].slice(0, MAX_INCIDENTS)), tally),
    ...relatives.map((relative) => read(store.incidentsBy(relative, MAX_INCIDENTS), tally)),
  ])
  const all = unique([...named, ...byIds, ...bySession.flat()]).sort((one, other) => one.atMs - other.atMs)
  // What came last is what goes on: where there are too many, the oldest are left out.
  return cut(all.reverse(), MAX_INCIDENTS, tally).toReversed()
}

/** What is not clear about the question itself. */
function doubtsOf(
  { kind, issuer }: Question,
  sessions: readonly SessionRecord[],
  issuers: readonly string[],
): string[] {
  if (issuer !== undefined || (kind !== 'jti' && kind !== 'session')) return []
  const found = new Set(sessions.map((session) => session.issuer))
  if (found.size > 1) return [`A ${kind} is only unique with its issuer, and ${found.size} issuers have this one.`]
  return issuers.length === 0 && found.size === 0
    ? [`A ${kind} is found with its issuer only, and none was named.`]
    : []
}

function searchedOf(
  ids: readonly string[],
  byIds: readonly SessionRecord[],
  byRelatives: readonly LookedUp[],
): Case['searched'] {
  const direct = ids.map((id) => ({
    relation: 'session' as const,
    value: id,
    found: byIds.filter((session) => session.id === id).length,
  }))
  const rows = byRelatives.map(({ relative, sessions, incidents }) => ({
    ...relative,
    found: sessions.length + incidents.length,
  }))
  const byName = new Map<string, Case['searched'][number]>()
  for (const row of [...direct, ...rows]) {
    const found = row.found + (byName.get(relativeKey(row))?.found ?? 0)
    byName.set(relativeKey(row), { ...row, found })
  }
  return [...byName.values()]
}

function openHandles(sessions: readonly SessionRecord[], names: Identifiers): ReadonlyMap<string, string> {
  const handles = new Map<string, string>()
  for (const { id, issuer, handle } of sessions) {
    const value = names.open(id, issuer, handle)
    if (value !== undefined) handles.set(id, value)
  }
  return handles
}

function byLastUse(one: SessionRecord, other: SessionRecord): number {
  return other.lastSeenMs - one.lastSeenMs
}

function unique<T extends { readonly id: string }>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [one.id, one])).values()]
}
