/** Port: the memory of used proofs. */
import type { FirstUse } from '../refusal.ts'

export interface Mark {
  /** 32 bytes: SHA-256 over length-prefixed scope, key thumbprint and jti (replay-key.ts). */
  readonly key: Buffer
  /** RFC 7638 thumbprint of the key that signed the proof: a shared store keeps the marks of one key together. */
  readonly keyThumbprint: string
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
  /** The memory was found lost in this very step: the mark does not count, and `fence` has risen. */
  | { readonly kind: 'fenced' }
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
   * The fence as it stands for proofs of this key (RFC 7638 thumbprint). The caller marks in the same turn of the event loop
   * in which it looked: the mark counts under this fence only.
   */
  fence(keyThumbprint: string): Fence
  /**
   * A proof of this key is let through although it was not marked here (`onStoreOutage: insecure…`): the memory no longer
   * tells all that was used. So before it says `first` for this key again, the fence rises for every sharer, and what was
   * let through until then cannot pass behind it. Returns since when (ms) this has been due.
   */
  disown(keyThumbprint: string, nowMs: number): number
}

/**
 * A moment before which a proof cannot be shown to be unused (design: fence). A proof that is fenced needs a nonce that was
 * minted behind the fence.
 */
export interface Fence {
  /** Proofs with iat up to this moment plus the allowed future skew are fenced. */
  readonly proofsUntilMs: number
  /** Nonces minted up to this moment do not count for a fenced proof. */
  readonly noncesUntilMs: number
  /**
   * Goes into every nonce: one memory of proofs, from its start to its loss. Sharers of a store know the same epoch, so that
   * a nonce from before a loss is told by all of them without comparing clocks. Constant where there is nothing to share.
   */
  readonly epoch: string
}
