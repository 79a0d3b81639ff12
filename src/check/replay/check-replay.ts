/** Step 10, the last before allow: the proof is marked as used, in one atomic step (A17, A18). */
import type { Clock } from '../clock.ts'
import type { Findings } from '../decision.ts'
import { checkNonce, issueNonce } from '../fence.ts'
import type { VerifiedProof } from '../proof/dpop-proof.ts'
import { holderTag, senderOf } from '../proof/holder-tag.ts'
import type { Nonces } from '../proof/nonce.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { RequestFacts } from '../request-facts.ts'
import type { RoutePlan } from '../route-plan.ts'
import { replayKey, senderHash } from './replay-key.ts'
import type { Mark, MarkOutcome, ReplayStore } from './replay-store.ts'

export interface ReplayDeps {
  readonly clock: Clock
  readonly replay: ReplayStore
  readonly standIn: ReplayStore
  readonly nonces: Nonces
  readonly scope: string
}

/** A proof is remembered a little longer than any replica could still accept it. */
const MARGIN_SECONDS = 1

/** Refuses with proof_replayed, replay_store_unavailable; with nonce_required or nonce_stale when the memory was lost. */
export async function checkReplay(
  proof: VerifiedProof,
  facts: RequestFacts,
  findings: Findings,
  decisionId: string,
  deps: ReplayDeps,
): Promise<Refusal | undefined> {
  const { route, peer, nowMs } = findings
  if (route === undefined) return refusal('internal_error', 'no route to mark the proof for')
  const { maxAgeSeconds, futureSkewSeconds } = route.proof
  const mark: Mark = {
    key: replayKey(deps.scope, proof.thumbprint, proof.jti),
    keyThumbprint: proof.thumbprint,
    expiresAtMs: Math.ceil((proof.iatSeconds + maxAgeSeconds + futureSkewSeconds + MARGIN_SECONDS) * 1000),
    nowMs,
    sender: senderHash(peer.spiffeId ?? peer.certificateThumbprint, facts.sourceAddress),
    decisionId,
  }
  const outcome = await deps.replay.markFirstUse(mark)
  if (outcome.kind === 'fenced') {
    const holder = holderTag(senderOf(peer, facts))
    findings.nonce = issueNonce(proof.thumbprint, deps.nonces, deps.replay.fence(proof.thumbprint), holder, nowMs)
    return refusal(proof.nonce === undefined ? 'nonce_required' : 'nonce_stale', 'the replay memory was lost just now')
  }
  if (outcome.kind !== 'unavailable' || route.onStoreOutage === 'deny') return refusalOf(outcome)
  findings.degraded.push(route.onStoreOutage)
  // Time has passed since the first look at the clock, and other proofs may have been marked in it.
  const sinceMs = deps.replay.disown(proof.thumbprint, deps.clock.nowMs())
  return route.onStoreOutage === 'insecureAllow'
    ? undefined
    : await markInStandIn(mark, proof, route, sinceMs, facts, findings, deps)
}

/**
 * The embedded store stands in. Of what was used before it did, and of what other replicas see meanwhile, it knows nothing:
 * so a proof from before `sinceMs` needs a nonce from after it, and one proof can pass once at each replica.
 */
async function markInStandIn(
  mark: Mark,
  proof: VerifiedProof,
  route: RoutePlan,
  sinceMs: number,
  facts: RequestFacts,
  findings: Findings,
  deps: ReplayDeps,
): Promise<Refusal | undefined> {
  const { epoch } = deps.replay.fence(proof.thumbprint)
  const fence = { proofsUntilMs: sinceMs, noncesUntilMs: sinceMs, epoch }
  const { refused } = checkNonce(proof, route, deps.nonces, fence, mark.nowMs)
  if (refused === undefined) return refusalOf(await deps.standIn.markFirstUse(mark))
  const holder = holderTag(senderOf(findings.peer, facts))
  findings.nonce = issueNonce(proof.thumbprint, deps.nonces, fence, holder, mark.nowMs)
  return refused
}

function refusalOf(outcome: MarkOutcome): Refusal | undefined {
  switch (outcome.kind) {
    case 'first':
      return undefined
    case 'replayed':
      return refusal('proof_replayed', 'the jti of this key is on record', { firstUse: outcome.first })
    case 'fenced':
      return refusal('replay_store_unavailable', 'the stand-in lost its memory')
    case 'unavailable':
      return refusal('replay_store_unavailable', outcome.detail)
  }
}
