/**
 * Walks the inventory shard by shard. Within a shard sessions are taken in the order of their names, which does not change
 * while they are used: a session that lives through the listing stands in it once.
 */
import type { Page, PageWish } from '../../../ledger/ledger-store.ts'
import type { SessionRecord } from '../../../ledger/session-record.ts'
import type { CommandLine } from '../connection.ts'
import { ListTrouble } from '../revocation/list-connection.ts'
import { readHalves, readShards } from './find-sessions.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'
import type { SessionEntries } from './session-entry.ts'

/** Shards at once: few at first, since a page may be full soon. */
const FIRST_SHARDS = 2
const MOST_SHARDS = 32
/** Shards that are counted to say about how many sessions there are. */
const COUNTED = 64
const CURSOR = /^(\d{1,2})-(\d{1,6})-([A-Za-z0-9_-]{0,11})$/

/** Rejects with ListTrouble. */
export async function readPage(
  link: LedgerLink,
  entries: SessionEntries,
  keys: LedgerKeys,
  { cursor, limit, withinMs, wanted }: PageWish,
  nowMs: number,
): Promise<Page> {
  const { bits, count } = entries.shards
  const endsMs = performance.now() + withinMs
  const about = await countAbout(link, entries, keys)
  const sessions: SessionRecord[] = []
  let looked = 0
  let corrupt = 0
  let [number, after] = startOf(cursor, bits)
  const page = (next: string | undefined): Page => ({ sessions, cursor: next, looked, about, corrupt })

  for (let width = FIRST_SHARDS; number < count; width = Math.min(MOST_SHARDS, 2 * width)) {
    const first = number
    const shards = await readShards(link, keys, bits, first, Math.min(width, count - first))
    const left = shards.flatMap((halves = [], i) => halves.filter((half) => i > 0 || half > after).sort())
    const read = await readHalves(link, entries, left, nowMs, () => [])
    corrupt += read.corrupt + shards.filter((halves) => halves === undefined).length
    for (const record of read.found) {
      if (sessions.length >= limit) return page(cursorOf(bits, number, after))
      looked++
      after = entries.halfOf(record.id)
      number = entries.shards.numberOf(after)
      if (wanted(record)) sessions.push(record)
    }
    number = first + shards.length
    after = ''
    const isOver = sessions.length >= limit || performance.now() >= endsMs
    if (number < count && isOver) return page(cursorOf(bits, number, after))
  }
  return page(undefined)
}

function cursorOf(bits: number, number: number, after: string): string {
  return `${bits}-${number}-${Buffer.from(after, 'latin1').toString('base64url')}`
}

function startOf(cursor: string | undefined, bits: number): [number: number, after: string] {
  if (cursor === undefined) return [0, '']
  const [, ofBits, number, after = ''] = CURSOR.exec(cursor) ?? []
  if (number === undefined || Number(ofBits) !== bits) throw new ListTrouble('the cursor is none of this ledger')
  return [Number(number), Buffer.from(after, 'base64url').toString('latin1')]
}

async function countAbout(link: LedgerLink, { shards }: SessionEntries, keys: LedgerKeys): Promise<number> {
  const { bits, count } = shards
  const counted = Math.min(COUNTED, count)
  const lines = Array.from({ length: counted }, (_, i): CommandLine => ['zcard', keys.shard(bits, i)])
  const cards = (await link.ask(lines)).map((reply) => (typeof reply === 'number' ? reply : 0))
  return Math.round((cards.reduce((sum, card) => sum + card, 0) * count) / counted)
}
