/** One simulated life of a key: an honest client, and perhaps a thief. */
import type { Fork } from '../../../src/ledger/detect/lineage.ts'
import { makeAgenda } from './agenda.ts'
import { connect } from './client.ts'
import { makeGate } from './gate.ts'
import { type Honest, honestClient, newHolder, type Shape } from './honest-clients.ts'
import { makeRandom, type Random } from './random.ts'
import { type Rhythm, thief } from './thieves.ts'

const PERIOD_MS = 60_000
const HOUR_MS = 3_600_000

export interface Life {
  readonly requests: number
  readonly forks: readonly Fork[]
}

/** Until about so many requests were made, or a day is over. */
export function liveHonestly(seed: number, shape: Shape, maxRequests: number): Life {
  const random = makeRandom(seed)
  const agenda = makeAgenda()
  const forks: Fork[] = []
  const gate = makeGate({ ...gateOf(random), required: random.chance(0.7), agenda, forked: (fork) => forks.push(fork) })
  const honest = honestClient(shape, random)
  const untilMs = (): number => (gate.requests() > maxRequests ? -1 : 24 * HOUR_MS)
  const world = { agenda, random, gate, untilMs }
  for (const connection of honest.connections) connect(connection, random.between(0, 5000), world)
  moveNowAndThen(honest, random, agenda.at, untilMs)
  while (agenda.step() !== undefined);
  return { requests: gate.requests(), forks }
}

export interface Theft {
  /** Requests that the thief had made when he was found, and how long he had been at it; undefined: not found. */
  readonly found: { readonly requests: number; readonly seconds: number } | undefined
  /** Forks in which the thief has no part. */
  readonly wrong: number
}

const HOLDERS_THINK_MS = [20, 200, 1000, 3000, 8000, 15_000, 31_000, 50_000, 100_000, 200_000] as const
const MAX_REQUESTS = 1_000_000

/** The thief comes while the holder is at work; both go on until he is found, six hours at most. */
export function liveWithThief(seed: number, shape: Shape, rhythm: Rhythm): Theft {
  const random = makeRandom(seed)
  const agenda = makeAgenda()
  const [holder, holderThinkMs] = [newHolder(), random.pick(HOLDERS_THINK_MS)]
  const tag = holder.toString('hex')
  let [requests, wrong, nowMs, holderSentMs] = [0, 0, 0, 0]
  let found: Theft['found']
  const startMs = random.between(60_000, 300_000)
  const forked = (fork: Fork, atMs: number): void => {
    if (fork.holders.includes(tag)) found ??= { requests, seconds: (atMs - startMs) / 1000 }
    else wrong++
  }
  const gate = makeGate({ ...gateOf(random), required: true, agenda, forked })
  const honest = honestClient(shape, random, { meanThinkMs: holderThinkMs, maxAddresses: 3 })
  const untilMs = (): number => (found !== undefined || gate.requests() > MAX_REQUESTS ? -1 : 6 * HOUR_MS)
  const world = { agenda, random, gate, untilMs }
  const sent = (): void => {
    holderSentMs = nowMs
  }
  for (const connection of honest.connections) connect({ ...connection, sent }, random.between(0, 5000), world)
  moveNowAndThen(honest, random, agenda.at, untilMs)
  const withNonce = random.chance(0.5)
  agenda.at(startMs, () => {
    const copied = { nonce: withNonce ? honest.connections[0]?.store.nonce : undefined }
    const count = (): void => {
      requests++
    }
    const of = { random, rhythm, holderThinkMs, holder, copied, sent: count }
    connect(thief({ ...of, holderSentMs: () => holderSentMs, nowMs: () => nowMs }), startMs, world)
  })
  for (let ms = agenda.step(); ms !== undefined; ms = agenda.step()) nowMs = ms
  return { found, wrong }
}

function gateOf(random: Random): { random: Random; replicas: number; skewMs: number; periodMs: number } {
  return { random, replicas: random.pick([1, 2, 3]), skewMs: random.pick([0, 20, 2500]), periodMs: PERIOD_MS }
}

function moveNowAndThen(
  { move }: Honest,
  random: Random,
  at: (ms: number, act: () => void) => void,
  untilMs: () => number,
): void {
  const meanMs = random.pick([5000, 60_000, 600_000])
  function tick(ms: number): void {
    move()
    if (ms > untilMs()) return
    const nextMs = ms + random.exponential(meanMs)
    at(nextMs, () => tick(nextMs))
  }
  tick(0)
}
