/**
 * The senders of a session as a bounded list. Which of them stay is decided by all of them together, never by the order in
 * which they came: the first sender (the evidence of creation), then one for each holder, then the others; newest first.
 */
import { laterOf } from './pick.ts'
import { holderOf, type Sender, type SenderTally } from './sender.ts'
import { MAX_SENDERS } from './session-record.ts'

/** Tells senders apart: a workload with a new certificate or address is another sender of the same holder. */
export function senderKey({ peer, certificate, address }: Sender): string {
  // Neither a SPIFFE ID, nor a thumbprint, nor an address holds a NUL.
  return `${peer ?? ''}\0${certificate ?? ''}\0${address}`
}

/** Of each sender one tally, with the sum of its counts. */
export function mergeSenders(one: readonly SenderTally[], other: readonly SenderTally[]): readonly SenderTally[] {
  const senders = new Map<string, SenderTally>()
  for (const tally of [...one, ...other]) {
    const key = senderKey(tally)
    const before = senders.get(key)
    senders.set(key, before === undefined ? tally : mergeTally(before, tally))
  }
  return [...senders.values()]
}

/** In the order of their first use; `omitted`: the uses of those that went out. */
export function boundSenders<T extends SenderTally>(all: readonly T[]): { kept: readonly T[]; omitted: number } {
  const byFirst = all.toSorted((a, b) => a.firstMs - b.firstMs || order(a, b))
  const [first, ...rest] = byFirst
  if (first === undefined || all.length <= MAX_SENDERS) return { kept: byFirst, omitted: 0 }

  const holders = new Set([holderOf(first)])
  const newHolders: T[] = []
  const moreOfKnown: T[] = []
  for (const tally of rest.sort((a, b) => b.lastMs - a.lastMs || order(a, b))) {
    const isNew = !holders.has(holderOf(tally))
    holders.add(holderOf(tally))
    const group = isNew ? newHolders : moreOfKnown
    group.push(tally)
  }
  const chosen = new Set([first, ...newHolders, ...moreOfKnown].slice(0, MAX_SENDERS))
  return {
    kept: byFirst.filter((tally) => chosen.has(tally)),
    omitted: all.reduce((sum, tally) => sum + (chosen.has(tally) ? 0 : tally.count), 0),
  }
}

function mergeTally(one: SenderTally, other: SenderTally): SenderTally {
  const { peer, certificate, address } = one
  return {
    peer,
    certificate,
    address,
    count: one.count + other.count,
    firstMs: Math.min(one.firstMs, other.firstMs),
    lastMs: Math.max(one.lastMs, other.lastMs),
    agent: laterOf(one, other, lastMs, agentText).agent,
  }
}

const lastMs = (tally: SenderTally): number => tally.lastMs
const agentText = ({ agent }: SenderTally): string => agent ?? ''
const order = (a: Sender, b: Sender): number => (senderKey(a) < senderKey(b) ? -1 : 1)
