/**
 * Holdfast as far as nonces and the ledger go: replicas that hand out nonces by its own rule, write down the uses of one key as
 * `SessionWatch` does, and fold them in batches that overtake one another.
 */
import { isNextNonceDue } from '../../../src/check/fence.ts'
import { type Fork, foldLineage } from '../../../src/ledger/detect/lineage.ts'
import { countKeyUse, type KeyDelta } from '../../../src/ledger/watch/key-delta.ts'
import type { Agenda } from './agenda.ts'
import type { Random } from './random.ts'

export interface Nonce {
  readonly handedTo: Buffer
  readonly mintedAtMs: number
  readonly isFirst: boolean
  /** From a quarter to half a period, as nonce.ts draws it. */
  readonly dueAfterMs: number
}

export interface Verdict {
  readonly allowed: boolean
  readonly nonce: Nonce | undefined
}

export interface Gate {
  /** @param isRepeat the same proof again: judged like any other up to its mark, then refused */
  check(by: Buffer, nonce: Nonce | undefined, nowMs: number, isRepeat: boolean): Verdict
  requests(): number
  state(): string | undefined
}

export interface GateOptions {
  readonly random: Random
  readonly agenda: Agenda
  readonly replicas: number
  /** Largest difference between the clock of a replica and the true time. */
  readonly skewMs: number
  readonly required: boolean
  readonly periodMs: number
  readonly forked: (fork: Fork, nowMs: number) => void
}

const FLUSH_MS = 1000
const MAX_FLUSH_DELAY_MS = 1500
const FAR_ENOUGH_MS = 5_000_000

export function makeGate(options: GateOptions): Gate {
  const { random, agenda, required, periodMs, forked } = options
  let requests = 0
  let state: string | undefined
  const replicas = Array.from({ length: options.replicas }, () => ({
    skewMs: random.between(-options.skewMs, options.skewMs),
    delta: undefined as KeyDelta | undefined,
  }))

  function fold(delta: KeyDelta, nowMs: number): void {
    const folded = foldLineage(state, delta.uses)
    state = folded.state
    if (folded.fork !== undefined) forked(folded.fork, nowMs)
  }

  return {
    requests: () => requests,
    state: () => state,
    check(by, nonce, nowMs, isRepeat) {
      requests++
      const replica = replicas[Math.floor(random.next() * replicas.length)] as (typeof replicas)[0]
      const seenMs = Math.floor(nowMs + replica.skewMs + FAR_ENOUGH_MS)
      const ageMs = nonce === undefined ? 0 : seenMs - nonce.mintedAtMs
      const isStale = nonce !== undefined && Math.floor(nonce.mintedAtMs / periodMs) < Math.floor(seenMs / periodMs) - 1
      if (replica.delta === undefined) {
        const delta = { key: 'key', uses: [] }
        replica.delta = delta
        agenda.at(nowMs + FLUSH_MS + random.between(0, MAX_FLUSH_DELAY_MS), () => {
          if (replica.delta === delta) replica.delta = undefined
          fold(delta, nowMs)
        })
      }
      countKeyUse(replica.delta, {
        by: by.toString('hex'),
        handedTo: nonce?.handedTo.toString('hex'),
        mintedAtMs: nonce?.mintedAtMs,
        iatSeconds: Math.floor(seenMs / 1000),
        seenMs,
      })
      const isNonceRefused = isStale || (nonce === undefined && required)
      const shown = nonce && {
        mintedAtMs: nonce.mintedAtMs,
        handedTo: nonce.handedTo,
        isNextDue: nonce.isFirst || ageMs >= nonce.dueAfterMs,
      }
      const isFirst = isNonceRefused || nonce === undefined
      const dueAfterMs = periodMs * random.between(0.25, 0.5)
      const isHanded = isNonceRefused || isNextNonceDue(shown)
      return {
        allowed: !isNonceRefused && !isRepeat,
        nonce: isHanded ? { handedTo: by, mintedAtMs: seenMs, isFirst, dueAfterMs } : undefined,
      }
    },
  }
}
