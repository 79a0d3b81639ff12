/**
 * Keeps a key ring fed from a URL: on a timer, sooner after a failure, and once per cool-down when a token names an unknown
 * kid. One fetch at a time, whoever asks; unknown kids leave no trace behind.
 */
import { fetchJwks } from './fetch-jwks.ts'
import type { KeyRing } from './key-ring.ts'
import type { FedSource, KeyDeps, KeySource, KeyTimes } from './key-source.ts'

/** The fetch under way, and the one short wait that all requests share; `open` until that wait has ended. */
interface Flight {
  readonly done: Promise<void>
  readonly wait: Promise<void>
  open: boolean
}

export function makeUriSource(
  source: Extract<KeySource, { kind: 'uri' }>,
  ring: KeyRing,
  deps: Pick<KeyDeps, 'nowMs' | 'fetch' | 'timer'>,
  times: KeyTimes,
): FedSource {
  const stopping = new AbortController()
  let flight: Flight | undefined
  let failures = 0
  let coolUntilMs = Number.NEGATIVE_INFINITY
  let cancelNext = () => {}

  function refresh(): Flight {
    if (flight !== undefined) return flight
    cancelNext()
    flight = takeOff()
    return flight
  }

  function takeOff(): Flight {
    const { promise: waited, resolve: endWait } = Promise.withResolvers<void>()
    const cancelWait = deps.timer(endWait, times.maxWaitMs)
    const done = fetchOnce().finally(() => {
      flight = undefined
      cancelWait()
      endWait()
      if (!stopping.signal.aborted) cancelNext = deps.timer(refresh, nextDelayMs())
    })
    const started: Flight = {
      done,
      wait: waited.then(() => {
        started.open = false
      }),
      open: true,
    }
    return started
  }

  async function fetchOnce(): Promise<void> {
    const fetched = await fetchJwks(source, {
      fetch: deps.fetch,
      timeoutMs: times.fetchTimeoutMs,
      signal: stopping.signal,
    })
    if (stopping.signal.aborted) return
    if (!fetched.ok) ring.fail(fetched.error)
    failures = fetched.ok && ring.take(fetched.value) ? 0 : failures + 1
  }

  /** Spread by a tenth, so that replicas that started together do not ask together. */
  function nextDelayMs(): number {
    const plain = failures === 0 ? times.refreshMs : Math.min(times.retryMinMs * 2 ** (failures - 1), times.retryMaxMs)
    return plain * (0.9 + Math.random() * 0.2)
  }

  return {
    start: () => refresh().done,
    awaitNews() {
      if (flight !== undefined) return flight.open ? flight.wait : undefined
      if (stopping.signal.aborted || deps.nowMs() < coolUntilMs) return undefined
      coolUntilMs = deps.nowMs() + times.coolDownMs
      return refresh().wait
    },
    stop() {
      stopping.abort()
      cancelNext()
    },
  }
}
