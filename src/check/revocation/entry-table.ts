/**
 * The entries of the index, found by the hash of what they name and by their id. Every change costs the same however many
 * there are, and so does getting rid of what has ended: nothing is ever built anew, and no timer is needed.
 */
import { type Buckets, makeBuckets } from './buckets.ts'
import { makeRecords, type NewRecord, NONE, type Records } from './records.ts'

/** Records looked at per call of `sweep`, in turn. */
const SWEPT_AT_ONCE = 4
/** What has ended is kept this long, so that a clock which is set back finds it again. */
const KEPT_AFTER_END_SECONDS = 600
/** So far a repeated entry is looked for among those of its id; kept twice it does no harm, since both go with the id. */
const MAX_COMPARED = 64

/** What a look-up may read of a record. */
export type RecordReader = Pick<Records, 'namesIssuer' | 'hasIssuer' | 'id' | 'kindIndex' | 'issuedBefore' | 'end'>

export interface EntryTable {
  readonly records: RecordReader
  /** Of the records of this key the one with the latest `issuedBefore`, the others following by `nextOf`; or NONE. */
  firstOf(key: Uint32Array): number
  /** The next record of the same key; or NONE. */
  nextOf(record: number): number
  /** False when that very entry is there already. */
  add(entry: NewRecord): boolean
  /** Drops all entries of this id. */
  remove(id: string): void
  /** Looks at a few records on for what ended a while ago. */
  sweep(nowSeconds: number): void
}

/**
 * @param hashId a keyed hash of an id
 * @param dropped is told the kind of each entry that goes
 */
export function makeEntryTable(hashId: (id: string) => number, dropped: (kindIndex: number) => void): EntryTable {
  const records = makeRecords()
  const byKey = makeBuckets()
  const byId = makeBuckets()
  let size = 0
  let swept = NONE

  /** Records of one key stand together, the one with the latest `issuedBefore` first: it alone tells a new token clear. */
  function linkByKey(record: number): void {
    const bucket = byKey.of(records.keyHash(record))
    let before = NONE
    let first = byKey.head(bucket)
    while (first !== NONE && !records.hasSameKey(first, record)) {
      before = first
      first = records.nextByKey(first)
    }
    if (first !== NONE && records.issuedBefore(record) < records.issuedBefore(first)) {
      records.setNextByKey(record, records.nextByKey(first))
      records.setNextByKey(first, record)
      return
    }
    if (first === NONE) before = NONE
    records.setNextByKey(record, before === NONE ? byKey.head(bucket) : first)
    if (before === NONE) byKey.setHead(bucket, record)
    else records.setNextByKey(before, record)
  }

  function linkById(record: number): void {
    const bucket = byId.of(hashId(records.id(record)))
    records.setNextById(record, byId.head(bucket))
    byId.setHead(bucket, record)
  }

  /** Empties a bucket and links again what `keep` keeps; returns the rest. */
  function relink(
    buckets: Buckets,
    bucket: number,
    next: (record: number) => number,
    link: (record: number) => void,
    keep: (record: number) => boolean,
  ): number[] {
    const chain: number[] = []
    for (let record = buckets.head(bucket); record !== NONE; record = next(record)) chain.push(record)
    buckets.setHead(bucket, NONE)
    const rest: number[] = []
    // From the end, since what is linked comes first: the order stays.
    for (const record of chain.reverse()) {
      if (keep(record)) link(record)
      else rest.push(record)
    }
    return rest
  }

  const relinkByKey = (bucket: number, keep: (record: number) => boolean): number[] =>
    relink(byKey, bucket, records.nextByKey, linkByKey, keep)
  const relinkById = (bucket: number, keep: (record: number) => boolean): number[] =>
    relink(byId, bucket, records.nextById, linkById, keep)

  function free(record: number): void {
    dropped(records.kindIndex(record))
    records.free(record)
    size--
  }

  /** All of the bucket that ended, at once: many entries for one value would be walked again for each of them otherwise. */
  function dropEnded(bucket: number, nowSeconds: number): void {
    const ended = new Set(relinkByKey(bucket, (record) => !endedLongAgo(record, nowSeconds)))
    for (const idBucket of new Set([...ended].map((record) => byId.of(hashId(records.id(record)))))) {
      relinkById(idBucket, (record) => !ended.has(record))
    }
    for (const record of ended) free(record)
  }

  function endedLongAgo(record: number, nowSeconds: number): boolean {
    return records.end(record) + KEPT_AFTER_END_SECONDS <= nowSeconds
  }

  function has(entry: NewRecord): boolean {
    let record = byId.head(byId.of(hashId(entry.id)))
    for (let compared = 0; record !== NONE && compared < MAX_COMPARED; compared++) {
      if (isSame(records, record, entry)) return true
      record = records.nextById(record)
    }
    return false
  }

  return {
    records,
    firstOf(key) {
      let record = byKey.head(byKey.of(key[0] as number))
      while (record !== NONE && !records.hasKey(record, key)) record = records.nextByKey(record)
      return record
    },
    nextOf(record) {
      const next = records.nextByKey(record)
      return next !== NONE && records.hasSameKey(record, next) ? next : NONE
    },
    add(entry) {
      if (has(entry)) return false
      const record = records.take(entry)
      linkByKey(record)
      linkById(record)
      size++
      if (size > byKey.count()) {
        relinkByKey(byKey.split(), () => true)
        relinkById(byId.split(), () => true)
      }
      return true
    },
    remove(id) {
      const gone = new Set(relinkById(byId.of(hashId(id)), (record) => records.id(record) !== id))
      for (const keyBucket of new Set([...gone].map((record) => byKey.of(records.keyHash(record))))) {
        relinkByKey(keyBucket, (record) => !gone.has(record))
      }
      for (const record of gone) free(record)
    },
    sweep(nowSeconds) {
      for (let i = Math.min(SWEPT_AT_ONCE, records.limit() - 1); i > 0; i--) {
        swept = swept + 1 < records.limit() ? swept + 1 : NONE + 1
        if (endedLongAgo(swept, nowSeconds)) dropEnded(byKey.of(records.keyHash(swept)), nowSeconds)
      }
    },
  }
}

function isSame(records: Records, record: number, entry: NewRecord): boolean {
  return (
    records.id(record) === entry.id &&
    records.hasKey(record, entry.key) &&
    records.issuedBefore(record) === entry.issuedBeforeSeconds &&
    records.end(record) === entry.endSeconds &&
    (entry.issuer === undefined ? !records.namesIssuer(record) : records.hasIssuer(record, entry.issuer))
  )
}
