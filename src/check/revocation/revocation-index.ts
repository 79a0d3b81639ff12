/**
 * The list of what is cut off, laid out so that a look-up costs the same however long it is, and changed entry by entry.
 * Entries are found by a keyed 128-bit hash of kind and value. Should two ever meet, one request is refused that need not
 * be, never the other way round; with a million entries that is less likely than 1 in 10^31 a look-up.
 */
import { randomFillSync } from 'node:crypto'
import { endOf, isOldEnough } from './entry.ts'
import { makeEntryTable } from './entry-table.ts'
import { HASH_WORDS, makeKeyedHash } from './keyed-hash.ts'
import { NONE } from './records.ts'
import {
  REVOCATION_KINDS,
  type Revocation,
  type RevocationKind,
  type RevocationList,
  type RevocationQuery,
} from './revocation.ts'

export interface RevocationIndex extends RevocationList {
  /** Entries by kind as they are now, those included that ended not long ago; each kind is there. */
  readonly counts: ReadonlyMap<RevocationKind, number>
  /**
   * Applies one entry, its value in normal form (revocation-value.ts). The same again changes nothing. An id that is given
   * again with other contents stands for both: nothing is taken back but by `remove`.
   */
  add(revocation: Revocation, nowSeconds: number): void
  /** Takes back what was added under this id, if anything was. */
  remove(id: string): void
}

/** Entries that have ended by `nowSeconds` are left out. Values are in normal form (revocation-value.ts). */
export function buildRevocationIndex(revocations: Iterable<Revocation>, nowSeconds: number): RevocationIndex {
  const index = makeRevocationIndex()
  for (const revocation of revocations) index.add(revocation, nowSeconds)
  return index
}

const CLEAR = { kind: 'clear' } as const
const SCHEME_LENGTH = 'spiffe://'.length
/** Beside one domain for each kind, by its place in REVOCATION_KINDS. */
const DOMAINS = { prefix: 100, issuerOfEntry: 101, id: 102 } as const

/** An empty list. */
export function makeRevocationIndex(): RevocationIndex {
  const hash = makeKeyedHash(randomFillSync(new Uint32Array(HASH_WORDS)))
  const key = new Uint32Array(HASH_WORDS)
  const issuer = new Uint32Array(HASH_WORDS)
  const idHash = new Uint32Array(HASH_WORDS)
  const counts = new Map<RevocationKind, number>(REVOCATION_KINDS.map((kind) => [kind, 0]))
  const table = makeEntryTable(
    (id) => {
      hash(DOMAINS.id, id, 0, id.length, idHash)
      return idHash[0] as number
    },
    (kindIndex) => count(REVOCATION_KINDS[kindIndex] as RevocationKind, -1),
  )
  const { records } = table
  /** How deep the prefixes are that there were so far; so deep every workload is looked up. */
  const prefixDepths: boolean[] = []

  function count(kind: RevocationKind, change: number): void {
    counts.set(kind, (counts.get(kind) ?? 0) + change)
  }
  return { counts } as never
}
