/**
 * The uses of one key since the ledger was last told. A run of uses by one sender, with nonces handed to one, is cut to its
 * first and its last; beyond the bound only a nonce that went from one sender to another is still written, over the last one:
 * that two know each other's nonces speaks for an honest client, and must not be lost (detect/lineage.ts).
 */
import type { KeyUse } from '../key-record.ts'

export interface KeyDelta {
  readonly key: string
  readonly uses: KeyUse[]
}

export const MAX_KEY_USES = 16

export function countKeyUse({ uses }: KeyDelta, use: KeyUse): void {
  const last = uses.at(-1)
  if (last !== undefined && isAlike(last, use)) {
    const before = uses.at(-2)
    if (before !== undefined && isAlike(before, use)) {
      uses[uses.length - 1] = use
      return
    }
  }
  if (uses.length < MAX_KEY_USES) uses.push(use)
  else if (use.handedTo !== undefined && use.handedTo !== use.by) uses[MAX_KEY_USES - 1] = use
}

function isAlike(one: KeyUse, other: KeyUse): boolean {
  return one.by === other.by && one.handedTo === other.handedTo
}
