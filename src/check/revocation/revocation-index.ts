/**
 * The list of what is cut off, laid out so that a look-up costs the same however long it is: one map a kind, by value.
 * Built whole and then only read; a changed list is a new index.
 */
import { applies, covers, endOf } from './entry.ts'
import {
  REVOCATION_KINDS,
  type Revocation,
  type RevocationKind,
  type RevocationList,
  type RevocationQuery,
} from './revocation.ts'

export interface RevocationIndex extends RevocationList {
  /** Entries by kind, those included that have ended since. */
  readonly counts: ReadonlyMap<RevocationKind, number>
}

/** Nearly always one entry a value; several where issuers or times differ. */
type Entries = Revocation | readonly Revocation[]
type Maps = Readonly<Record<RevocationKind, Map<string, Entries>>>

/** Entries that have ended by `nowSeconds` are left out. Values are in normal form (revocation-value.ts). */
export function buildRevocationIndex(revocations: Iterable<Revocation>, nowSeconds: number): RevocationIndex {
  const maps = Object.fromEntries(REVOCATION_KINDS.map((kind) => [kind, new Map()])) as unknown as Maps
  let deepestPrefix = 0
  for (const revocation of revocations) {
    if (endOf(revocation) <= nowSeconds) continue
    add(maps[revocation.kind], revocation)
    if (revocation.kind === 'workload') deepestPrefix = Math.max(deepestPrefix, prefixDepth(revocation.value))
  }
  return {
    counts: new Map(REVOCATION_KINDS.map((kind) => [kind, sizeOf(maps[kind])])),
    find(query, now) {
      const revocation = find(maps, deepestPrefix, query, now)
      return revocation === undefined ? CLEAR : { kind: 'revoked', revocation }
    },
  }
}

const CLEAR = { kind: 'clear' } as const

/** What the same issuer cut off for longer anyway is dropped, so that a call in a loop does not pile up entries. */
function add(map: Map<string, Entries>, revocation: Revocation): void {
  const there = [map.get(revocation.value) ?? []].flat()
  if (there.some((entry) => covers(entry, revocation))) return
  const kept = there.filter((entry) => !covers(revocation, entry))
  map.set(revocation.value, kept.length === 0 ? revocation : [...kept, revocation])
}

function sizeOf(map: Map<string, Entries>): number {
  let size = 0
  for (const entries of map.values()) size += Array.isArray(entries) ? entries.length : 1
  return size
}

function find(maps: Maps, deepestPrefix: number, query: RevocationQuery, now: number): Revocation | undefined {
  return (
    hit(maps.token, query.tokenSha256, query, now) ??
    hitJti(maps.token, query, now) ??
    hit(maps.session, query.sessionId, query, now) ??
    hit(maps.subject, query.subject, query, now) ??
    hit(maps.client, query.client, query, now) ??
    hit(maps.key, query.keyThumbprint, query, now) ??
    hitAny(maps.certificate, query.certificateThumbprints, query, now) ??
    hitWorkload(maps, deepestPrefix, query, now) ??
    hit(maps.issuer, query.issuer, query, now)
  )
}

function hit(
  map: Map<string, Entries>,
  value: string | undefined,
  query: RevocationQuery,
  now: number,
): Revocation | undefined {
  const entries = value === undefined || map.size === 0 ? undefined : map.get(value)
  if (entries === undefined) return undefined
  if (isMany(entries)) return entries.find((entry) => applies(entry, query, now))
  return applies(entries, query, now) ? entries : undefined
}

function isMany(entries: Entries): entries is readonly Revocation[] {
  return Array.isArray(entries)
}

/** A jti is only unique with its issuer; without one the value is the hash of a token. */
function hitJti(map: Map<string, Entries>, query: RevocationQuery, now: number): Revocation | undefined {
  const entries = query.tokenId === undefined || map.size === 0 ? undefined : map.get(query.tokenId)
  if (entries === undefined) return undefined
  return [entries].flat().find((entry) => entry.issuer !== undefined && applies(entry, query, now))
}

function hitAny(
  map: Map<string, Entries>,
  values: readonly string[],
  query: RevocationQuery,
  now: number,
): Revocation | undefined {
  for (const value of values) {
    const found = hit(map, value, query, now)
    if (found !== undefined) return found
  }
  return undefined
}

/** The workload itself, each prefix of whole segments that is no deeper than any in the list, its trust domain. */
function hitWorkload(maps: Maps, deepestPrefix: number, query: RevocationQuery, now: number): Revocation | undefined {
  for (const id of query.workloads) {
    const found = hit(maps.workload, id, query, now)
    if (found !== undefined) return found
    let slash = id.indexOf('/', SCHEME_LENGTH)
    const inDomain = hit(maps['trust-domain'], id.slice(SCHEME_LENGTH, slash === -1 ? undefined : slash), query, now)
    if (inDomain !== undefined) return inDomain
    for (let depth = 1; depth <= deepestPrefix && slash !== -1; depth++) {
      const below = hit(maps.workload, `${id.slice(0, slash)}/*`, query, now)
      if (below !== undefined) return below
      slash = id.indexOf('/', slash + 1)
    }
  }
  return undefined
}

const SCHEME_LENGTH = 'spiffe://'.length

/** `spiffe://td/*` is 1 deep, `spiffe://td/ns/*` 2; a whole SPIFFE ID is 0, as it needs no walk. */
function prefixDepth(value: string): number {
  return value.endsWith('/*') ? value.split('/').length - 3 : 0
}
