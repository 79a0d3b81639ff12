/**
 * A client with one store of nonces (RFC 9449 §8.2), whose connections sign, wait, and sign again; requests and answers are
 * late, lost, and overtake one another. A thief is one, too.
 */
import type { Agenda } from './agenda.ts'
import type { Gate, Nonce } from './gate.ts'
import type { Random } from './random.ts'

export interface Store {
  nonce: Nonce | undefined
}

export interface Connection {
  readonly store: Store
  /** Holder tag of where the next request comes from. */
  readonly from: () => Buffer
  /** Between an answer and the next request. */
  readonly thinkMs: () => number
  /** How long the service behind the gate takes; the nonce comes with its answer. */
  readonly serviceMs: () => number
  readonly delayMs: () => number
  readonly lossRate: number
  /** Takes nonces from successes too; some clients only do from a refusal. */
  readonly takesFromSuccess: boolean
  /** Sends the same bytes again, from wherever it then is, when no answer came. */
  readonly repeats: boolean
  /** Before each request: a restart may forget the nonce. */
  readonly before?: () => void
  readonly sent?: () => void
}

export interface World {
  readonly agenda: Agenda
  readonly random: Random
  readonly gate: Gate
  readonly untilMs: () => number
}

const TIMEOUT_MS = 3_000
const MAX_TRIES = 4

export function connect(connection: Connection, startMs: number, world: World): void {
  const { agenda, random, gate, untilMs } = world
  const { store } = connection

  function request(nowMs: number, tries: number): void {
    if (nowMs > untilMs()) return
    if (tries === 0) connection.before?.()
    connection.sent?.()
    send(store.nonce, nowMs, tries, false)
  }

  function send(nonce: Nonce | undefined, nowMs: number, tries: number, isRepeat: boolean): void {
    const arrivesMs = nowMs + connection.delayMs()
    if (random.chance(connection.lossRate)) {
      again(nonce, nowMs + TIMEOUT_MS, tries, isRepeat)
      return
    }
    agenda.at(arrivesMs, () => {
      const { allowed, nonce: given } = gate.check(connection.from(), nonce, arrivesMs, isRepeat)
      const answeredMs = arrivesMs + (allowed ? connection.serviceMs() : 0) + connection.delayMs()
      if (random.chance(connection.lossRate)) {
        again(nonce, answeredMs + TIMEOUT_MS, tries, true)
        return
      }
      agenda.at(answeredMs, () => {
        if (given !== undefined && (!allowed || connection.takesFromSuccess)) store.nonce = given
        if (allowed || tries >= MAX_TRIES) next(answeredMs + connection.thinkMs())
        else agenda.at(answeredMs, () => request(answeredMs, tries + 1))
      })
    })
  }

  function again(nonce: Nonce | undefined, atMs: number, tries: number, wasSeen: boolean): void {
    if (connection.repeats && tries < MAX_TRIES) agenda.at(atMs, () => send(nonce, atMs, tries + 1, wasSeen))
    else next(atMs + connection.thinkMs())
  }

  function next(atMs: number): void {
    agenda.at(atMs, () => request(atMs, 0))
  }

  next(startMs)
}
