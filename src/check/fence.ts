/**
 * Nonces (RFC 9449 §8, §9) and the fence. A replay memory that starts empty cannot know what was used before: a proof dated
 * up to that moment plus the allowed future skew is taken only with a nonce minted after it, whatever the route says.
 */
import type { VerifiedProof } from './proof/dpop-proof.ts'
import type { NonceFacts, Nonces } from './proof/nonce.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { Fence } from './replay/replay-store.ts'
import type { RoutePlan } from './route-plan.ts'

/** What came of a proof's nonce. */
export interface JudgedNonce {
  readonly refused: Refusal | undefined
  /** What the nonce says of itself, also of one that is too old; undefined without a genuine one, or where none is read. */
  readonly shown: NonceFacts | undefined
}

/**
 * Minted behind the fence, be it of this very millisecond. `holder`: tag of whom it is handed to. `isNext`: in return for a
 * good one.
 */
export function issueNonce(
  keyThumbprint: string,
  nonces: Nonces,
  fence: Fence,
  holder: Buffer,
  nowMs: number,
  isNext = false,
): string {
  return nonces.issue(keyThumbprint, fence.epoch, holder, Math.max(nowMs, fence.noncesUntilMs + 1), isNext)
}

/** Refuses with nonce_required, nonce_stale, nonce_invalid. A nonce that is sent must be good, unless the route is `off`. */
export function checkNonce(
  proof: VerifiedProof,
  route: RoutePlan,
  nonces: Nonces,
  fence: Fence,
  nowMs: number,
): JudgedNonce {
  const fenced = proof.iatSeconds * 1000 <= fence.proofsUntilMs + route.proof.futureSkewSeconds * 1000
  if (!fenced && route.nonce === 'off') return NOT_READ
  if (proof.nonce === undefined) return fenced ? FENCED : route.nonce === 'required' ? REQUIRED : NOT_READ
  const nonce = nonces.check(proof.nonce, proof.thumbprint, fence.epoch, nowMs)
  if (nonce.kind === 'invalid') return INVALID
  if (nonce.kind === 'stale') return { refused: refusal('nonce_stale', 'older than two periods'), shown: nonce }
  return fenced && nonce.mintedAtMs <= fence.noncesUntilMs
    ? { refused: refusal('nonce_stale', 'minted before the fence'), shown: nonce }
    : { refused: undefined, shown: nonce }
}

/**
 * Whether a success should hand out a nonce (A35). One that is good and young is left alone, whoever brings it: so a client
 * with one store shows one nonce on all its connections, and only a second store shows another (docs/clones.md). RFC 9449
 * §8.2: it keeps its nonce until it is handed the next.
 */
export function isNextNonceDue(shown: NonceFacts | undefined): boolean {
  return shown === undefined || shown.isNextDue
}

const NOT_READ: JudgedNonce = { refused: undefined, shown: undefined }
const REQUIRED = unshown(refusal('nonce_required', 'the route requires a nonce'))
const INVALID = unshown(refusal('nonce_invalid', 'not one of ours for this key and scope'))
const FENCED = unshown(
  refusal('nonce_required', 'dated before the fence: the replay memory is younger than the proof may be'),
)

function unshown(refused: Refusal): JudgedNonce {
  return { refused, shown: undefined }
}
