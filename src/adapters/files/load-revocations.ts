/**
 * From the content of the watched file to a list that checks can look into, a little at a time: a million entries take
 * seconds, and the checks in between must not wait for them.
 */
import { setImmediate } from 'node:timers/promises'
import { ok, type Result } from '../../check/result.ts'
import { makeRevocationIndex, type RevocationIndex } from '../../check/revocation/revocation-index.ts'
import { placeOf, type RefusedEntry, readEntry } from '../../revocations/raw-entry.ts'
import { walkEntries } from '../../revocations/revocation-document.ts'

export interface LoadedRevocations {
  readonly index: RevocationIndex
  /** The first malformed entries, and how many there are. */
  readonly refused: readonly RefusedEntry[]
  readonly refusedEntries: number
  /** When the newest entry was made; 0 without one. */
  readonly newestAtSeconds: number
}

/** A list written by something else altogether must not fill the log. */
const MAX_NAMED = 100
/** The event loop is let go after so long; a check is as late at most. */
const SLICE_MS = 8
const USUAL_ENTRY_BYTES = 250
/** Entries between two looks at the clock. */
const CLOCKED_EVERY = 16

/** The error says what is wrong with the document as a whole. Undefined when `abandoned` says so in between. */
export async function loadRevocations(
  content: Buffer,
  nowSeconds: number,
  abandoned: () => boolean,
): Promise<Result<LoadedRevocations, string> | undefined> {
  const index = makeRevocationIndex(content.length / USUAL_ENTRY_BYTES)
  const refused: RefusedEntry[] = []
  let refusedEntries = 0
  let newestAtSeconds = 0
  let sliceStartedMs = performance.now()
  const entries = walkEntries(content)
  for (let place = 0; ; place++) {
    const step = entries.next()
    if (step.done === true) {
      if (step.value !== undefined) return { ok: false, error: step.value }
      return ok({ index, refused, refusedEntries, newestAtSeconds })
    }
    const read = readEntry(step.value)
    if (read.ok) {
      index.add(read.value, nowSeconds)
      newestAtSeconds = Math.max(newestAtSeconds, read.value.atSeconds)
    } else if (++refusedEntries <= MAX_NAMED) {
      refused.push({ place: placeOf(place, step.value), message: read.error })
    }
    if (place % CLOCKED_EVERY !== 0 || performance.now() - sliceStartedMs < SLICE_MS) continue
    await setImmediate()
    if (abandoned()) return undefined
    sliceStartedMs = performance.now()
  }
}
