/** A key source whose clock, timers, file and network are the test's. */
import { type JwksDeps, type JwksIssuerKeys, makeIssuerKeys } from '../../../../src/adapters/jwks/issuer-keys.ts'
import { KEY_TIMES, type KeySource, type WatchFile } from '../../../../src/adapters/jwks/key-source.ts'

export const ISSUER = 'https://as.example.com'
export const ALGORITHMS: ReadonlySet<string> = new Set(['ES256', 'PS256', 'EdDSA'])
export const FILE = 'jwks.json'
export const URI_SOURCE = {
  issuer: ISSUER,
  algorithms: ALGORITHMS,
  kind: 'uri',
  url: 'https://as.example.com/jwks',
  insecureHttp: false,
} as const satisfies KeySource

interface Timer {
  readonly run: () => void
  readonly delayMs: number
}

export interface JwksWorld {
  readonly keys: JwksIssuerKeys
  readonly outcomes: string[]
  readonly log: { level: string; fields: Record<string, unknown>; message: string }[]
  /** Those that are set and not yet run or cancelled. */
  readonly timers: Timer[]
  /** Runs what was set to run after at least `delayMs`. */
  runTimers(delayMs: number): void
  advance(ms: number): void
  /** The file of a `file` source changed; undefined: it cannot be read. */
  writeFile(content: string | undefined, path?: string): void
  /** Resolves at the next outcome of a refresh. */
  nextOutcome(): Promise<void>
}

export function makeJwksWorld(sources: readonly KeySource[], given: Partial<JwksDeps> = {}): JwksWorld {
  const log: JwksWorld['log'] = []
  const outcomes: string[] = []
  const timers: Timer[] = []
  let nowMs = 1_000_000
  const watched = new Map<string, Parameters<WatchFile>[1]>()
  let heard = Promise.withResolvers<void>()
  const write = (level: string) => (message: string, fields: Record<string, unknown>) =>
    void log.push({ level, fields, message })

  const keys = makeIssuerKeys(
    sources,
    {
      nowMs: () => nowMs,
      log: { info: write('info'), warn: write('warn') },
      events: {
        refreshed(issuer, outcome) {
          outcomes.push(`${issuer} ${outcome}`)
          heard.resolve()
          heard = Promise.withResolvers()
        },
      },
      watch(path, onChange) {
        watched.set(path, onChange)
        return { close: () => void watched.delete(path) }
      },
      timer(run, delayMs) {
        const timer = { run, delayMs }
        timers.push(timer)
        return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1))
      },
      ...given,
    },
    KEY_TIMES,
  )
  return {
    keys,
    outcomes,
    log,
    timers,
    runTimers(delayMs) {
      for (const timer of timers.filter((t) => t.delayMs >= delayMs)) {
        timers.splice(timers.indexOf(timer), 1)
        timer.run()
      }
    },
    advance(ms) {
      nowMs += ms
    },
    writeFile(content, path = FILE) {
      const known = content === undefined ? undefined : Buffer.from(content)
      watched.get(path)?.(known, known === undefined ? 'does not exist' : undefined)
    },
    nextOutcome: () => heard.promise,
  }
}

/** A network whose answers the test gives one by one; a fetch waits until it gets one. */
export interface FakeNetwork {
  readonly fetch: typeof fetch
  readonly urls: string[]
  answer(body: string, status?: number): void
}

export function makeNetwork(): FakeNetwork {
  const urls: string[] = []
  const waiting: ((response: Response) => void)[] = []
  const ready: Response[] = []
  return {
    urls,
    fetch: (url) => {
      urls.push(String(url))
      const next = ready.shift()
      return next === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(next)
    },
    answer(body, status = 200) {
      const response = new Response(body, { status })
      const first = waiting.shift()
      if (first === undefined) ready.push(response)
      else first(response)
    },
  }
}
