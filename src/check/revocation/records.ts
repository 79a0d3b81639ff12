/**
 * What the index keeps of each entry, by number, in pages of typed arrays: little memory, and but for the ids nothing that
 * the garbage collector walks. Why, by whom and when stay in the list itself.
 */
import { HASH_WORDS } from './keyed-hash.ts'

const PAGE_BITS = 14
const PAGE_SIZE = 1 << PAGE_BITS
const ISSUER_WORDS = 2
/** Words of a record: the key, the issuer, the hash of the id, and the next record by key and by id. */
const WORDS = HASH_WORDS + ISSUER_WORDS + 3
const ID_HASH = HASH_WORDS + ISSUER_WORDS
const NEXT_BY_KEY = ID_HASH + 1
const NEXT_BY_ID = ID_HASH + 2

/** The number of no record: ends every chain. */
export const NONE = 0

export interface NewRecord {
  readonly id: string
  readonly idHash: number
  /** What the entry is looked up by; its words are copied. */
  readonly key: Uint32Array
  /** The hash of the issuer that it is narrowed to; undefined: any. Two words of it are kept. */
  readonly issuer: Uint32Array | undefined
  readonly kindIndex: number
  readonly issuedBeforeSeconds: number
  /** Infinity: never. */
  readonly endSeconds: number
}

interface Page {
  readonly words: Uint32Array
  readonly issuedBefore: Float64Array
  readonly ends: Float64Array
  readonly kinds: Uint8Array
  readonly ids: string[]
}

export interface Records {
  /** Keeps an entry, linked to nothing; its number is that of one which was freed, if there is any. */
  take(entry: NewRecord): number
  free(record: number): void
  /** All numbers are below it. */
  limit(): number
  hasKey(record: number, key: Uint32Array): boolean
  hasSameKey(one: number, other: number): boolean
  /** The word by which a record is put into a bucket. */
  keyHash(record: number): number
  idHash(record: number): number
  namesIssuer(record: number): boolean
  hasIssuer(record: number, issuer: Uint32Array): boolean
  /** What is free has neither an end nor an id. */
  id(record: number): string
  kindIndex(record: number): number
  issuedBefore(record: number): number
  end(record: number): number
  nextByKey(record: number): number
  setNextByKey(record: number, next: number): void
  nextById(record: number): number
  setNextById(record: number, next: number): void
}

export function makeRecords(): Records {
  const pages: Page[] = []
  let limit = NONE + 1
  let firstFree = NONE

  const pageOf = (record: number): Page => pages[record >>> PAGE_BITS] as Page
  const slot = (record: number): number => record & (PAGE_SIZE - 1)
  const word = (record: number, at: number): number => pageOf(record).words[slot(record) * WORDS + at] as number
  const setWord = (record: number, at: number, value: number): void => {
    pageOf(record).words[slot(record) * WORDS + at] = value
  }

  function nextNumber(): number {
    const record = firstFree
    if (record !== NONE) {
      firstFree = word(record, NEXT_BY_KEY)
      return record
    }
    if (limit >>> PAGE_BITS === pages.length) pages.push(makePage())
    return limit++
  }

  return {
    take({ id, idHash, key, issuer, kindIndex, issuedBeforeSeconds, endSeconds }) {
      const record = nextNumber()
      const page = pageOf(record)
      const i = slot(record)
      for (let at = 0; at < HASH_WORDS; at++) setWord(record, at, key[at] as number)
      setWord(record, HASH_WORDS, issuer === undefined ? 0 : named(issuer))
      setWord(record, HASH_WORDS + 1, issuer === undefined ? 0 : (issuer[1] as number))
      setWord(record, ID_HASH, idHash)
      page.ids[i] = id
      page.kinds[i] = kindIndex
      page.issuedBefore[i] = issuedBeforeSeconds
      page.ends[i] = endSeconds
      return record
    },
    free(record) {
      pageOf(record).ids[slot(record)] = ''
      pageOf(record).ends[slot(record)] = Number.POSITIVE_INFINITY
      setWord(record, NEXT_BY_KEY, firstFree)
      firstFree = record
    },
    limit: () => limit,
    hasKey(record, key) {
      const { words } = pageOf(record)
      const at = slot(record) * WORDS
      return words[at] === key[0] && words[at + 1] === key[1] && words[at + 2] === key[2] && words[at + 3] === key[3]
    },
    hasSameKey(one, other) {
      for (let at = 0; at < HASH_WORDS; at++) if (word(one, at) !== word(other, at)) return false
      return true
    },
    keyHash: (record) => word(record, 0),
    idHash: (record) => word(record, ID_HASH),
    namesIssuer: (record) => word(record, HASH_WORDS) !== 0,
    hasIssuer: (record, issuer) =>
      word(record, HASH_WORDS) === named(issuer) && word(record, HASH_WORDS + 1) === issuer[1],
    id: (record) => pageOf(record).ids[slot(record)] as string,
    kindIndex: (record) => pageOf(record).kinds[slot(record)] as number,
    issuedBefore: (record) => pageOf(record).issuedBefore[slot(record)] as number,
    end: (record) => pageOf(record).ends[slot(record)] as number,
    nextByKey: (record) => word(record, NEXT_BY_KEY),
    setNextByKey: (record, next) => setWord(record, NEXT_BY_KEY, next),
    nextById: (record) => word(record, NEXT_BY_ID),
    setNextById: (record, next) => setWord(record, NEXT_BY_ID, next),
  }
}

/** Never 0, which stands for any issuer. */
function named(issuer: Uint32Array): number {
  return ((issuer[0] as number) | 1) >>> 0
}

function makePage(): Page {
  return {
    words: new Uint32Array(PAGE_SIZE * WORDS),
    issuedBefore: new Float64Array(PAGE_SIZE),
    ends: new Float64Array(PAGE_SIZE).fill(Number.POSITIVE_INFINITY),
    kinds: new Uint8Array(PAGE_SIZE),
    ids: new Array<string>(PAGE_SIZE).fill(''),
  }
}
