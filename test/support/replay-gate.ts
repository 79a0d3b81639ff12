/**
 * What a checkpoint does with a proof that is right in every other way: nonce and fence, then the mark. The real
 * functions of the check, and no route that wants nonces by itself.
 */
import { checkNonce, issueNonce } from '../../src/check/fence.ts'
import type { VerifiedProof } from '../../src/check/proof/dpop-proof.ts'
import { makeNonces } from '../../src/check/proof/nonce.ts'
import type { ReplayStore } from '../../src/check/replay/replay-store.ts'
import type { RoutePlan } from '../../src/check/route-plan.ts'
import { until } from './redis.ts'
import { KEY_THUMBPRINT, markOf } from './replay-world.ts'

/** None, so that no test need wait for it: it is added to the fence and to nothing else. */
const FUTURE_SKEW_SECONDS = 0
const MAX_AGE_SECONDS = 60

export interface Proof {
  readonly jti: string
  readonly iatSeconds: number
  readonly nonce?: string
  readonly thumbprint?: string
}

/** `pass`, or why not. */
export type Passage = 'pass' | 'nonce' | 'replayed' | 'unavailable'

/** All gates share the secret of the nonces, as replicas do. */
const nonces = makeNonces({ secrets: [Buffer.alloc(32, 7)], periodSeconds: 60, scope: 'default' })
const HOLDER = Buffer.alloc(3)
const ROUTE = { nonce: 'off', proof: { maxAgeSeconds: MAX_AGE_SECONDS, futureSkewSeconds: FUTURE_SKEW_SECONDS } }

export interface Gate {
  present(proof: Proof): Promise<Passage>
  /** The nonce that goes with a refusal. */
  nonce(thumbprint?: string): string
}

export function makeGate(store: ReplayStore, nowMs: () => number = Date.now): Gate {
  return {
    async present({ jti, iatSeconds, nonce, thumbprint = KEY_THUMBPRINT }) {
      const proof = { thumbprint, iatSeconds, nonce } as VerifiedProof
      const { refused } = checkNonce(proof, ROUTE as RoutePlan, nonces, store.fence(thumbprint), nowMs())
      if (refused !== undefined) return 'nonce'
      const expiresAtMs = (iatSeconds + MAX_AGE_SECONDS + FUTURE_SKEW_SECONDS + 1) * 1000
      const mark = markOf(thumbprint + jti, { keyThumbprint: thumbprint, expiresAtMs, nowMs: nowMs() })
      const { kind } = await store.markFirstUse(mark)
      return kind === 'first' ? 'pass' : kind === 'fenced' ? 'nonce' : kind
    },
    nonce: (thumbprint = KEY_THUMBPRINT) => issueNonce(thumbprint, nonces, store.fence(thumbprint), HOLDER, nowMs()),
  }
}

let made = 0

/** A proof of its own, made now. */
export function freshProof(more: Partial<Proof> = {}): Proof {
  return { jti: `jti-${++made}`, iatSeconds: Date.now() / 1000, ...more }
}

/** Resolves when a proof that is made now needs no nonce. */
export async function behindFence(store: ReplayStore, thumbprint = KEY_THUMBPRINT): Promise<void> {
  await until(() => Date.now() > store.fence(thumbprint).proofsUntilMs)
}

/** Round trips that an honest client needs until it passes, with a new proof each time; at most five. */
export async function roundTrips(gate: Gate, thumbprint = KEY_THUMBPRINT): Promise<number> {
  let nonce: string | undefined
  for (let trips = 1; trips <= 5; trips++) {
    const passage = await gate.present(freshProof(nonce === undefined ? { thumbprint } : { thumbprint, nonce }))
    if (passage === 'pass') return trips
    if (passage === 'nonce') nonce = gate.nonce(thumbprint)
  }
  return Number.POSITIVE_INFINITY
}
