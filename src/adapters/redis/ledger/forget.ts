/**
 * Removes what stands in the ledger of one subject. Every session is looked at: the sets keep the newest only. Also in the
 * shards of another `maxSessions`, which may have been configured before.
 */
import type { Incident } from '../../../ledger/incident.ts'
import type { SessionRecord } from '../../../ledger/session-record.ts'
import { dropAll, membersOf } from './entries.ts'
import { readHalves, readShards, sessionsByRelative } from './find-sessions.ts'
import type { IncidentEntries } from './incident-entry.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'
import { NEWEST, type SessionEntries } from './session-entry.ts'
import { MAX_BITS } from './shards.ts'

const SHARDS_AT_ONCE = 256
const SESSIONS_AT_ONCE = 1_024
const INCIDENTS_AT_ONCE = 500

/** Rejects with ListTrouble; what was removed before stays removed. */
export async function forgetSessions(
  link: LedgerLink,
  entries: SessionEntries,
  keys: LedgerKeys,
  subject: string,
  nowMs: number,
): Promise<number> {
  async function drop(records: readonly SessionRecord[]): Promise<number> {
    const drops = records
      .filter((record) => record.subject === subject)
      .map((record) => entries.drop('forgotten', entries.halfOf(record.id), record))
    return (await dropAll(link, drops)).length
  }
  const relative = { relation: 'subject', value: subject } as const
  const indexed = await sessionsByRelative(link, entries, keys, relative, NEWEST, nowMs)
  let forgotten = await drop(indexed.found)
  const [layouts] = await link.ask([['zrange', keys.layouts, '0', '-1']])
  const known = (membersOf(layouts) ?? []).map(Number).filter((bits) => bits >= 0 && bits <= MAX_BITS)
  for (const bits of new Set([entries.shards.bits, ...known])) {
    for (let first = 0; first < 2 ** bits; first += SHARDS_AT_ONCE) {
      const halves = await readShards(link, keys, bits, first, Math.min(SHARDS_AT_ONCE, 2 ** bits - first))
      const all = halves.flatMap((some = []) => some)
      for (let start = 0; start < all.length; start += SESSIONS_AT_ONCE) {
        const some = all.slice(start, start + SESSIONS_AT_ONCE)
        forgotten += await drop((await readHalves(link, entries, some, nowMs, () => [])).found)
      }
    }
  }
  return forgotten
}

/** Rejects with ListTrouble; what was removed before stays removed. */
export async function forgetIncidents(entries: IncidentEntries, subject: string, nowMs: number): Promise<number> {
  let forgotten = 0
  let before: string | undefined
  for (;;) {
    const { found, more } = await entries.recent(INCIDENTS_AT_ONCE, before, nowMs)
    const last: Incident | undefined = found.at(-1)
    forgotten += await entries.drop(found.filter((incident) => incident.subject === subject))
    if (!more || last === undefined) return forgotten
    before = last.id
  }
}
