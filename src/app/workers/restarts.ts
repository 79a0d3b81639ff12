/**
 * When a worker that ended is replaced, and when it is no use: arithmetic only. A worker that lives less than ten seconds
 * died young; each such death of one number doubles the wait before the next start.
 */
const YOUNG_MS = 10_000
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 5_000
/** The bound is this many young deaths for each worker, in a row, while no worker older than young serves. */
const DEATHS_A_WORKER = 5

export interface Death {
  /** Number of the worker. */
  readonly number: number
  readonly livedMs: number
  /** Age of the oldest worker that lives; 0 without one. */
  readonly oldestMs: number
}

export interface Restarts {
  /** Milliseconds until the next start of this number, or undefined: all of them die at once, again and again. */
  afterDeath(death: Death): number | undefined
}

export function makeRestarts(workers: number): Restarts {
  const young = new Map<number, number>()
  let inARow = 0
  return {
    afterDeath({ number, livedMs, oldestMs }) {
      const before = livedMs < YOUNG_MS ? (young.get(number) ?? 0) : 0
      young.set(number, before + 1)
      inARow = livedMs < YOUNG_MS && oldestMs < YOUNG_MS ? inARow + 1 : 0
      if (inARow >= workers * DEATHS_A_WORKER) return undefined
      return Math.min(FIRST_DELAY_MS * 2 ** before, MAX_DELAY_MS)
    },
  }
}
