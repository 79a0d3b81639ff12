/** Look-ups of a case in the ledger, and what they left out. */
import type { Reading, Written } from '../ledger-store.ts'

/** Carries a failed look-up out of a round of them; it never leaves `gatherCase`. The message is constant text of the store. */
export class Unreadable extends Error {}

export async function unwrap<T>(written: Promise<Written<T>>): Promise<T> {
  const result = await written
  if (!result.ok) throw new Unreadable(result.detail)
  return result.value
}

/** What the look-ups of a case could not read, or left out. */
export interface Tally {
  corrupt: number
  more: boolean
}

export function makeTally(): Tally {
  return { corrupt: 0, more: false }
}

export async function read<T>(reading: Promise<Written<Reading<T>>>, tally: Tally): Promise<readonly T[]> {
  const { found, corrupt, more } = await unwrap(reading)
  tally.corrupt += corrupt
  tally.more ||= more
  return found
}

/** What does not fit is counted as left out. */
export function cut<T>(all: readonly T[], limit: number, tally: Tally): readonly T[] {
  tally.more ||= all.length > limit
  return all.slice(0, limit)
}
