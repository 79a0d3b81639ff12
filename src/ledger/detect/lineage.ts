/**
 * Clone detection: two stores of nonces for one key (design §7; the rule and its argument: docs/clones.md). A client has one
 * nonce at a time, the one that it was handed last (RFC 9449 §8.2). So the times in which it has this nonce and in which it
 * has that one do not overlap; where they do, there are two stores, and if two holders have them, the key was copied.
 */
import type { KeyUse } from '../key-record.ts'
import {
  decodeLineage,
  encodeLineage,
  type Head,
  type Held,
  type LineageState,
  MAX_HOLDERS,
  type Pair,
} from './lineage-state.ts'

/** Two holders of one key that do not know each other's nonces. */
export interface Fork {
  /** The tags of the two holders (`KeyUse.by`), the one that was seen first before the other. */
  readonly holders: readonly [first: string, second: string]
  /** What showed it: how many times each used a nonce of its own while the other had another one. */
  readonly switches: number
  readonly atMs: number
}

/** How late the answer with a nonce may reach the client, and its next request us, both together: the longest of polls. */
const MAX_ROUND_TRIP_MS = 120_000
/** Requests overtake one another, and the clocks of replicas differ by up to 5 s: only a longer overlap is one. */
const MIN_OVERLAP_MS = 6_000
/** A nonce that its holder does not come back to for so long is replaced by a newer one. */
const COMES_BACK_MS = 20_000
const BETWEEN_MARKS_MS = 8_000
/** One may be an accident, such as a laptop that wakes up; each needs new uses by both. */
const CONTRADICTIONS = 3
/** How many more until the same fork is told again. */
const UNTIL_TOLD_AGAIN = 30
const THUMBPRINT_CHARACTERS = 43

/** The key of a lineage (`KeyUses.key`: thumbprint, `.`, hash of the origin), or the thumbprint itself. */
export function thumbprintOf(lineageKey: string): string {
  return lineageKey.slice(0, THUMBPRINT_CHARACTERS)
}

/** `state`: as `foldLineage` made it; undefined at the start. A state that cannot be read counts as none. Never throws. */
export function foldLineage(
  state: string | undefined,
  uses: readonly KeyUse[],
): { readonly state: string; readonly fork: Fork | undefined } {
  let lineage = decodeLineage(state)
  let fork: Fork | undefined
  for (const use of uses.toSorted((one, other) => one.seenMs - other.seenMs)) {
    const { handedTo, mintedAtMs } = use
    // Without a nonce it tells nothing: a first request, a restart, a client that has none.
    if (handedTo === undefined || mintedAtMs === undefined || !areTags(use.by, handedTo)) continue
    const shown = { by: use.by, handedTo, mintedAtMs: Math.floor(mintedAtMs), seenMs: Math.floor(use.seenMs) }
    lineage = noteUse(noteShared(lineage, shown), shown)
    const told = contradict(lineage, use.by)
    lineage = told.lineage
    fork ??= told.fork
  }
  return { state: encodeLineage(lineage), fork }
}

interface Shown {
  readonly by: string
  readonly handedTo: string
  readonly mintedAtMs: number
  readonly seenMs: number
}

/**
 * Who shows a nonce that another one was handed, or shows too, has a store in common with it, or had one copied when that
 * nonce was minted.
 */
function noteShared(lineage: LineageState, shown: Shown): LineageState {
  const known = lineage.heads.map((head) => head.by)
  let noted = lineage
  for (const head of lineage.heads) {
    const isShared = head.by === shown.handedTo || isSameNonce(head, shown)
    if (head.by === shown.by || !isShared) continue
    const [one, other] = known.includes(shown.by) ? inOrder(known, shown.by, head.by) : [head.by, shown.by]
    const pair = pairOf(noted, one, other)
    // What was counted after it stands: an old nonce, copied with the key, must not wash off what came later.
    const isExcused = pair.restsOnMs === undefined || shown.mintedAtMs >= pair.restsOnMs
    noted = withPair(noted, {
      ...pair,
      count: isExcused ? Math.min(pair.count, 0) : pair.count,
      sharedUntilMs: Math.max(pair.sharedUntilMs ?? 0, shown.mintedAtMs),
    })
  }
  return noted
}

