/** Honest clients of every shape that was thought of: one store each, or several stores behind one holder. */
import type { Connection, Store } from './client.ts'
import type { Random } from './random.ts'

export const SHAPES = [
  'one connection',
  'connections behind several addresses',
  'closed loops on two addresses',
  'a long poll beside a busy connection',
  'long polls on two addresses',
  'moves between networks',
  'flaps between networks, idle in between',
  'restarts, each time elsewhere',
  'pods of one workload',
  'takes nonces from refusals only',
  'repeats the same bytes elsewhere',
  'renews its certificate with old connections open',
] as const

export type Shape = (typeof SHAPES)[number]

let tags = 0

/** A holder tag that nobody else has. */
export function newHolder(): Buffer {
  const tag = Buffer.alloc(3)
  tag.writeUIntBE((++tags * 40_503) % 0x1000000, 0, 3)
  return tag
}

export interface Honest {
  readonly connections: readonly Connection[]
  readonly holders: readonly Buffer[]
  /** Moves to another of its addresses; called now and then. */
  readonly move: () => void
}

const MEAN_THINK_MS = [20, 200, 1000, 3000, 8000, 15_000, 31_000, 50_000, 100_000, 200_000] as const

export interface HonestOptions {
  readonly meanThinkMs?: number
  readonly maxAddresses?: number
}

export function honestClient(shape: Shape, random: Random, options: HonestOptions = {}): Honest {
  const { meanThinkMs = random.pick(MEAN_THINK_MS), maxAddresses = 5 } = options
  const store: Store = { nonce: undefined }
  const holders = Array.from(
    { length: shape === 'one connection' ? 1 : 2 + Math.floor(random.next() * (maxAddresses - 1)) },
    newHolder,
  )
  const rttMs = random.pick([5, 40, 150, 600])
  const hasLateOnes = random.chance(0.3)
  const lossRate = random.pick([0, 0.01, 0.05, 0.2])
  let at = 0
  const here = (): Buffer => holders[at % holders.length] as Buffer
  const fixed = (index: number) => (): Buffer => holders[index % holders.length] as Buffer
  const plain: Omit<Connection, 'store' | 'from'> = {
    thinkMs: () => random.exponential(meanThinkMs),
    serviceMs: () => random.exponential(50),
    delayMs: () =>
      rttMs * random.between(0.5, 1.5) + (hasLateOnes && random.chance(0.02) ? random.exponential(3000) : 0),
    lossRate,
    takesFromSuccess: true,
    repeats: false,
  }
  const count = random.pick([1, 2, 3, 8])
  const several = (make: (index: number) => Connection, atLeast = 1): readonly Connection[] =>
    Array.from({ length: Math.max(count, atLeast) }, (_, index) => make(index))
  const move = (): void => {
    at = Math.floor(random.next() * holders.length)
  }
  const stay = (): void => {}

  switch (shape) {
    case 'one connection':
      return { connections: [{ ...plain, store, from: here }], holders, move: stay }
    case 'connections behind several addresses':
      return {
        connections: several((index) => ({
          ...plain,
          store,
          from: random.chance(0.5) ? fixed(index) : () => random.pick(holders as [Buffer, ...Buffer[]]),
        })),
        holders,
        move: stay,
      }
    case 'closed loops on two addresses': {
      const serviceMs = random.pick([100, 2000, 9000])
      const loop = { ...plain, thinkMs: () => 0.01, serviceMs: () => random.between(0.9, 1.1) * serviceMs }
      return { connections: several((index) => ({ ...loop, store, from: fixed(index) }), 2), holders, move: stay }
    }
    case 'a long poll beside a busy connection': {
      const pollMs = random.pick([15_000, 31_000, 55_000, 110_000])
      const poll = { ...plain, thinkMs: () => 0.01, serviceMs: () => random.between(0.5, 1) * pollMs, from: fixed(0) }
      const busy = { ...plain, thinkMs: () => random.pick([0.01, 500]), serviceMs: () => 400, from: fixed(1) }
      return {
        connections: [
          { ...poll, store },
          { ...busy, store },
        ],
        holders,
        move: stay,
      }
    }
    case 'long polls on two addresses': {
      const pollMs = random.pick([20_000, 30_000, 55_000])
      const poll = { ...plain, thinkMs: () => 0.01, serviceMs: () => random.between(0.3, 1) * pollMs }
      return { connections: several((index) => ({ ...poll, store, from: fixed(index) }), 2), holders, move: stay }
    }
    case 'moves between networks':
      return { connections: several(() => ({ ...plain, store, from: here })), holders, move }
    case 'flaps between networks, idle in between': {
      const slow = { ...plain, thinkMs: () => random.exponential(150_000) }
      return { connections: [{ ...slow, store, from: here, before: move }], holders, move: stay }
    }
    case 'restarts, each time elsewhere': {
      const before = (): void => {
        if (!random.chance(0.3)) return
        store.nonce = undefined
        move()
      }
      return { connections: [{ ...plain, store, from: here, before }], holders, move: stay }
    }
    case 'pods of one workload': {
      const [workload] = holders as [Buffer]
      return {
        connections: several(() => ({ ...plain, store: { nonce: undefined }, from: () => workload }), 3),
        holders: [workload],
        move: stay,
      }
    }
    case 'takes nonces from refusals only':
      return {
        connections: several((index) => ({ ...plain, takesFromSuccess: false, store, from: fixed(index) })),
        holders,
        move: stay,
      }
    case 'repeats the same bytes elsewhere':
      return {
        connections: several(() => ({
          ...plain,
          store,
          repeats: true,
          lossRate: 0.2,
          from: () => random.pick(holders as [Buffer, ...Buffer[]]),
        })),
        holders,
        move: stay,
      }
    case 'renews its certificate with old connections open': {
      let renewed = 0
      const renew = (): void => {
        renewed++
      }
      return {
        // Each connection stays with its certificate for a while, then takes the newest.
        connections: several((index) => {
          let mine = index
          const before = (): void => {
            if (random.chance(0.02)) mine = renewed
          }
          return { ...plain, store, before, from: () => holders[mine % holders.length] as Buffer }
        }, 2),
        holders,
        move: renew,
      }
    }
  }
}
