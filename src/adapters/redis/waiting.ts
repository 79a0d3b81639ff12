/** Bounded waits. */

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 500

/** Undefined when the promise is not done in time; what it does later is lost. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    // A turn later: if it was us who stood still, what we wait for may lie in a socket and is read before.
    timer = setTimeout(() => setImmediate(() => resolve(undefined)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** No wait after the first failure, then 50 ms, doubled up to 500 ms; each cut by up to half, so that replicas spread out. */
export function waitBeforeAttemptMs(failures: number, random: number): number {
  if (failures <= 1) return 0
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 2)) * (1 - random / 2)
}

/** Ends early when the signal says so. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
