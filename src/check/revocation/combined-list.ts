/** Several lists as one: what any of them cuts off is cut off. */
import type { RevocationList, RevocationOutcome } from './revocation.ts'

/**
 * Revoked by any; stale when one is stale and none revokes: an entry may stand where it cannot be seen. Clear without a list.
 */
export function combineRevocationLists(lists: readonly RevocationList[]): RevocationList {
  const [only] = lists
  if (only !== undefined && lists.length === 1) return only
  return {
    find(query, nowSeconds) {
      let outcome: RevocationOutcome = CLEAR
      for (const list of lists) {
        const found = list.find(query, nowSeconds)
        if (found.kind === 'revoked') return found
        if (found.kind === 'stale') outcome = found
      }
      return outcome
    },
  }
}

const CLEAR = { kind: 'clear' } as const
