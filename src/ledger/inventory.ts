/**
 * The inventory: which sessions there are, by filters that the command line and the console share. A filter that the ledger
 * has an index for is answered from it, where the index holds all of them; else the sessions are walked, page by page.
 */
import { ok, type Result } from '../check/result.ts'
import { subjectName } from './case/question.ts'
import type { Identifiers } from './identifiers.ts'
import type { LedgerStore, Page, Relative, Written } from './ledger-store.ts'
import type { SessionRecord } from './session-record.ts'

export interface SessionFilter {
  readonly wanted: (record: SessionRecord, nowMs: number) => boolean
  /** The narrowest index that holds all that is wanted, and perhaps more. */
  readonly by: Relative | undefined
}

/** Names of the filters: of the options of `holdfast sessions`, and of the fields of the console's form. */
export const SWITCH_FILTERS = ['unbound', 'stale', 'alive', 'revoked', 'with-incidents'] as const
export const VALUE_FILTERS = ['long-lived', 'idle', 'issuer', 'subject', 'client', 'workload', 'route'] as const

type Wanted = SessionFilter['wanted']

const SWITCHES: Readonly<Record<(typeof SWITCH_FILTERS)[number], Wanted>> = {
  unbound: isUnbound,
  stale: isStale,
  alive: isAlive,
  revoked: (record) => record.revoked !== undefined,
  'with-incidents': (record) => record.incidentCount > 0,
}

/** What a page from an index may hold at most; more is walked. */
const MAX_PAGE = 1_000

/** No key, no certificate and no workload ties it to its holder. */
export function isUnbound({ held, keyThumbprint, certificateThumbprint }: SessionRecord): boolean {
  return held.length === 0 && keyThumbprint === undefined && certificateThumbprint === undefined
}

/** Used after its end: past its `exp`, or refused as too old, too long-lived or idle for too long. */
export function isStale({ lastSeenMs, expiresAtSeconds, verdicts }: SessionRecord): boolean {
  const { token_expired, session_too_old, session_idle, token_lifetime_exceeded } = verdicts
  const refused = [token_expired, session_too_old, session_idle, token_lifetime_exceeded]
  return lastSeenMs > expiresAtSeconds * 1000 || refused.some((count = 0) => count > 0)
}

/** Not past its end, and not refused as revoked without having passed again since. */
export function isAlive({ expiresAtSeconds, revoked, lastAllowedMs }: SessionRecord, nowMs: number): boolean {
  return expiresAtSeconds * 1000 > nowMs && (revoked === undefined || (lastAllowedMs ?? 0) > revoked.atMs)
}

/**
 * Reads the filters by their names; other members are not looked at, and empty text is no filter. All that are given must
 * hold. The error is for people.
 */
export function parseSessionFilter(
  given: Readonly<Record<string, string | undefined>>,
  names: Pick<Identifiers, 'subject'>,
): Result<SessionFilter, string> {
  const tests: Wanted[] = SWITCH_FILTERS.filter((name) => isOn(given[name])).map((name) => SWITCHES[name])
  for (const name of ['long-lived', 'idle'] as const) {
    const text = given[name]
    if (text === undefined || text === '') continue
    const seconds = durationSeconds(text)
    if (seconds === undefined) return { ok: false, error: `${name} is no duration such as 90s, 15m, 8h or 30d` }
    tests.push(name === 'idle' ? idleFor(seconds) : livesLongerThan(seconds))
  }
  const { issuer, client, workload, route } = given
  const subject = given['subject'] ? subjectName(given['subject'], names) : undefined
  if (issuer) tests.push((record) => record.issuer === issuer)
  if (subject) tests.push((record) => record.subject === subject)
  if (client) tests.push((record) => record.client === client)
  if (workload) tests.push((record) => isOfWorkload(record, workload))
  if (route) tests.push((record) => record.routes.some((tally) => tally.route === route))
  const by = indexFor({ subject, client, workload, issuer })
  return ok({ wanted: (record, nowMs) => tests.every((test) => test(record, nowMs)), by })
}

export interface ListingOptions {
  readonly cursor: string | undefined
  /** 1 to 1,000. */
  readonly limit: number
  /** Ends the page, full or not, with a cursor. */
  readonly withinMs: number
  readonly nowMs: number
}

/** One page of the sessions that the filter wants. */
export async function listSessions(
  store: LedgerStore,
  { wanted, by }: SessionFilter,
  { cursor, limit, withinMs, nowMs }: ListingOptions,
): Promise<Written<Page>> {
  if (by !== undefined && cursor === undefined) {
    const found = await store.sessionsBy(by, MAX_PAGE)
    if (!found.ok) return found
    const { found: all, corrupt, more } = found.value
    const sessions = all.filter((record) => wanted(record, nowMs))
    if (!more && sessions.length <= limit) {
      return { ok: true, value: { sessions, cursor: undefined, looked: all.length, about: all.length, corrupt } }
    }
  }
  return store.page({ cursor, limit, withinMs, wanted: (record) => wanted(record, nowMs) })
}

function isOn(text: string | undefined): boolean {
  return text !== undefined && text !== '' && text !== '0' && text !== 'false'
}

/** From the first token's `iat`, else from its first use, to the end of the one that lives longest. */
function livesLongerThan(seconds: number): Wanted {
  return ({ issuedAtSeconds, firstSeenMs, expiresAtSeconds }) =>
    expiresAtSeconds - (issuedAtSeconds ?? firstSeenMs / 1000) > seconds
}

function idleFor(seconds: number): Wanted {
  return ({ lastSeenMs }, nowMs) => nowMs - lastSeenMs >= seconds * 1000
}

function isOfWorkload({ holder, senders }: SessionRecord, workload: string): boolean {
  return holder === workload || senders.some(({ peer }) => peer === workload)
}

type Indexed = Readonly<Record<'subject' | 'client' | 'workload' | 'issuer', string | undefined>>

function indexFor(given: Indexed): Relative | undefined {
  for (const relation of ['subject', 'client', 'workload', 'issuer'] as const) {
    const value = given[relation]
    if (value !== undefined && value !== '') return { relation, value }
  }
  return undefined
}

const SECONDS_OF = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** `90s`, `15m`, `8h`, `30d`. */
function durationSeconds(text: string): number | undefined {
  const [, digits, unit] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * SECONDS_OF[unit as keyof typeof SECONDS_OF]
}
