/** What the same identity, key or workload still has alive. */
import type { LedgerStore, Relation, Relative } from '../ledger-store.ts'
import { relativeKey } from '../relations.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Alive } from './case.ts'
import type { InForce } from './in-force.ts'
import { makeTally, read, type Tally } from './reading.ts'

const MAX_ALIVE_RELATIVES = 16
const MAX_ALIVE = 200

interface StillAlive {
  readonly alive: readonly Alive[]
  readonly aliveMore: boolean
  /** Not past their end, and yet not alive. */
  readonly cutOff: readonly SessionRecord[]
}

export interface StillAliveOptions {
  readonly nowMs: number
  readonly inForce: InForce
  readonly tally: Tally
}

/** Of these sessions, and of those that hang together with them. Throws Unreadable. */
export async function stillAlive(
  store: LedgerStore,
  sessions: readonly SessionRecord[],
  { nowMs, inForce, tally }: StillAliveOptions,
): Promise<StillAlive> {
  const ties = tiesOf(sessions)
  const asked = ties.slice(0, MAX_ALIVE_RELATIVES)
  const leftOut = makeTally()
  const found = await Promise.all(
    asked.map(async ({ relative, issuer }) => ({
      relation: relative.relation,
      sessions: (await read(store.sessionsBy(relative, MAX_ALIVE), leftOut)).filter(
        (one) => issuer === undefined || one.issuer === issuer,
      ),
    })),
  )
  tally.corrupt += leftOut.corrupt
  const own = { relation: 'session' as const, sessions }
  const byId = new Map<string, { session: SessionRecord; by: Set<Relation> }>()
  const cutOff = new Map<string, SessionRecord>()
  for (const { relation, sessions: related } of [own, ...found]) {
    for (const session of related.filter(({ expiresAtSeconds }) => expiresAtSeconds * 1000 > nowMs)) {
      if (!inForce.isAlive(session)) {
        cutOff.set(session.id, session)
        continue
      }
      const entry = byId.get(session.id)
      if (entry === undefined) byId.set(session.id, { session, by: new Set([relation]) })
      else entry.by.add(relation)
    }
  }
  const alive = [...byId.values()].map(({ session, by }) => ({ session, by: [...by] }))
  return {
    alive: alive.slice(0, MAX_ALIVE),
    aliveMore: leftOut.more || ties.length > asked.length || alive.length > MAX_ALIVE,
    cutOff: [...cutOff.values()],
  }
}

interface Tie {
  readonly relative: Relative
  /** Subject and client are only one with their issuer. */
  readonly issuer: string | undefined
}

/** What other sessions may hang together by, the closest first. */
function tiesOf(sessions: readonly SessionRecord[]): readonly Tie[] {
  const ties = new Map<string, Tie>()
  const add = (relation: Relation, value: string | undefined, issuer?: string): void => {
    if (value === undefined || value === '') return
    const relative = { relation, value }
    ties.set(`${relativeKey(relative)}\0${issuer ?? ''}`, { relative, issuer })
  }
  for (const { keyThumbprint } of sessions) add('key', keyThumbprint)
  for (const { certificateThumbprint } of sessions) add('certificate', certificateThumbprint)
  for (const { subject, issuer } of sessions) add('subject', subject, issuer)
  for (const { client, issuer } of sessions) add('client', client, issuer)
  for (const { holder } of sessions) add('workload', holder)
  for (const { peer } of sessions.flatMap(({ senders }) => senders)) add('workload', peer)
  return [...ties.values()]
}
