/**
 * Two records of one session become one. In any order the same: `merge(a, b)` is `merge(b, a)`, always. In any grouping the
 * same as long as no list overflows and the newest tokens are not interleaved; sums, first and last times and what goes with
 * them hold in any grouping whatsoever. Of a list that overflows the uses go on to be counted beside it.
 */
import type { Binding } from '../check/route-plan.ts'
import { earlierOf, laterOf } from './pick.ts'
import {
  MAX_AUDIENCE,
  MAX_INCIDENTS,
  MAX_ROUTES,
  MAX_TOKENS,
  type RevokedAt,
  type RouteTally,
  type SessionRecord,
  type TokenName,
} from './session-record.ts'
import { boundSenders, mergeSenders } from './tallies.ts'

/** The order in which bindings stand in a record. */
export const BINDINGS: readonly Binding[] = ['dpop', 'certificate', 'workload']

/** `before` undefined: the delta itself, with its lists in order and within their bounds. The id is the delta's. */
export function mergeRecords(before: SessionRecord | undefined, delta: SessionRecord): SessionRecord {
  const other = before ?? EMPTY
  const first = before === undefined ? delta : earlierOf(before, delta, (record) => record.firstSeenMs, firstText)
  // What a token says goes with the token that was used last, as a whole: never half of one and half of another.
  const last = before === undefined ? delta : laterOf(before, delta, (record) => record.lastSeenMs, lastText)
  const allowed = before === undefined ? delta : laterOf(before, delta, allowedMs, heldText)
  const senders = boundSenders(mergeSenders(other.senders, delta.senders))
  const routes = boundRoutes(mergeRoutes(other.routes, delta.routes))
  return {
    id: delta.id,
    handle: last.handle,
    issuer: last.issuer,
    subject: last.subject,
    client: last.client,
    holder: last.holder,
    audience: last.audience.slice(0, MAX_AUDIENCE),
    held: BINDINGS.filter((binding) => allowed.held.includes(binding)),
    keyThumbprint: last.keyThumbprint,
    certificateThumbprint: last.certificateThumbprint,
    issuedAtSeconds: first.issuedAtSeconds,
    expiresAtSeconds: Math.max(before?.expiresAtSeconds ?? delta.expiresAtSeconds, delta.expiresAtSeconds),
    tokens: mergeTokens(last === delta ? other.tokens : delta.tokens, last.tokens),
    firstSeenMs: first.firstSeenMs,
    lastSeenMs: last.lastSeenMs,
    lastAllowedMs: allowed.lastAllowedMs,
    firstSeen: first.firstSeen,
    uses: other.uses + delta.uses,
    senders: senders.kept,
    sendersOmitted: other.sendersOmitted + delta.sendersOmitted + senders.omitted,
    routes: routes.kept,
    routesOmitted: other.routesOmitted + delta.routesOmitted + routes.omitted,
    verdicts: mergeVerdicts(other.verdicts, delta.verdicts),
    nonceHeadMs: greatest(other.nonceHeadMs, delta.nonceHeadMs),
    revoked: firstRevoked(other.revoked, delta.revoked),
    ...mergeIncidents(other, delta),
  }
}

/** The same record, with these incidents in it. */
export function withIncidents(record: SessionRecord, ids: readonly string[]): SessionRecord {
  return { ...record, ...mergeIncidents(record, { incidents: ids, incidentCount: ids.length }) }
}

type Summed = Pick<
  SessionRecord,
  | 'tokens'
  | 'uses'
  | 'senders'
  | 'sendersOmitted'
  | 'routes'
  | 'routesOmitted'
  | 'verdicts'
  | 'nonceHeadMs'
  | 'revoked'
  | 'incidents'
  | 'incidentCount'
>

const EMPTY: Summed = {
  tokens: [],
  uses: 0,
  senders: [],
  sendersOmitted: 0,
  routes: [],
  routesOmitted: 0,
  verdicts: {},
  nonceHeadMs: undefined,
  revoked: undefined,
  incidents: [],
  incidentCount: 0,
}

// What decides between two of the same moment: any rule will do that does not ask which came first.
const firstText = ({ firstSeen, issuedAtSeconds }: SessionRecord): string =>
  JSON.stringify([firstSeen, issuedAtSeconds])
const lastText = (record: SessionRecord): string =>
  JSON.stringify([
    record.handle.kind,
    record.handle.sealed,
    record.issuer,
    record.subject,
    record.client,
    record.holder,
    record.audience,
    record.keyThumbprint,
    record.certificateThumbprint,
    record.tokens,
  ])
const allowedMs = ({ lastAllowedMs }: SessionRecord): number => lastAllowedMs ?? Number.NEGATIVE_INFINITY
const heldText = ({ held }: SessionRecord): string => BINDINGS.filter((binding) => held.includes(binding)).join()

function mergeTokens(older: readonly TokenName[], newer: readonly TokenName[]): readonly TokenName[] {
  const again = new Set(newer.map(({ token }) => token))
  return [...older.filter(({ token }) => !again.has(token)), ...newer].slice(-MAX_TOKENS)
}

function mergeRoutes(one: readonly RouteTally[], other: readonly RouteTally[]): readonly RouteTally[] {
  const routes = new Map(one.map((tally) => [tally.route, tally]))
  for (const { route, count, lastMs } of other) {
    const before = routes.get(route)
    routes.set(route, {
      route,
      count: count + (before?.count ?? 0),
      lastMs: Math.max(lastMs, before?.lastMs ?? lastMs),
    })
  }
  return [...routes.values()]
}

/** The ones used last stay, newest first. */
function boundRoutes(all: readonly RouteTally[]): { kept: readonly RouteTally[]; omitted: number } {
  const sorted = all.toSorted((a, b) => b.lastMs - a.lastMs || (a.route < b.route ? -1 : 1))
  return {
    kept: sorted.slice(0, MAX_ROUTES),
    omitted: sorted.slice(MAX_ROUTES).reduce((sum, { count }) => sum + count, 0),
  }
}

function mergeVerdicts(one: SessionRecord['verdicts'], other: SessionRecord['verdicts']): SessionRecord['verdicts'] {
  const sums: Record<string, number> = { ...one }
  for (const [reason, count] of Object.entries(other)) sums[reason] = (sums[reason] ?? 0) + count
  return sums
}

function greatest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

function firstRevoked(one: RevokedAt | undefined, other: RevokedAt | undefined): RevokedAt | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return earlierOf(
    one,
    other,
    ({ atMs }) => atMs,
    ({ id, kind }) => JSON.stringify([id, kind]),
  )
}

/** Ids sort by time. One that both know is counted once, so that an incident may be written twice. */
function mergeIncidents(
  one: Pick<SessionRecord, 'incidents' | 'incidentCount'>,
  other: Pick<SessionRecord, 'incidents' | 'incidentCount'>,
): Pick<SessionRecord, 'incidents' | 'incidentCount'> {
  const ids = new Set([...one.incidents, ...other.incidents])
  const known = one.incidents.length + other.incidents.length - ids.size
  return {
    incidents: [...ids].sort().slice(-MAX_INCIDENTS),
    incidentCount: one.incidentCount + other.incidentCount - known,
  }
}
