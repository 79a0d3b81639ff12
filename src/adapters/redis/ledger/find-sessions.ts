/** Finds sessions by their ids and by what they are related to. What leads to nothing any more is removed when it is met. */
import type { Reading, Relative } from '../../../ledger/ledger-store.ts'
import type { SessionRecord } from '../../../ledger/session-record.ts'
import type { CommandLine } from '../connection.ts'
import { type Drop, dropAll, exist, membersOf, type Place, readTexts } from './entries.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'
import { NEWEST_OF_SHARED } from './scripts.ts'
import { NEWEST, type SessionEntries } from './session-entry.ts'

/** Rejects with ListTrouble. */
export async function sessionsById(
  link: LedgerLink,
  entries: SessionEntries,
  ids: readonly string[],
  nowMs: number,
): Promise<Reading<SessionRecord>> {
  const wanted = [...new Set(ids)].flatMap((id) => {
    const key = entries.keyOf(id)
    return key === undefined ? [] : [{ id, key }]
  })
  const texts = await readTexts(
    link,
    wanted.map(({ key }) => key),
  )
  const found: SessionRecord[] = []
  let corrupt = 0
  for (const [i, { id }] of wanted.entries()) {
    const text = texts[i]
    if (text === undefined) continue
    const record = entries.read(entries.halfOf(id), text)
    if (record === undefined) corrupt++
    else if (record.id === id && !entries.isOver(record, nowMs)) found.push(record)
  }
  const without = wanted.filter((_, i) => texts[i] === undefined).map(({ key }) => key)
  const others = (await exist(link, without)).filter((there) => there).length
  return { found, corrupt: corrupt + others, more: false }
}

/** Newest first. Rejects with ListTrouble. */
export async function sessionsByRelative(
  link: LedgerLink,
  entries: SessionEntries,
  keys: LedgerKeys,
  relative: Relative,
  limit: number,
  nowMs: number,
): Promise<Reading<SessionRecord>> {
  const { key, tag } = keys.relative(relative)
  const [reply] = await link.ask([['zrange', key, '0', '-1']])
  const members = membersOf(reply)
  if (members === undefined) return { found: [], corrupt: 1, more: false }
  const halves = members.filter((member) => member.startsWith(tag)).map((member) => member.slice(tag.length))
  const read = await readHalves(link, entries, halves, nowMs, (half) => [{ key, member: tag + half }])
  const found = read.found.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs)
  const isFull = halves.length >= (tag === '' ? NEWEST : NEWEST_OF_SHARED)
  return { found: found.slice(0, limit), corrupt: read.corrupt, more: isFull || found.length > limit }
}

export interface ReadHalves {
  /** In the order of the halves. */
  readonly found: readonly SessionRecord[]
  readonly corrupt: number
}

/**
 * The records of these; of those that are gone the place in the shard is removed, and those that `placesOf` names. Rejects
 * with ListTrouble.
 */
export async function readHalves(
  link: LedgerLink,
  entries: SessionEntries,
  halves: readonly string[],
  nowMs: number,
  placesOf: (half: string) => readonly Place[],
): Promise<ReadHalves> {
  const texts = await readTexts(link, halves.map(entries.keyOfHalf))
  const found: SessionRecord[] = []
  const gone: Drop[] = []
  let corrupt = 0
  for (const [i, half] of halves.entries()) {
    const text = texts[i]
    const record = text === undefined ? undefined : entries.read(half, text)
    if (text === undefined) gone.push(entries.drop('gone', half, undefined, placesOf(half)))
    else if (record === undefined) corrupt++
    else if (!entries.isOver(record, nowMs)) found.push(record)
  }
  // What is there, and is no text, holds something else.
  const others = (await dropAll(link, gone)).filter((dropped) => !dropped).length
  return { found, corrupt: corrupt + others }
}

/** Who stands in each of these shards; undefined where the key holds another type. Rejects with ListTrouble. */
export async function readShards(
  link: LedgerLink,
  keys: LedgerKeys,
  bits: number,
  first: number,
  howMany: number,
): Promise<readonly (readonly string[] | undefined)[]> {
  const lines = Array.from(
    { length: howMany },
    (_, i): CommandLine => ['zrange', keys.shard(bits, first + i), '0', '-1'],
  )
  return (await link.ask(lines)).map(membersOf)
}
