/**
 * Finds entries by what they are related to. An entry stays to be found by what it was related to before (the token before the
 * last refresh), up to a bound; it goes out of the index as a whole. Nothing stands in it without an entry.
 */
import type { Relative } from '../../ledger/ledger-store.ts'
import { relativeKey } from '../../ledger/relations.ts'

export interface RelationIndex {
  /** @param relatives all that it is related to now; kept with those from before */
  put(id: string, relatives: readonly Relative[]): void
  remove(id: string): void
  find(relative: Relative): readonly string[]
  size(): Omit<Held, 'count'>
}

/** How many entries, how many of them can be found, by how many relations. */
export interface Held {
  readonly count: number
  readonly indexed: number
  readonly relations: number
}

/** For each entry: more than a session's record can name at once, so that what is true now is always in it. */
export const MAX_RELATIONS = 64

export function makeRelationIndex(): RelationIndex {
  const relationsOf = new Map<string, Set<string>>()
  const idsOf = new Map<string, Set<string>>()

  function unlink(id: string, relation: string): void {
    const ids = idsOf.get(relation)
    ids?.delete(id)
    if (ids?.size === 0) idsOf.delete(relation)
  }

  return {
    put(id, relatives) {
      const relations = relationsOf.get(id) ?? new Set()
      relationsOf.set(id, relations)
      for (const relative of relatives) {
        const relation = relativeKey(relative)
        // Last in the order of the set: what goes out first is what has not been true for longest.
        relations.delete(relation)
        relations.add(relation)
        const ids = idsOf.get(relation)
        if (ids === undefined) idsOf.set(relation, new Set([id]))
        else ids.add(id)
      }
      for (const relation of relations) {
        if (relations.size <= MAX_RELATIONS) break
        relations.delete(relation)
        unlink(id, relation)
      }
    },
    remove(id) {
      for (const relation of relationsOf.get(id) ?? []) unlink(id, relation)
      relationsOf.delete(id)
    },
    find: (relative) => [...(idsOf.get(relativeKey(relative)) ?? [])],
    size() {
      return { indexed: relationsOf.size, relations: idsOf.size }
    },
  }
}
