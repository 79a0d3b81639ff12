/** Step 10, the last before allow: the proof is marked as used, in one atomic step (A17, A18). */
import type { Findings } from '../decision.ts'
import type { VerifiedProof } from '../proof/dpop-proof.ts'
import type { Nonces } from '../proof/nonce.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { RequestFacts } from '../request-facts.ts'
import { replayKey, senderHash } from './replay-key.ts'
import type { ReplayStore } from './replay-store.ts'

/** A proof is remembered a little longer than any replica could still accept it. */
const MARGIN_SECONDS = 1

/** Refuses with proof_replayed, replay_store_unavailable; with nonce_required or nonce_stale when the memory was lost. */
export async function checkReplay(
  proof: VerifiedProof,
  facts: RequestFacts,
  findings: Findings,
  decisionId: string,
  deps: { readonly replay: ReplayStore; readonly nonces: Nonces; readonly scope: string },
): Promise<Refusal | undefined> {
  const { route, peer, nowMs } = findings
  if (route === undefined) return refusal('internal_error', 'no route to mark the proof for')
  const { maxAgeSeconds, futureSkewSeconds } = route.proof
  const outcome = await deps.replay.markFirstUse({
    key: replayKey(deps.scope, proof.thumbprint, proof.jti),
    keyThumbprint: proof.thumbprint,
    expiresAtMs: Math.ceil((proof.iatSeconds + maxAgeSeconds + futureSkewSeconds + MARGIN_SECONDS) * 1000),
    nowMs,
    sender: senderHash(peer.spiffeId ?? peer.certificateThumbprint, facts.sourceAddress),
    decisionId,
  })
  if (outcome.kind === 'first') return undefined
  if (outcome.kind === 'fenced') {
    findings.nonce = deps.nonces.issue(proof.thumbprint, deps.replay.fence(proof.thumbprint).epoch, nowMs)
    return refusal(proof.nonce === undefined ? 'nonce_required' : 'nonce_stale', 'the replay memory was lost just now')
  }
  if (outcome.kind === 'replayed') {
    return refusal('proof_replayed', 'the jti of this key is on record', { firstUse: outcome.first })
  }
  if (route.onStoreOutage === 'insecureAllow') {
    findings.degraded = 'insecureAllow'
    return undefined
  }
  return refusal('replay_store_unavailable', outcome.detail)
}
