/** Thieves of a key: each acts again and again while its holder is live, with a store of its own. */
import type { Connection, Store } from './client.ts'
import type { Random } from './random.ts'

export const RHYTHMS = [
  'slow',
  'fast',
  'in bursts',
  'right after the holder',
  'as often as the holder',
  'with a nonce of its own each time',
] as const

export type Rhythm = (typeof RHYTHMS)[number]

export interface ThiefOptions {
  readonly random: Random
  readonly rhythm: Rhythm
  readonly holderThinkMs: number
  readonly holder: Buffer
  /** What was copied with the key. */
  readonly copied: Store
  /** When the holder last sent. */
  readonly holderSentMs: () => number
  readonly nowMs: () => number
  readonly sent: () => void
}

const REACTION_MS = 1000

export function thief(options: ThiefOptions): Connection {
  const { random, rhythm, holderThinkMs, copied: store } = options
  let left = 0
  function burst(): number {
    if (left > 0) {
      left--
      return 50
    }
    left = 20
    store.nonce = undefined
    return random.between(20_000, 200_000)
  }
  /** Waits until the holder has acted again. */
  function behind(): number {
    const sinceMs = options.nowMs() - options.holderSentMs()
    return sinceMs < REACTION_MS ? REACTION_MS : random.exponential(holderThinkMs)
  }
  const thinkMs = {
    slow: () => random.between(30_000, 240_000),
    fast: () => 100,
    'in bursts': burst,
    'right after the holder': behind,
    'as often as the holder': () => random.exponential(holderThinkMs),
    'with a nonce of its own each time': () => random.between(5_000, 60_000),
  }[rhythm]
  const before = (): void => {
    if (rhythm === 'with a nonce of its own each time') store.nonce = undefined
  }
  return {
    store,
    from: () => options.holder,
    thinkMs,
    before,
    sent: options.sent,
    serviceMs: () => random.exponential(50),
    delayMs: () => random.between(10, 200),
    lossRate: 0.01,
    takesFromSuccess: true,
    repeats: false,
  }
}
