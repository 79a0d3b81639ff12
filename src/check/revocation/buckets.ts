/**
 * The heads of a hash table that grows one bucket at a time (linear hashing, Litwin 1980): however many entries there are,
 * no change ever has to lay all of them out anew.
 */

const PAGE_BITS = 12
const PAGE_SIZE = 1 << PAGE_BITS
const FIRST_BUCKETS = 16

export interface Buckets {
  count(): number
  /** The bucket of a hash, by its low bits. */
  of(hash: number): number
  head(bucket: number): number
  setHead(bucket: number, record: number): void
  /** Adds an empty bucket. Some of what is in the bucket returned now belongs there: link all of it again. */
  split(): number
}

export function makeBuckets(): Buckets {
  const pages: Uint32Array[] = [new Uint32Array(PAGE_SIZE)]
  /** A power of two; buckets from `count - half` to `half` are not split yet. */
  let half = FIRST_BUCKETS
  let count = FIRST_BUCKETS

  return {
    count: () => count,
    of(hash) {
      const bucket = hash & (2 * half - 1)
      return bucket < count ? bucket : bucket & (half - 1)
    },
    head: (bucket) => (pages[bucket >>> PAGE_BITS] as Uint32Array)[bucket & (PAGE_SIZE - 1)] as number,
    setHead(bucket, record) {
      const page = pages[bucket >>> PAGE_BITS] as Uint32Array
      page[bucket & (PAGE_SIZE - 1)] = record
    },
    split() {
      const from = count - half
      if ((count & (PAGE_SIZE - 1)) === 0) pages.push(new Uint32Array(PAGE_SIZE))
      count++
      if (count === 2 * half) half = count
      return from
    },
  }
}
