/**
 * Entries of the ledger: each a string, its place in one of a family's bounded sets, and its places in the sets by which it is
 * found. Texts are octets, one character each.
 */
import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { CommandLine, Reply } from '../connection.ts'
import { ListTrouble } from '../revocation/list-connection.ts'
import { isWrongType, type LedgerLink } from './ledger-link.ts'
import { DROP_SCRIPT, PUT_SCRIPT, runScript, type ScriptCall } from './scripts.ts'

export interface Place {
  readonly key: string
  readonly member: string
}

export interface BoundedPlace extends Place {
  /** How many members may stand there; at least 96. */
  readonly bound: number
  /** How members of the same value begin; '' where there are no others. */
  readonly tag: string
}

export interface Put {
  readonly text: string
  readonly lifeMs: number
  readonly shard: Place & { readonly bound: number }
  /** The lowest leaves a full shard first. A whole number takes least memory. */
  readonly standing: number
  readonly setLifeSeconds: number
  /** When it was last seen, and the oldest that still counts. */
  readonly score: number
  readonly oldestScore: number
  readonly into: readonly BoundedPlace[]
}

export interface Item {
  readonly key: string
  /** What to make of the entry as it stands; called again when it has changed meanwhile. Undefined: leave it. */
  put(before: string | undefined): Put | undefined
}

export interface Drop {
  /** `evicted`: unless it is back in its shard. `gone`: if there is no such entry any more. `forgotten`: in any case. */
  readonly why: 'evicted' | 'gone' | 'forgotten'
  readonly key: string
  readonly shard: Place
  readonly places: readonly Place[]
}

/** Changed by others so often between our reading and our writing, an entry is given up. Each time one of them succeeds. */
const TRIES = 20
/** What is waited at most before the next try: doubled from 1 ms. */
const LONGEST_WAIT_MS = 64
const ITEMS_AT_ONCE = 256
const KEYS_AT_ONCE = 128
const READS_AT_ONCE = 8

/** Resolves to the members that had to leave their shards. Each item has a key of its own. Rejects with ListTrouble. */
export async function putAll(link: LedgerLink, items: readonly Item[]): Promise<readonly string[]> {
  const evicted: string[] = []
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE) {
    let left = items.slice(start, start + ITEMS_AT_ONCE)
    for (let tries = 0; left.length > 0; tries++) {
      if (tries === TRIES) throw new ListTrouble('an entry of the ledger is written by too many at once')
      if (tries > 1) await delay(Math.random() * Math.min(LONGEST_WAIT_MS, 2 ** tries))
      left = await putOnce(link, left, evicted)
    }
  }
  return evicted
}

/** Resolves to those that were changed by somebody else meanwhile. */
async function putOnce(link: LedgerLink, items: readonly Item[], evicted: string[]): Promise<Item[]> {
  const texts = await readTexts(
    link,
    items.map(({ key }) => key),
  )
  const calls: { readonly item: Item; readonly call: ScriptCall }[] = []
  for (const [i, item] of items.entries()) {
    const put = item.put(texts[i])
    if (put !== undefined) calls.push({ item, call: putCall(item.key, texts[i], put) })
  }
  const replies = await runScript(
    link,
    PUT_SCRIPT,
    calls.map(({ call }) => call),
  )
  return calls.flatMap(({ item }, i) => {
    const reply = replies[i]
    if (!Array.isArray(reply)) return [item]
    for (let j = 0; j < reply.length; j += 2) evicted.push(String(reply[j]))
    return []
  })
}

function putCall(key: string, before: string | undefined, put: Put): ScriptCall {
  const { shard, into } = put
  return {
    keys: [key, shard.key, ...into.map((place) => place.key)],
    args: [
      before === undefined ? '' : hash('sha1', octets(before)),
      put.text,
      String(Math.max(1, Math.ceil(put.lifeMs))),
      shard.member,
      String(put.standing),
      String(shard.bound),
      String(put.setLifeSeconds),
      String(put.score),
      String(put.oldestScore),
      ...into.flatMap(({ member, bound, tag }) => [member, String(bound), tag]),
    ],
  }
}

/** Resolves to which of them were dropped. Rejects with ListTrouble. */
export async function dropAll(link: LedgerLink, drops: readonly Drop[]): Promise<readonly boolean[]> {
  const dropped: boolean[] = []
  for (let start = 0; start < drops.length; start += ITEMS_AT_ONCE) {
    const calls = drops.slice(start, start + ITEMS_AT_ONCE).map(({ why, key, shard, places }) => ({
      keys: [key, shard.key, ...places.map((place) => place.key)],
      args: [why, shard.member, ...places.map(({ member }) => member)],
    }))
    for (const reply of await runScript(link, DROP_SCRIPT, calls)) dropped.push(reply === 1)
  }
  return dropped
}

/** In the order of the keys; undefined where there is no text: also for a key that holds another type. Rejects with ListTrouble. */
export async function readTexts(link: LedgerLink, keys: readonly string[]): Promise<readonly (string | undefined)[]> {
  const texts: (string | undefined)[] = []
  const lines: CommandLine[] = []
  for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
    lines.push(['mget', ...keys.slice(start, start + KEYS_AT_ONCE)])
  }
  for (let start = 0; start < lines.length; start += READS_AT_ONCE) {
    for (const reply of await link.ask(lines.slice(start, start + READS_AT_ONCE))) {
      for (const text of Array.isArray(reply) ? reply : []) texts.push(typeof text === 'string' ? text : undefined)
    }
  }
  return texts
}

/** Which of these keys hold something. Rejects with ListTrouble. */
export async function exist(link: LedgerLink, keys: readonly string[]): Promise<readonly boolean[]> {
  if (keys.length === 0) return []
  const replies = await link.ask(keys.map((key): CommandLine => ['exists', key]))
  return replies.map((reply) => reply === 1)
}

/** The members of a set or list; undefined where the key holds another type. */
export function membersOf(reply: Reply | undefined): readonly string[] | undefined {
  if (reply === undefined || isWrongType(reply ?? null)) return undefined
  return Array.isArray(reply) ? reply.map(String) : []
}

/** Any text as octets, and back. */
export function toOctets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function fromOctets(text: string): string {
  return octets(text).toString('utf8')
}

function octets(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
