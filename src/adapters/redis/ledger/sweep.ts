/**
 * Says how the sessions are spread, and takes those that the server has forgotten out of the shards: they would stand there with their standing of then, and push
 * out others. One shard at most each second, so that a million sessions take two to three hours, of a retention of days.
 */
import { dropAll, exist, membersOf } from './entries.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'
import type { SessionEntries } from './session-entry.ts'

export interface Sweep {
  /** Rejects with ListTrouble. */
  step(nowMs: number): Promise<void>
}

const EVERY_MS = 1_000

/** @param random from 0 to below 1: where to start, so that replicas do not sweep the same */
export function makeSweep(link: LedgerLink, entries: SessionEntries, keys: LedgerKeys, random: number): Sweep {
  const { bits, count } = entries.shards
  let next = Math.floor(random * count)
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    async step(nowMs) {
      if (performance.now() - lastMs < EVERY_MS) return
      lastMs = performance.now()
      const [reply] = await link.ask([
        ['zrange', keys.shard(bits, next), '0', '-1'],
        ['zadd', keys.layouts, String(Math.floor(nowMs / 1000)), String(bits)],
      ])
      next = (next + 1) % count
      const halves = membersOf(reply) ?? []
      const there = await exist(link, halves.map(entries.keyOfHalf))
      const gone = halves.filter((_, i) => there[i] === false)
      await dropAll(
        link,
        gone.map((half) => entries.drop('gone', half, undefined)),
      )
    },
  }
}
