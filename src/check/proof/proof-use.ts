/** One use of a proof's key, as the ledger is told of it to see whether the key was copied (docs/clones.md). */
import { hash } from 'node:crypto'
import type { RoutePlan } from '../route-plan.ts'
import type { VerifiedProof } from './dpop-proof.ts'
import type { NonceFacts } from './nonce.ts'

export interface ProofUse {
  /**
   * Whose nonces these are: thumbprint of the key, `.`, short hash of the route's origin. A client keeps one nonce for each
   * origin (RFC 9449 §8.2), so nonces of two origins say nothing about one another.
   */
  readonly lineage: string
  /** `holderTag` of the sender, hex. */
  readonly by: string
  /** As signed. */
  readonly iatSeconds: number
  /** `holderTag` of whom the nonce was handed to, hex; undefined without a genuine one. One that is too old counts. */
  readonly handedTo: string | undefined
  readonly mintedAtMs: number | undefined
}

const ORIGIN_CHARACTERS = 6

/** Origins come from the configuration: one hash for each route of each configuration. */
const originTags = new WeakMap<RoutePlan, string>()

export function proofUseOf(
  { thumbprint, iatSeconds }: VerifiedProof,
  route: RoutePlan,
  holder: Buffer,
  shown: NonceFacts | undefined,
): ProofUse {
  return {
    lineage: `${thumbprint}.${originTag(route)}`,
    by: holder.toString('hex'),
    iatSeconds,
    handedTo: shown?.handedTo.toString('hex'),
    mintedAtMs: shown?.mintedAtMs,
  }
}

function originTag(route: RoutePlan): string {
  const known = originTags.get(route)
  if (known !== undefined) return known
  const tag = hash('sha256', route.origin, 'base64url').slice(0, ORIGIN_CHARACTERS)
  originTags.set(route, tag)
  return tag
}
