/** Where the keys of the issuers come from, what the adapter needs of the outside, and its times. */
import type { Buffer } from 'node:buffer'

export type KeySource = { readonly issuer: string; readonly algorithms: ReadonlySet<string> } & (
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'uri'; readonly url: string; readonly insecureHttp: boolean }
)

/** Feeds one issuer's keys from its source. */
export interface FedSource {
  /** Resolves after the first attempt, whatever came of it. */
  start(): Promise<void>
  /** A token names a kid that the set does not know: a wait worth having, or undefined when there is none. */
  awaitNews(): Promise<void> | undefined
  stop(): void
}

/** Calls `onChange` with the content at the start and after each change; undefined: it has none, and `problem` may say why. */
export type WatchFile = (
  path: string,
  onChange: (content: Buffer | undefined, problem?: string) => void,
  options?: { readonly pollMs?: number; readonly maxBytes?: number },
) => { close(): void }

export interface KeyLog {
  info(message: string, fields: Readonly<Record<string, unknown>>): void
  warn(message: string, fields: Readonly<Record<string, unknown>>): void
}

export interface KeyDeps {
  /** Milliseconds of a clock that only moves forward: only differences are used. */
  nowMs(): number
  readonly log: KeyLog
  readonly events: { refreshed(issuer: string, outcome: 'success' | 'failure'): void }
  readonly watch: WatchFile
  readonly fetch: typeof fetch
  /** Runs `run` once after `delayMs` without keeping the process alive; the answer cancels it. */
  readonly timer: (run: () => void, delayMs: number) => () => void
}

export interface KeyTimes {
  /** A set from a URL is fetched again after this time, give or take a tenth. */
  readonly refreshMs: number
  /** Unknown kids cause at most one fetch in this time, however many they are (C14). */
  readonly coolDownMs: number
  /** A request waits at most this long for a fetch that is under way. */
  readonly maxWaitMs: number
  /** How long the last good set serves when it can no longer be read again; after that the keys are unavailable. */
  readonly maxStaleMs: number
  readonly fetchTimeoutMs: number
  /** After a failure: the first pause, doubled each time up to the last. */
  readonly retryMinMs: number
  readonly retryMaxMs: number
}

export const KEY_TIMES: KeyTimes = {
  refreshMs: 300_000,
  coolDownMs: 30_000,
  maxWaitMs: 100,
  maxStaleMs: 3_600_000,
  fetchTimeoutMs: 5_000,
  retryMinMs: 1_000,
  retryMaxMs: 30_000,
}
