/** Merges what was seen of sessions into their records. */
import type { Change } from '../../../ledger/ledger-store.ts'
import { mergeRecords, withIncidents } from '../../../ledger/merge.ts'
import type { SessionRecord } from '../../../ledger/session-record.ts'
import { type Drop, dropAll, type Item, putAll, readTexts } from './entries.ts'
import type { LedgerLink } from './ledger-link.ts'
import type { SessionEntries } from './session-entry.ts'

/** Each session once. Rejects with ListTrouble. */
export async function saveSessions(
  link: LedgerLink,
  entries: SessionEntries,
  deltas: readonly SessionRecord[],
  nowMs: number,
): Promise<readonly Change[]> {
  const byId = new Map<string, SessionRecord>()
  for (const delta of deltas) {
    const other = byId.get(delta.id)
    byId.set(delta.id, other === undefined ? delta : mergeRecords(other, delta))
  }
  const changes = new Map<string, Change>()
  const items = [...byId.values()].flatMap((delta) => {
    return itemOf(entries, delta.id, nowMs, (before) => {
      const after = mergeRecords(before, delta)
      changes.set(delta.id, { before, after })
      return after
    })
  })
  await evict(link, entries, await putAll(link, items))
  return [...changes.values()]
}

/** Sessions that are not there are left out. Rejects with ListTrouble. */
export async function addIncidents(
  link: LedgerLink,
  entries: SessionEntries,
  idsBySession: ReadonlyMap<string, readonly string[]>,
  nowMs: number,
): Promise<void> {
  const items = [...idsBySession].flatMap(([id, incidents]) => {
    return itemOf(entries, id, nowMs, (before) => before && withIncidents(before, incidents))
  })
  await evict(link, entries, await putAll(link, items))
}

function itemOf(
  entries: SessionEntries,
  id: string,
  nowMs: number,
  change: (before: SessionRecord | undefined) => SessionRecord | undefined,
): readonly Item[] {
  const key = entries.keyOf(id)
  if (key === undefined) return []
  const put: Item['put'] = (text) => {
    const found = text === undefined ? undefined : entries.read(entries.halfOf(id), text)
    // Another session with the same half of an id: that one stays.
    if (found !== undefined && found.id !== id) return undefined
    const before = found === undefined || entries.isOver(found, nowMs) ? undefined : found
    const after = change(before)
    return after && entries.put(before, after, nowMs)
  }
  return [{ key, put }]
}

/** What had to leave its shard is removed with all that leads to it. */
async function evict(link: LedgerLink, entries: SessionEntries, halves: readonly string[]): Promise<void> {
  if (halves.length === 0) return
  const texts = await readTexts(link, halves.map(entries.keyOfHalf))
  const drops = halves.map((half, i): Drop => {
    const text = texts[i]
    return entries.drop('evicted', half, text === undefined ? undefined : entries.read(half, text))
  })
  await dropAll(link, drops)
}
