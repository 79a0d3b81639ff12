/**
 * Concurrent use: one holder, then another, then the first again, each within the window of the next. Who only stops where
 * another begins has moved. The same for bound and unbound tokens: what is bound may still be shared, or its key copied.
 */
import type { Change } from '../ledger-store.ts'
import type { SenderTally } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import { parseAddress } from './network.ts'
import { type DetectionRules, sharedHolderOf } from './rules.ts'

export interface Concurrent {
  readonly by: string
  /** Who came again, and who used the session in between: of each what it sent last. */
  readonly again: SenderTally
  readonly between: SenderTally
}

/** One holder of a session, all its senders together. */
interface Holder {
  readonly name: string
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
  /** The sender of it that was seen last. */
  readonly sender: SenderTally
}

const BY_WORKLOADS = 'two workloads used one session by turns: sharing on purpose looks the same'
const BY_SENDERS = 'two senders used one session by turns: one client behind several addresses looks the same'

/** The newest that has not been told: once when it begins, and once in each window while it goes on. */
export function concurrentUse({ before, after }: Change, rules: DetectionRules): Concurrent | undefined {
  const holders = holdersOf(after, rules)
  if (holders.length < 2) return undefined
  const earlier = new Map(holdersOf(before, rules).map((holder) => [holder.name, holder]))
  let found: Concurrent | undefined
  for (const again of holders) {
    for (const between of holders) {
      if (again === between || !isTurn(again, between, earlier.get(again.name), rules.concurrentWindowMs)) continue
      if (mayBeRenewal(again.sender, between.sender)) continue
      if (isTold(again, between, earlier, rules.concurrentWindowMs)) continue
      if (found !== undefined && found.again.lastMs >= again.lastMs) continue
      const areWorkloads = again.sender.peer !== undefined && between.sender.peer !== undefined
      found = { by: areWorkloads ? BY_WORKLOADS : BY_SENDERS, again: again.sender, between: between.sender }
    }
  }
  return found
}

function holdersOf(record: SessionRecord | undefined, rules: DetectionRules): readonly Holder[] {
  const byName = new Map<string, Holder>()
  for (const sender of record?.senders ?? []) {
    const name = sharedHolderOf(sender, record?.client, rules)
    const { firstMs, lastMs, count } = sender
    const other = byName.get(name)
    byName.set(
      name,
      other === undefined
        ? { name, firstMs, lastMs, count, sender }
        : {
            name,
            firstMs: Math.min(firstMs, other.firstMs),
            lastMs: Math.max(lastMs, other.lastMs),
            count: count + other.count,
            sender: lastMs > other.lastMs ? sender : other.sender,
          },
    )
  }
  return [...byName.values()]
}

/** A use of `between` has one of `again` within the window before it, and one after it. */
function isTurn(again: Holder, between: Holder, earlier: Holder | undefined, windowMs: number): boolean {
  const { lastMs: atMs } = between
  if (again.firstMs >= atMs || again.lastMs <= atMs || again.lastMs - atMs > windowMs) return false
  const lastKnownMs = earlier !== undefined && earlier.lastMs < atMs ? earlier.lastMs : again.firstMs
  // When the use before is not known (replicas write by turns), the mean distance of its uses tells.
  return atMs - lastKnownMs <= windowMs || (again.lastMs - again.firstMs) / Math.max(1, again.count - 1) <= windowMs
}

/** Certificates without an identity, from one address: an old connection and a new one of one client. */
function mayBeRenewal(one: SenderTally, other: SenderTally): boolean {
  if (one.peer !== undefined || other.peer !== undefined || one.address !== other.address) return false
  return one.certificate !== undefined && other.certificate !== undefined && parseAddress(one.address) !== undefined
}

/** The record before showed it already, and in this window. */
function isTold(again: Holder, between: Holder, earlier: ReadonlyMap<string, Holder>, windowMs: number): boolean {
  const [one, other] = [earlier.get(again.name), earlier.get(between.name)]
  if (one === undefined || other === undefined) return false
  if (one.firstMs >= other.lastMs || other.firstMs >= one.lastMs) return false
  if (Math.abs(one.lastMs - other.lastMs) > windowMs) return false
  const [thenMs, nowMs] = [Math.max(one.lastMs, other.lastMs), Math.max(again.lastMs, between.lastMs)]
  return Math.floor(thenMs / windowMs) === Math.floor(nowMs / windowMs)
}
