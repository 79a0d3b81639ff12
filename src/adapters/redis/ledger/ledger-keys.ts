/**
 * Names of the ledger's keys. In a cluster one tag keeps all of them on one master: a session and what it is found by change
 * together. Values are hashed into the names: no text of a request steers them (A19).
 */
import { hash } from 'node:crypto'
import type { Relation, Relative } from '../../../ledger/ledger-store.ts'
import { relativeKey } from '../../../ledger/relations.ts'
import { tagOf } from '../revocation/list-keys.ts'

export interface LedgerKeys {
  /** String: the record of a session. By half its id: the other half stands in the value. */
  session(half: string): string
  /** Sorted set, one of `2 ** bits`: session → standing. All of them are the inventory; `number` counts from 0. */
  shard(bits: number, number: number): string
  /** Sorted set: what has this relative, and when it was last seen (s). `tag` (octets) begins the member where many share a set. */
  relative(relative: Relative): { readonly key: string; readonly tag: string }
  /** String: an incident. */
  incident(id: string): string
  /** Sorted set of all incidents, in the order of their ids. */
  readonly incidents: string
  /** Stream: which incidents were written, for whoever wants to be told. */
  readonly incidentFeed: string
  /** Sorted set: which incidents have this relative. */
  incidentsBy(relative: Relative): string
  /** String: how the nonces of one DPoP key went. By a short name of the key. */
  proofKey(name: string): string
  proofKeyName(thumbprint: string): string
  /** Sorted set: DPoP keys in use. */
  proofKeyShard(bits: number, number: number): string
  /** List: when something was not written down. */
  readonly gaps: string
  /** Sorted set: the `bits` of shards that sessions were put into, and when last (s). */
  readonly layouts: string
  /** What all names begin with, as few as there are: for an ACL. */
  readonly beginnings: readonly string[]
}

const TAG = 'ledger'
/** Each value of these has few sessions: sets of their own would cost more than their members. */
const UNIQUE: ReadonlySet<Relation> = new Set(['token', 'jti', 'key', 'certificate'])
const BUCKET_BYTES = 2
const TAG_BYTES = 5
const NAME_BYTES = 12
/** Sets that are shared by the values of `UNIQUE`. */
export const BUCKETS = 2 ** (8 * BUCKET_BYTES)

/** A prefix with `{}` in it must not be used in a cluster: it keeps keys apart that belong together. */
export function ledgerKeys(prefix: string, cluster: boolean): LedgerKeys {
  const tagged = cluster && tagOf(prefix) === undefined
  const start = tagged ? `${prefix}{${TAG}}` : prefix
  const named = ['session', 'incident', 'proof-key', 'ledger:'].map((name) => `${start}${name}`)
  return {
    session: (half) => `${start}session:${half}`,
    shard: (bits, number) => `${start}sessions:by-shard:${bits}:${number}`,
    relative(relative) {
      const { relation } = relative
      const digest = digestOf(relative)
      if (!UNIQUE.has(relation)) return { key: `${start}sessions:by-${relation}:${nameOf(digest)}`, tag: '' }
      const tag = digest.toString('latin1', BUCKET_BYTES, BUCKET_BYTES + TAG_BYTES)
      return { key: `${start}sessions:by-hash:${digest.toString('hex', 0, BUCKET_BYTES)}`, tag }
    },
    incident: (id) => `${start}incident:${id}`,
    incidents: `${start}incidents:by-time`,
    incidentFeed: `${start}incidents`,
    incidentsBy: (relative) => `${start}incidents:by:${nameOf(digestOf(relative))}`,
    proofKey: (name) => `${start}proof-key:${name}`,
    proofKeyName: (thumbprint) => nameOf(hash('sha256', thumbprint, 'buffer')),
    proofKeyShard: (bits, number) => `${start}proof-keys:by-shard:${bits}:${number}`,
    gaps: `${start}ledger:gaps`,
    layouts: `${start}ledger:layouts`,
    beginnings: tagged ? [start] : named,
  }
}

function digestOf(relative: Relative): Buffer {
  return hash('sha256', relativeKey(relative), 'buffer')
}

function nameOf(digest: Buffer): string {
  return digest.toString('base64url', 0, NAME_BYTES)
}
