/**
 * The entries of the index, found by the hash of what they name and by their id. Every change costs the same however many
 * there are, and so does getting rid of what has ended: nothing is ever built anew, and no timer is needed.
 */
import { makeBuckets } from './buckets.ts'
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
  /** Drops all entries of this id, whose hash is `idHash`. */
  remove(id: string, idHash: number): void
  hasId(id: string, idHash: number): boolean
  /** Looks at a few records on for what ended a while ago. */
  sweep(nowSeconds: number): void
}

/**
 * @param dropped is told the kind of each entry that goes
 * @param expected entries that it will hold, about
 */
export function makeEntryTable(dropped: (kindIndex: number) => void, expected: number): EntryTable {
  const records = makeRecords()
  const byKey = makeBuckets(expected)
  const byId = makeBuckets(expected)
  let size = 0
  let swept = NONE

  /** Records of one key stand together, the one with the latest `issuedBefore` first: it alone tells a new token clear. */
  function linkByKey(record: number): void {
    const hash = records.keyHash(record)
    const bucket = byKey.of(hash)
    let before = NONE
    let first = byKey.head(bucket)
    while (first !== NONE && !records.hasSameKey(first, record)) {
      before = first
      first = records.nextByKey(first)
    }
    if (first !== NONE && records.issuedBefore(record) < records.issuedBefore(first)) {
      records.setNextByKey(record, records.nextByKey(first))
      records.setNextByKey(first, record)
    } else if (first === NONE || before === NONE) {
      records.setNextByKey(record, byKey.head(bucket))
      byKey.setHead(bucket, record, hash)
    } else {
      records.setNextByKey(record, first)
      records.setNextByKey(before, record)
    }
  }

  function linkById(record: number): void {
    const hash = records.idHash(record)
    const bucket = byId.of(hash)
    records.setNextById(record, byId.head(bucket))
    byId.setHead(bucket, record, hash)
  }

  /** Links all of a bucket again, but for what `goes`; returns that. */
  function relinkByKey(bucket: number, goes?: (record: number) => boolean): readonly number[] {
    return relink(byKey.clear(bucket), records.nextByKey, linkByKey, goes)
  }

  function relinkById(bucket: number, goes?: (record: number) => boolean): readonly number[] {
    return relink(byId.clear(bucket), records.nextById, linkById, goes)
  }

  function free(record: number): void {
    dropped(records.kindIndex(record))
    records.free(record)
    size--
  }

  /** All of the bucket that ended, at once: many entries for one value would be walked again for each of them otherwise. */
  function dropEnded(bucket: number, nowSeconds: number): void {
    const ended = new Set(relinkByKey(bucket, (record) => endedLongAgo(record, nowSeconds)))
    for (const idBucket of new Set([...ended].map((record) => byId.of(records.idHash(record))))) {
      relinkById(idBucket, (record) => ended.has(record))
    }
    for (const record of ended) free(record)
  }

  function endedLongAgo(record: number, nowSeconds: number): boolean {
    return records.end(record) + KEPT_AFTER_END_SECONDS <= nowSeconds
  }

  function has(entry: NewRecord): boolean {
    const bucket = byId.of(entry.idHash)
    let record = byId.mayHold(bucket, entry.idHash) ? byId.head(bucket) : NONE
    for (let compared = 0; record !== NONE && compared < MAX_COMPARED; compared++) {
      if (isSame(records, record, entry)) return true
      record = records.nextById(record)
    }
    return false
  }

  return {
    records,
    firstOf(key) {
      const hash = key[0] as number
      const bucket = byKey.of(hash)
      if (!byKey.mayHold(bucket, hash)) return NONE
      let record = byKey.head(bucket)
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
        relinkByKey(byKey.split())
        relinkById(byId.split())
      }
      return true
    },
    remove(id, idHash) {
      const gone = new Set(relinkById(byId.of(idHash), (record) => records.id(record) === id))
      for (const keyBucket of new Set([...gone].map((record) => byKey.of(records.keyHash(record))))) {
        relinkByKey(keyBucket, (record) => gone.has(record))
      }
      for (const record of gone) free(record)
    },
    hasId(id, idHash) {
      const bucket = byId.of(idHash)
      let record = byId.mayHold(bucket, idHash) ? byId.head(bucket) : NONE
      while (record !== NONE && records.id(record) !== id) record = records.nextById(record)
      return record !== NONE
    },
    sweep(nowSeconds) {
      for (let i = Math.min(SWEPT_AT_ONCE, records.limit() - 1); i > 0; i--) {
        swept = swept + 1 < records.limit() ? swept + 1 : NONE + 1
        if (endedLongAgo(swept, nowSeconds)) dropEnded(byKey.of(records.keyHash(swept)), nowSeconds)
      }
    },
  }
}

function relink(
  head: number,
  nextOf: (record: number) => number,
  link: (record: number) => void,
  goes: ((record: number) => boolean) | undefined,
): readonly number[] {
  const gone: number[] = []
  let next = NONE
  for (let record = head; record !== NONE; record = next) {
    next = nextOf(record)
    if (goes?.(record) === true) gone.push(record)
    else link(record)
  }
  return gone
}

function isSame(records: Records, record: number, entry: NewRecord): boolean {
  return (
    records.idHash(record) === entry.idHash &&
    records.id(record) === entry.id &&
    records.hasKey(record, entry.key) &&
    records.issuedBefore(record) === entry.issuedBeforeSeconds &&
    records.end(record) === entry.endSeconds &&
    (entry.issuer === undefined ? !records.namesIssuer(record) : records.hasIssuer(record, entry.issuer))
  )
}
