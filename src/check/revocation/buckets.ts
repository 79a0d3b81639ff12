/**
 * The heads of a hash table that grows one bucket at a time (linear hashing, Litwin 1980): however many entries there are,
 * no change ever has to lay all of them out anew.
 */

/** Few pages, so that the way to them stays in the cache. */
const PAGE_BITS = 15
const PAGE_SIZE = 1 << PAGE_BITS
const FEWEST_BUCKETS = 16
/** So many are there from the start at most, however many entries are announced: 5 MiB. */
const MOST_AT_FIRST = 1 << 20

export interface Buckets {
  count(): number
  /** The bucket of a hash, by its low bits. */
  of(hash: number): number
  /**
   * False when nothing with this hash is in the bucket; true for one in eight of the others. It is asked first since it is
   * small enough to stay in the processor's cache, where the heads are not: nearly every look-up is in vain.
   */
  mayHold(bucket: number, hash: number): boolean
  head(bucket: number): number
  /** @param hash of what has become the head */
  setHead(bucket: number, record: number, hash: number): void
  /** Empties it; returns the head that it had. */
  clear(bucket: number): number
  /** Adds an empty bucket. Some of what is in the bucket returned now belongs there: clear that and link all of it again. */
  split(): number
}

interface Page {
  readonly heads: Uint32Array
  /** For each bucket the set of the top three bits of the hashes in it. */
  readonly tops: Uint8Array
}

/** @param expected entries: a bucket for each of about so many is there from the start */
export function makeBuckets(expected: number): Buckets {
  /** A power of two; buckets from `count - half` to `half` are not split yet. */
  let half = FEWEST_BUCKETS
  while (half < expected && half < MOST_AT_FIRST) half *= 2
  let count = half
  const pages: Page[] = Array.from({ length: Math.ceil(count / PAGE_SIZE) }, makePage)

  const pageOf = (bucket: number): Page => pages[bucket >>> PAGE_BITS] as Page
  const slot = (bucket: number): number => bucket & (PAGE_SIZE - 1)

  return {
    count: () => count,
    of(hash) {
      const bucket = hash & (2 * half - 1)
      return bucket < count ? bucket : bucket & (half - 1)
    },
    mayHold: (bucket, hash) => ((pageOf(bucket).tops[slot(bucket)] as number) & top(hash)) !== 0,
    head: (bucket) => pageOf(bucket).heads[slot(bucket)] as number,
    setHead(bucket, record, hash) {
      const { heads, tops } = pageOf(bucket)
      const i = slot(bucket)
      heads[i] = record
      tops[i] = (tops[i] as number) | top(hash)
    },
    clear(bucket) {
      const { heads, tops } = pageOf(bucket)
      const i = slot(bucket)
      const head = heads[i] as number
      heads[i] = 0
      tops[i] = 0
      return head
    },
    split() {
      const from = count - half
      if (slot(count) === 0) pages.push(makePage())
      count++
      if (count === 2 * half) half = count
      return from
    },
  }
}

function top(hash: number): number {
  return 1 << (hash >>> 29)
}

function makePage(): Page {
  return { heads: new Uint32Array(PAGE_SIZE), tops: new Uint8Array(PAGE_SIZE) }
}
