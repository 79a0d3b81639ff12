/**
 * How many entries may stand in how many sorted sets. A set of at most 128 is kept by the server as one packed list, a sixth
 * of the memory of a larger one, and is small enough to be read whole.
 */
import { hash } from 'node:crypto'

export interface Shards {
  /** There are `2 ** bits`. */
  readonly bits: number
  readonly count: number
  /** What each may hold. */
  readonly bound: number
  /** @param member names an entry: spread evenly */
  numberOf(member: string): number
}

/** One less than `zset-max-listpack-entries` of Redis and Valkey: a member is added before another one goes. */
export const PACKED = 127
/** Enough for 10,000,000 entries, the most that the configuration takes. */
export const MAX_BITS = 17

export function makeShards(maxEntries: number): Shards {
  const bits = Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(maxEntries / PACKED))))
  const count = 2 ** bits
  return {
    bits,
    count,
    bound: Math.ceil(maxEntries / count),
    numberOf: (member) => hash('sha256', member, 'buffer').readUInt32BE(0) % count,
  }
}
