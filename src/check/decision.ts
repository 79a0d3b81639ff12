/** What a check found out, and what it decided. */
import type { Peer } from './peer/peer.ts'
import type { ProofUse } from './proof/proof-use.ts'
import type { Reason } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import type { Binding, Mode, RoutePlan } from './route-plan.ts'
import type { VerifiedToken } from './token/verified-token.ts'

export type Scheme = 'dpop' | 'bearer'

/** What was learnt on the way, for the answer, the log and the ledger; filled step by step, also when refused. */
export interface Findings {
  readonly nowMs: number
  route: RoutePlan | undefined
  peer: Peer
  scheme: Scheme | undefined
  /** Only ever a verified token. */
  token: VerifiedToken | undefined
  /** Thumbprint of the key of a verified proof (RFC 7638). */
  keyThumbprint: string | undefined
  /** Age of a verified proof; negative when dated ahead. */
  proofAgeSeconds: number | undefined
  /** Set once the nonce of a verified proof was judged, good or not. */
  proofUse: ProofUse | undefined
  /** The bindings that were shown to hold. */
  readonly held: Binding[]
  /** The next nonce to hand out, when the answer wants one or the one that was shown is due to be replaced. */
  nonce: string | undefined
  /** What could not be shown, and the route said to go on without. */
  readonly degraded: Degradation[]
}

/** `insecureMemory`, `insecureAllow`: single use, over all replicas or at all. `insecureStaleRevocations`: that nothing is revoked. */
export const DEGRADATIONS = ['insecureMemory', 'insecureAllow', 'insecureStaleRevocations'] as const

export type Degradation = (typeof DEGRADATIONS)[number]

export interface Decision {
  readonly id: string
  readonly verdict: 'allow' | 'deny'
  /** `ok` on a clean allow; the refusal's reason on a denial, and where observe let it pass. */
  readonly reason: Reason | 'ok'
  /** `enforce` when no route was found. */
  readonly mode: Mode
  /** True where `observe` let a refusal pass. */
  readonly wouldDeny: boolean
  readonly refusal: Refusal | undefined
  readonly findings: Findings
}