function noteUse(lineage: LineageState, shown: Shown): LineageState {
  const { by, handedTo, mintedAtMs, seenMs } = shown
  const before = lineage.heads.find((head) => head.by === by)
  if (before === undefined) {
    const fromMs = Math.min(seenMs, mintedAtMs + MAX_ROUND_TRIP_MS)
    const head = { by, handedTo, mintedAtMs, fromMs, lastMs: seenMs, kept: undefined, newerMs: seenMs, olderMs: seenMs }
    return withHeads(lineage, [...withRoom(lineage), head])
  }
  // Batches of replicas arrive out of order; what is older than what is known is not needed.
  if (seenMs < before.lastMs) return lineage
  const head: Head = { by, ...heldBy(before, shown), ...marks(before, seenMs) }
  const heads = lineage.heads.map((other) => (other === before ? head : other))
  return withHeads(lineage, heads)
}

function heldBy(before: Head, shown: Shown): Held & Pick<Head, 'kept'> {
  const { handedTo, mintedAtMs, seenMs } = shown
  const { kept } = before
  if (isSameNonce(before, shown)) return { ...heldOf(before), lastMs: seenMs, kept }
  if (kept !== undefined && isSameNonce(kept, shown)) return { ...kept, lastMs: seenMs, kept: heldOf(before) }
  // It was received a round trip after it was minted at the latest, and not before the use of another one.
  const fromMs = Math.max(Math.min(seenMs, mintedAtMs + MAX_ROUND_TRIP_MS), before.lastMs)
  const isKept = kept !== undefined && seenMs - kept.lastMs < COMES_BACK_MS
  return { handedTo, mintedAtMs, fromMs, lastMs: seenMs, kept: isKept ? kept : heldOf(before) }
}

function heldOf({ handedTo, mintedAtMs, fromMs, lastMs }: Held): Held {
  return { handedTo, mintedAtMs, fromMs, lastMs }
}

function isSameNonce(
  one: Pick<Held, 'handedTo' | 'mintedAtMs'>,
  other: Pick<Held, 'handedTo' | 'mintedAtMs'>,
): boolean {
  return one.handedTo === other.handedTo && one.mintedAtMs === other.mintedAtMs
}

/** Of who uses the key all the time, the last use alone would never lie amidst another's. */
function marks(before: Head, seenMs: number): Pick<Head, 'newerMs' | 'olderMs'> {
  const { newerMs, olderMs } = before
  return seenMs - newerMs < BETWEEN_MARKS_MS ? { newerMs, olderMs } : { newerMs: seenMs, olderMs: newerMs }
}

function contradict(lineage: LineageState, by: string): { lineage: LineageState; fork: Fork | undefined } {
  let [told, fork]: [LineageState, Fork | undefined] = [lineage, undefined]
  const tags = lineage.heads.map((head) => head.by)
  for (const tag of tags) {
    if (tag === by) continue
    const [one, other] = inOrder(tags, tag, by)
    const restsOnMs = contradictionOf(told, one, other)
    if (restsOnMs === undefined) continue
    const pair = pairOf(told, one, other)
    const count = pair.count + 1
    const isFork = count >= CONTRADICTIONS
    if (isFork) fork ??= { holders: [one, other], switches: count, atMs: headOf(told, by).lastMs }
    told = withPair(startAnew(told, one, other), {
      ...pair,
      count: isFork ? -UNTIL_TOLD_AGAIN : count,
      restsOnMs: Math.max(pair.restsOnMs ?? 0, restsOnMs),
    })
  }
  return { lineage: told, fork }
}

