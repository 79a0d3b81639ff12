/**
 * What the ledger keeps of one DPoP key for as long as it is in use: who uses it, and how its nonces go from hand to hand
 * (detect/lineage.ts). Kept by key, not by session: a copied key works with every token of its holder.
 */

/** One use of a key, with or without a nonce, as a check saw it. */
export interface KeyUse {
  /** Who used it: `holderTag` of holder-tag.ts, hex; tells holders apart. */
  readonly by: string
  /** Who was handed the nonce: the same tag, out of the nonce; undefined without a genuine one. */
  readonly handedTo: string | undefined
  /** When the nonce was minted; undefined without a genuine one. */
  readonly mintedAtMs: number | undefined
  /** `iat` of the proof, by the client's clock. */
  readonly iatSeconds: number
  readonly seenMs: number
}

export interface KeyRecord {
  /** `ProofUse.lineage`: RFC 7638 thumbprint of the key, and for which origin its nonces are. */
  readonly key: string
  /** The state of detect/lineage.ts, as compact text. */
  readonly lineage: string
  readonly lastMs: number
}

/** What one process saw of one key since it last wrote, in its order; runs of one sender may be cut to their ends. */
export interface KeyUses {
  /** As in `KeyRecord`. */
  readonly key: string
  readonly uses: readonly KeyUse[]
}
