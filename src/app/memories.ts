/** What outlives a change of the configuration: caches of public facts, last uses, and the random nonce secret. */
import { type KeyObject, randomBytes } from 'node:crypto'
import { makeLruCache } from '../adapters/lru/lru-cache.ts'
import type { Cache } from '../check/cache.ts'
import type { PeerCertificate } from '../check/peer/client-certificate.ts'
import type { SessionActivity } from '../check/policy/lifecycle.ts'
import { makeSessionActivity } from '../check/policy/session-activity.ts'

/** Entries, not bytes: every cache has entries of bounded size. */
const PROOF_KEYS = 10_000
const PEER_CERTIFICATES = 4_096
const SEEN_CERTIFICATES = 65_536
const SESSIONS = 100_000
export const REMEMBERED_TOKENS = 10_000
const NONCE_SECRET_BYTES = 32

export interface Memories {
  readonly proofKeys: Cache<KeyObject>
  readonly peerCertificates: Cache<PeerCertificate>
  readonly seenCertificates: Cache<string>
  readonly activity: SessionActivity
  /** Used where the configuration gives none: good for one process. */
  readonly nonceSecret: Buffer
}

export function makeMemories(): Memories {
  return {
    proofKeys: makeLruCache(PROOF_KEYS),
    peerCertificates: makeLruCache(PEER_CERTIFICATES),
    seenCertificates: makeLruCache(SEEN_CERTIFICATES),
    activity: makeSessionActivity(makeLruCache(SESSIONS)),
    nonceSecret: randomBytes(NONCE_SECRET_BYTES),
  }
}