/** Mint time of the oldest nonce that it rests on; undefined where both can be one store. */
function contradictionOf(lineage: LineageState, one: string, other: string): number | undefined {
  const [a, b] = [headOf(lineage, one), headOf(lineage, other)]
  const sharedUntilMs = pairOf(lineage, one, other).sharedUntilMs ?? 0
  const [ofA, ofB] = [ownOf(a, sharedUntilMs), ownOf(b, sharedUntilMs)]
  for (const held of ofA) if (isUsedWithin(b, held)) return held.mintedAtMs
  for (const held of ofB) if (isUsedWithin(a, held)) return held.mintedAtMs
  for (const x of ofA)
    for (const y of ofB) if (overlapMs(x, y) > MIN_OVERLAP_MS) return Math.min(x.mintedAtMs, y.mintedAtMs)
  return undefined
}

/** What it held of its own: minted after the two had a store in common. */
function ownOf(head: Head, sharedUntilMs: number): readonly Held[] {
  const held = head.kept === undefined ? [head] : [head, head.kept]
  return held.filter(({ mintedAtMs }) => mintedAtMs > sharedUntilMs)
}

function overlapMs(one: Held, other: Held): number {
  return Math.min(one.lastMs, other.lastMs) - Math.max(one.fromMs, other.fromMs)
}

/** `user` used the key, and not with this nonce (or they would share it), in the midst of the time in which it was held. */
function isUsedWithin(user: Head, { fromMs, lastMs }: Held): boolean {
  return [user.lastMs, user.newerMs, user.olderMs].some(
    (usedMs) => usedMs - fromMs > MIN_OVERLAP_MS && lastMs - usedMs > MIN_OVERLAP_MS,
  )
}

/** The next contradiction has to come of what both do from now on. */
function startAnew(lineage: LineageState, one: string, other: string): LineageState {
  const heads = lineage.heads.map((head) =>
    head.by === one || head.by === other ? { ...head, fromMs: head.lastMs, kept: anew(head) } : head,
  )
  return { ...lineage, heads }
}

function anew({ kept, lastMs }: Head): Held | undefined {
  return kept === undefined ? undefined : { ...kept, fromMs: lastMs, lastMs }
}

function headOf({ heads }: LineageState, by: string): Head {
  return heads.find((head) => head.by === by) as Head
}

function pairOf({ pairs }: LineageState, one: string, other: string): Pair {
  const found = pairs.find((pair) => pair.one === one && pair.other === other)
  return found ?? { one, other, count: 0, sharedUntilMs: undefined, restsOnMs: undefined }
}

function withPair(lineage: LineageState, pair: Pair): LineageState {
  const others = lineage.pairs.filter(({ one, other }) => one !== pair.one || other !== pair.other)
  return { ...lineage, pairs: [...others, pair] }
}

function withHeads({ pairs }: LineageState, heads: readonly Head[]): LineageState {
  const known = new Set(heads.map((head) => head.by))
  return { heads, pairs: pairs.filter(({ one, other }) => known.has(one) && known.has(other)) }
}

/**
 * Room for one more. First goes who shares a store with another one, since that one stands for it: so many addresses of one
 * client do not push a thief out.
 */
function withRoom({ heads, pairs }: LineageState): readonly Head[] {
  if (heads.length < MAX_HOLDERS) return heads
  const sharing = heads.filter(({ by }) =>
    pairs.some(({ one, other, sharedUntilMs }) => sharedUntilMs !== undefined && (one === by || other === by)),
  )
  const [first, ...others] = sharing.length > 0 ? sharing : heads
  const oldest = others.reduce((old, head) => (old === undefined || head.lastMs < old.lastMs ? head : old), first)
  return heads.filter((head) => head !== oldest)
}

/** As they stand in the list: the one that was seen first before the other. */
function inOrder(tags: readonly string[], one: string, other: string): readonly [string, string] {
  return tags.indexOf(one) < tags.indexOf(other) ? [one, other] : [other, one]
}

const TAG = /^[0-9a-f]{6}$/

function areTags(...tags: readonly string[]): boolean {
  return tags.every((tag) => TAG.test(tag))
}
