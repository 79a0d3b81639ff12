/** Incidents: written once or twice, found by their ids, by their time and by whom they are about. */
import type { Incident } from '../../../ledger/incident.ts'
import { decodeIncident, encodeIncident } from '../../../ledger/incident-codec.ts'
import type { LedgerBounds, Reading, Relative } from '../../../ledger/ledger-store.ts'
import { relativesOfIncident } from '../../../ledger/relations.ts'
import type { CommandLine } from '../connection.ts'
import { type Drop, dropAll, exist, fromOctets, type Item, membersOf, putAll, readTexts, toOctets } from './entries.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'
import { NEWEST } from './session-entry.ts'

export interface IncidentEntries {
  save(incidents: readonly Incident[], nowMs: number): Promise<void>
  byId(ids: readonly string[], nowMs: number): Promise<Reading<Incident>>
  byRelative(relative: Relative, limit: number, nowMs: number): Promise<Reading<Incident>>
  /** Newest first. */
  recent(limit: number, before: string | undefined, nowMs: number): Promise<Reading<Incident>>
  drop(incidents: readonly Incident[]): Promise<number>
}

const ID = /^[0-9a-z-]{1,32}$/
/** The milliseconds at the start of an id. */
const TIME_CHARACTERS = 9
/** Whoever reads the feed has to come by before so many more were written. */
const FED = '10000'

/** All of its functions reject with ListTrouble. */
export function incidentEntries(
  link: LedgerLink,
  keys: LedgerKeys,
  { retentionSeconds, maxIncidents }: LedgerBounds,
): IncidentEntries {
  const retentionMs = retentionSeconds * 1000

  function itemOf(incident: Incident, nowMs: number): Item {
    const { id, lastMs } = incident
    return {
      key: keys.incident(id),
      put: () => ({
        text: toOctets(encodeIncident(incident)),
        lifeMs: lastMs + retentionMs - nowMs,
        // All have the same standing: the first in the order of their ids, which is that of time, goes first.
        shard: { key: keys.incidents, member: id, bound: maxIncidents },
        standing: 0,
        setLifeSeconds: retentionSeconds + 1,
        score: Math.floor(lastMs / 1000),
        oldestScore: Math.floor((nowMs - retentionMs) / 1000),
        into: relativesOfIncident(incident).map((relative) => {
          return { key: keys.incidentsBy(relative), member: id, bound: NEWEST, tag: '' }
        }),
      }),
    }
  }

  function dropOf(why: Drop['why'], id: string, incident: Incident | undefined): Drop {
    const relatives = incident === undefined ? [] : relativesOfIncident(incident)
    const places = relatives.map((relative) => ({ key: keys.incidentsBy(relative), member: id }))
    return { why, key: keys.incident(id), shard: { key: keys.incidents, member: id }, places }
  }

  /** Its name and kind only: of whom it tells stands in one place, where it can be forgotten. May come twice. */
  function fed({ id, class: cls, confidence, outcome }: Incident): CommandLine {
    const about = ['id', id, 'class', cls, 'confidence', confidence, 'outcome', outcome]
    return ['xadd', keys.incidentFeed, 'MAXLEN', '~', FED, '*', ...about]
  }

  function read(text: string | undefined): Incident | undefined {
    return text === undefined ? undefined : decodeIncident(fromOctets(text))
  }

  async function byId(ids: readonly string[], nowMs: number): Promise<Reading<Incident> & { gone: readonly string[] }> {
    const wanted = [...new Set(ids)].filter((id) => ID.test(id))
    const texts = await readTexts(link, wanted.map(keys.incident))
    const found: Incident[] = []
    let corrupt = 0
    for (const text of texts) {
      const incident = read(text)
      if (text !== undefined && incident === undefined) corrupt++
      if (incident !== undefined && incident.lastMs + retentionMs > nowMs) found.push(incident)
    }
    const without = wanted.filter((_, i) => texts[i] === undefined)
    const there = await exist(link, without.map(keys.incident))
    const gone = without.filter((_, i) => there[i] !== true)
    return { found, corrupt: corrupt + without.length - gone.length, more: false, gone }
  }

  return {
    async save(incidents, nowMs) {
      const byId = new Map(incidents.map((incident) => [incident.id, incident]))
      const evicted = await putAll(
        link,
        [...byId.values()].map((incident) => itemOf(incident, nowMs)),
      )
      const texts = await readTexts(link, evicted.map(keys.incident))
      await dropAll(
        link,
        evicted.map((id, i) => dropOf('evicted', id, read(texts[i]))),
      )
      const oldest = Math.max(0, nowMs - retentionMs)
        .toString(36)
        .padStart(TIME_CHARACTERS, '0')
      await link.ask([
        ['zremrangebylex', keys.incidents, '-', `(${oldest}`],
        ...[...byId.values()].map(fed),
        ['expire', keys.incidentFeed, String(retentionSeconds)],
      ])
    },
    byId,
    async byRelative(relative, limit, nowMs) {
      const key = keys.incidentsBy(relative)
      const [reply] = await link.ask([['zrange', key, '0', '-1']])
      const ids = membersOf(reply)
      if (ids === undefined) return { found: [], corrupt: 1, more: false }
      const { found, corrupt, gone } = await byId(ids, nowMs)
      await dropAll(
        link,
        gone.map((id): Drop => ({ ...dropOf('gone', id, undefined), places: [{ key, member: id }] })),
      )
      const sorted = found.toSorted((a, b) => (a.id < b.id ? 1 : -1))
      return { found: sorted.slice(0, limit), corrupt, more: ids.length >= NEWEST || sorted.length > limit }
    },
    async recent(limit, before, nowMs) {
      const found: Incident[] = []
      let corrupt = 0
      let last = before
      for (;;) {
        const start = last === undefined ? '+' : `(${last}`
        const range = ['zrange', keys.incidents, start, '-', 'bylex', 'rev', 'limit', '0', String(limit + 1)] as const
        const [reply] = await link.ask([range])
        const ids = membersOf(reply)
        if (ids === undefined) return { found, corrupt: corrupt + 1, more: false }
        const wanted = ids.slice(0, limit - found.length)
        const some = await byId(wanted, nowMs)
        found.push(...some.found)
        corrupt += some.corrupt
        last = wanted.at(-1) ?? last
        const more = ids.length > wanted.length
        if (!more || found.length >= limit) return { found, corrupt, more }
      }
    },
    async drop(incidents) {
      const drops = incidents.map((incident) => dropOf('forgotten', incident.id, incident))
      return (await dropAll(link, drops)).length
    },
  }
}
