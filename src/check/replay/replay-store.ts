/** Port: the memory of used proofs. */
import type { FirstUse } from '../refusal.ts'

export interface Mark {
  /** 32 bytes: SHA-256 over length-prefixed scope, key thumbprint and jti (replay-key.ts). */
  readonly key: Buffer
  /** The mark must outlive this moment: iat + window + both skews, counted from iat (A18). */
  readonly expiresAtMs: number
  readonly nowMs: number
  /** Eight bytes that tell senders apart, for the log of a replay. */
  readonly sender: Buffer
  readonly decisionId: string
}

export type MarkOutcome =
  | { readonly kind: 'first' }
  | { readonly kind: 'replayed'; readonly first: FirstUse }
  /** Not known to be first: down, slow, full. Never to be read as first. */
  | { readonly kind: 'unavailable'; readonly detail: string }

export interface ReplayStore {
  /**
   * Marks a proof as used, in one atomic step: of any number of simultaneous calls with one key, over all sharers
   * of the store, exactly one gets `first` until `expiresAtMs`. Bounded in time; never throws, never forgets a
   * live mark to make room.
   */
  markFirstUse(mark: Mark): MarkOutcome | Promise<MarkOutcome>
  /**
   * The fence: a proof with iat up to this moment plus the allowed future skew cannot be shown to be unused, unless it
   * carries a nonce minted after it.
   */
  fenceMs(): number
}
