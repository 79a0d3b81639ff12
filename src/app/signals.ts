/** The two signals that end a process: the first asks for a drain, the second for an end at once. */
import type { Logger } from '../observability/logger.ts'

export interface Ending {
  /** Resolves when a drain is asked for. */
  readonly first: Promise<void>
  /** Resolves when it shall end at once. */
  readonly second: Promise<void>
}

/** To be called before anything listens: a signal in between must drain too. */
export function awaitSignals(onSignal: (handler: (signal: string) => void) => void, log: Logger): Ending {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let seen = 0
  onSignal((signal) => {
    seen++
    log.info(seen === 1 ? 'draining' : 'second signal: ending at once', { signal })
    if (seen === 1) first.resolve()
    else second.resolve()
  })
  return { first: first.promise, second: second.promise }
}
