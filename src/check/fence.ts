/**
 * Nonces (RFC 9449 §8, §9) and the fence. A replay memory that starts empty cannot know what was used before: a proof dated
 * up to that moment plus the allowed future skew is taken only with a nonce minted after it, whatever the route says.
 */
import type { VerifiedProof } from './proof/dpop-proof.ts'
import type { Nonces } from './proof/nonce.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { Fence } from './replay/replay-store.ts'
import type { RoutePlan } from './route-plan.ts'

/** Minted behind the fence, be it of this very millisecond. */
export function issueNonce(keyThumbprint: string, nonces: Nonces, fence: Fence, nowMs: number): string {
  return nonces.issue(keyThumbprint, fence.epoch, Math.max(nowMs, fence.noncesUntilMs + 1))
}

/** Refuses with nonce_required, nonce_stale, nonce_invalid. A nonce that is sent must be good, unless the route is `off`. */
export function checkNonce(
  proof: VerifiedProof,
  route: RoutePlan,
  nonces: Nonces,
  fence: Fence,
  nowMs: number,
): Refusal | undefined {
  const fenced = proof.iatSeconds * 1000 <= fence.proofsUntilMs + route.proof.futureSkewSeconds * 1000
  if (!fenced && route.nonce === 'off') return undefined
  if (proof.nonce === undefined) {
    if (fenced)
      return refusal('nonce_required', 'dated before the fence: the replay memory is younger than the proof may be')
    return route.nonce === 'required' ? refusal('nonce_required', 'the route requires a nonce') : undefined
  }
  const nonce = nonces.check(proof.nonce, proof.thumbprint, fence.epoch, nowMs)
  if (nonce.kind === 'stale') return refusal('nonce_stale', 'older than two periods')
  if (nonce.kind === 'invalid') return refusal('nonce_invalid', 'not one of ours for this key and scope')
  return fenced && nonce.mintedAtMs <= fence.noncesUntilMs
    ? refusal('nonce_stale', 'minted before the fence')
    : undefined
}
