/**
 * What is remembered of the nonces of one key at one origin, and its compact text: about 60 characters a holder. Times are milliseconds of the server's clock; in the text base 36, counted from the earliest of them.
 */

/** A nonce in the hands of a holder: known to be from `fromMs` to `lastMs`. */
export interface Held {
  readonly handedTo: string
  readonly mintedAtMs: number
  readonly fromMs: number
  readonly lastMs: number
}

/** One holder, and the nonce that it showed last. */
export interface Head extends Held {
  readonly by: string
  /** Another one, which it comes back to: a holder may have several stores, such as pods. */
  readonly kept: Held | undefined
  /** Two uses before the last one, with whatever nonce, some seconds apart: the newer and the older. */
  readonly newerMs: number
  readonly olderMs: number
}

/** What two holders have to do with one another; `one` was seen before `other`. */
export interface Pair {
  readonly one: string
  readonly other: string
  /** Contradictions to one store that are counted; below zero for a while after a fork was told. */
  readonly count: number
  /** Mint time of the newest nonce that one showed and the other was handed: up to then they shared a store. */
  readonly sharedUntilMs: number | undefined
  /** Mint time of the oldest nonce that the last contradiction rests on. */
  readonly restsOnMs: number | undefined
}

export interface LineageState {
  /** In the order in which they were first seen, at most MAX_HOLDERS. */
  readonly heads: readonly Head[]
  readonly pairs: readonly Pair[]
}

export const MAX_HOLDERS = 4
export const NO_LINEAGE: LineageState = { heads: [], pairs: [] }

const MAX_TEXT = 600
const TEXT = /^1;([0-9a-z]{1,9});([0-9a-z,/]*);([0-9a-z,/-]*)$/
const HELD = /([0-9a-f]{6})?,([0-9a-z]{1,9}),([0-9a-z]{1,9}),([0-9a-z]{1,9})/
const HEAD = new RegExp(`^([0-9a-f]{6}),([0-9a-z]{1,9}),([0-9a-z]{1,9}),${HELD.source}(,${HELD.source})?$`)
const PAIR = /^([0-3])([0-3]),(-?\d{1,3}),([0-9a-z]{1,9})?,([0-9a-z]{1,9})?$/

export function encodeLineage({ heads, pairs }: LineageState): string {
  const times = [
    ...heads.flatMap(({ newerMs, olderMs, kept, ...held }) => [newerMs, olderMs, ...timesOf(held), ...timesOf(kept)]),
    ...pairs.flatMap(({ sharedUntilMs, restsOnMs }) => [sharedUntilMs, restsOnMs]),
  ].filter((time) => time !== undefined)
  const base = times.length === 0 ? 0 : Math.min(...times)
  const text = (time: number | undefined): string => (time === undefined ? '' : (time - base).toString(36))
  const indexOf = (by: string): number => heads.findIndex((head) => head.by === by)
  const heldText = (held: Held | undefined, by: string): readonly string[] =>
    held === undefined ? [] : [held.handedTo === by ? '' : held.handedTo, ...timesOf(held).map(text)]
  const headTexts = heads.map((head) =>
    [
      head.by,
      text(head.newerMs),
      text(head.olderMs),
      ...heldText(head, head.by),
      ...heldText(head.kept, head.by),
    ].join(),
  )
  const pairTexts = pairs.map(({ one, other, count, sharedUntilMs, restsOnMs }) =>
    [`${indexOf(one)}${indexOf(other)}`, count, text(sharedUntilMs), text(restsOnMs)].join(','),
  )
  return `1;${base.toString(36)};${headTexts.join('/')};${pairTexts.join('/')}`
}

/** NO_LINEAGE when there is none, or none that can be read: a lineage begins anew, and accuses nobody. */
export function decodeLineage(state: string | undefined): LineageState {
  const parts = state === undefined || state.length > MAX_TEXT ? null : TEXT.exec(state)
  if (parts === null) return NO_LINEAGE
  const [, base = '', headText = '', pairText = ''] = parts
  const time = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Number.parseInt(base, 36) + Number.parseInt(text, 36)
  const heads = allOf(headText, (text) => readHead(text, time))
  if (heads === undefined || new Set(heads.map(({ by }) => by)).size !== heads.length) return NO_LINEAGE
  const pairs = allOf(pairText, (text) => readPair(text, heads, time))
  return pairs === undefined || heads.length > MAX_HOLDERS ? NO_LINEAGE : { heads, pairs }
}

type ReadTime = (text: string | undefined) => number | undefined

function readHead(text: string, time: ReadTime): Head | undefined {
  const match = HEAD.exec(text)
  if (match === null) return undefined
  const [, by = '', newer, older, ...held] = match
  const [kept, ...ofKept] = held.slice(4)
  return {
    by,
    newerMs: time(newer) ?? 0,
    olderMs: time(older) ?? 0,
    ...readHeld(held.slice(0, 4), by, time),
    kept: kept === undefined ? undefined : readHeld(ofKept, by, time),
  }
}

function readHeld([handedTo, ...times]: readonly (string | undefined)[], by: string, time: ReadTime): Held {
  const [mintedAtMs = 0, fromMs = 0, lastMs = 0] = times.map(time)
  return { handedTo: handedTo ?? by, mintedAtMs, fromMs, lastMs }
}

function timesOf(held: Held | undefined): readonly number[] {
  return held === undefined ? [] : [held.mintedAtMs, held.fromMs, held.lastMs]
}

function readPair(text: string, heads: readonly Head[], time: ReadTime): Pair | undefined {
  const match = PAIR.exec(text)
  if (match === null) return undefined
  const [, first, second, count, sharedUntil, restsOn] = match
  const [one, other] = [heads[Number(first)]?.by, heads[Number(second)]?.by]
  if (one === undefined || other === undefined || Number(first) >= Number(second)) return undefined
  return { one, other, count: Number(count), sharedUntilMs: time(sharedUntil), restsOnMs: time(restsOn) }
}

/** Undefined when one of them cannot be read. */
function allOf<T>(text: string, read: (part: string) => T | undefined): readonly T[] | undefined {
  const all: T[] = []
  for (const part of text === '' ? [] : text.split('/')) {
    const one = read(part)
    if (one === undefined) return undefined
    all.push(one)
  }
  return all
}
