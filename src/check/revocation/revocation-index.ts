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
  /** Whether anything stands under this id; what had ended when it was added does not. */
  has(id: string): boolean
}

/** Entries that have ended by `nowSeconds` are left out. Values are in normal form (revocation-value.ts). */
export function buildRevocationIndex(revocations: Iterable<Revocation>, nowSeconds: number): RevocationIndex {
  const index = makeRevocationIndex()
  for (const revocation of revocations) index.add(revocation, nowSeconds)
  return index
}

const CLEAR = { kind: 'clear' } as const
const SCHEME_LENGTH = 'spiffe://'.length
/** Keeps the same text apart as it names different things. A prefix is hashed without what makes it one, its last `/*`. */
const DOMAINS = {
  ...(Object.fromEntries(REVOCATION_KINDS.map((kind, i) => [kind, i])) as Record<RevocationKind, number>),
  prefix: 100,
  narrowedTo: 101,
  id: 102,
}

/** An empty list. @param expected entries that it will hold, about: it is filled faster then */
export function makeRevocationIndex(expected = 0): RevocationIndex {
  const hash = makeKeyedHash(randomFillSync(new Uint32Array(HASH_WORDS)))
  const key = new Uint32Array(HASH_WORDS)
  const issuerKey = new Uint32Array(HASH_WORDS)
  const idKey = new Uint32Array(HASH_WORDS)
  const counts = new Map<RevocationKind, number>(REVOCATION_KINDS.map((kind) => [kind, 0]))
  /** Depths of the prefixes that there were so far: only so deep are workloads looked up. */
  const prefixDepths: boolean[] = []

  const dropped = (kindIndex: number): void => count(REVOCATION_KINDS[kindIndex] as RevocationKind, -1)
  const table = makeEntryTable(dropped, expected)
  const { records } = table

  /** An id is asked for and then added, and issuers are few: the last one of each is often the next. */
  let hashedId: string | undefined
  let hashedIssuer: string | undefined

  function hashOfId(id: string): number {
    if (id !== hashedId) hash(DOMAINS.id, id, idKey)
    hashedId = id
    return idKey[0] as number
  }

  function hashOfIssuer(issuer: string): Uint32Array {
    if (issuer !== hashedIssuer) hash(DOMAINS.narrowedTo, issuer, issuerKey)
    hashedIssuer = issuer
    return issuerKey
  }

  function count(kind: RevocationKind, change: number): void {
    counts.set(kind, (counts.get(kind) ?? 0) + change)
  }

  /** The first entry of the key that was hashed last which applies; or NONE. A jti is only unique with its issuer. */
  function applying(kind: RevocationKind, query: RevocationQuery, now: number, onlyNarrowed = false): number {
    let record = table.firstOf(key)
    if (record === NONE || !isOldEnough(kind, records.issuedBefore(record), query)) return NONE
    for (; record !== NONE; record = table.nextOf(record)) {
      if (records.end(record) <= now || !isOldEnough(kind, records.issuedBefore(record), query)) continue
      if (!records.namesIssuer(record)) {
        if (!onlyNarrowed) return record
      } else if (records.hasIssuer(record, hashOfIssuer(query.issuer))) return record
    }
    return NONE
  }

  function hit(kind: RevocationKind, text: string | undefined, query: RevocationQuery, now: number): number {
    if (text === undefined || counts.get(kind) === 0) return NONE
    hash(DOMAINS[kind], text, key)
    return applying(kind, query, now)
  }

  function hitJti(query: RevocationQuery, now: number): number {
    if (query.tokenId === undefined || counts.get('token') === 0) return NONE
    hash(DOMAINS.token, query.tokenId, key)
    return applying('token', query, now, true)
  }

  function hitCertificate(query: RevocationQuery, now: number): number {
    for (const thumbprint of query.certificateThumbprints) {
      const record = hit('certificate', thumbprint, query, now)
      if (record !== NONE) return record
    }
    return hit('certificate', query.certificateIssuerSerial, query, now)
  }

  /** The workloads themselves, their trust domains, and each prefix of whole segments that is as deep as any in the list. */
  function hitWorkload(query: RevocationQuery, now: number): number {
    for (const id of query.workloads) {
      const record = hit('workload', id, query, now) || hitTrustDomain(id, query, now) || hitPrefix(id, query, now)
      if (record !== NONE) return record
    }
    return NONE
  }

  function hitTrustDomain(id: string, query: RevocationQuery, now: number): number {
    if (counts.get('trust-domain') === 0) return NONE
    const slash = id.indexOf('/', SCHEME_LENGTH)
    hash(DOMAINS['trust-domain'], id.slice(SCHEME_LENGTH, slash === -1 ? undefined : slash), key)
    return applying('trust-domain', query, now)
  }

  function hitPrefix(id: string, query: RevocationQuery, now: number): number {
    if (counts.get('workload') === 0) return NONE
    let slash = id.indexOf('/', SCHEME_LENGTH)
    for (let depth = 1; depth < prefixDepths.length && slash !== -1; depth++) {
      if (prefixDepths[depth] === true) {
        hash(DOMAINS.prefix, id.slice(0, slash), key)
        const record = applying('workload', query, now)
        if (record !== NONE) return record
      }
      slash = id.indexOf('/', slash + 1)
    }
    return NONE
  }

  function hashEntry({ kind, value }: Revocation): void {
    if (!isPrefix(kind, value)) {
      hash(DOMAINS[kind], value, key)
      return
    }
    hash(DOMAINS.prefix, value.slice(0, -PREFIX_END.length), key)
    const depth = value.split('/').length - 3
    while (prefixDepths.length <= depth) prefixDepths.push(false)
    prefixDepths[depth] = true
  }

  return {
    counts,
    add(revocation, nowSeconds) {
      table.sweep(nowSeconds)
      const { id, kind, issuer, issuedBeforeSeconds } = revocation
      const endSeconds = endOf(revocation)
      if (endSeconds <= nowSeconds) return
      hashEntry(revocation)
      const narrowedTo = issuer === undefined ? undefined : hashOfIssuer(issuer)
      const kindIndex = DOMAINS[kind]
      const idHash = hashOfId(id)
      if (table.add({ id, idHash, key, issuer: narrowedTo, kindIndex, issuedBeforeSeconds, endSeconds })) count(kind, 1)
    },
    remove: (id) => table.remove(id, hashOfId(id)),
    has: (id) => table.hasId(id, hashOfId(id)),
    find(query, now) {
      table.sweep(now)
      const record =
        hit('token', query.tokenSha256, query, now) ||
        hitJti(query, now) ||
        hit('session', query.sessionId, query, now) ||
        hit('subject', query.subject, query, now) ||
        hit('client', query.client, query, now) ||
        hit('key', query.keyThumbprint, query, now) ||
        hitCertificate(query, now) ||
        hitWorkload(query, now) ||
        hit('issuer', query.issuer, query, now)
      if (record === NONE) return CLEAR
      const kind = REVOCATION_KINDS[records.kindIndex(record)] as RevocationKind
      return { kind: 'revoked', revocation: { id: records.id(record), kind } }
    },
  }
}

const PREFIX_END = '/*'

/** `spiffe://td/*` is 1 deep, `spiffe://td/ns/*` 2. */
function isPrefix(kind: RevocationKind, value: string): boolean {
  return kind === 'workload' && value.endsWith(PREFIX_END)
}
