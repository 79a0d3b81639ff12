/** How a session stands in Redis: under half its id, in one shard of the inventory, and in the sets by which it is found. */

import type { LedgerBounds } from '../../../ledger/ledger-store.ts'
import { decodeSession, encodeSession } from '../../../ledger/record-codec.ts'
import { relativeKey, relativesOfSession } from '../../../ledger/relations.ts'
import type { SessionRecord } from '../../../ledger/session-record.ts'
import { standingOf } from '../../../ledger/standing.ts'
import type { Drop, Place, Put } from './entries.ts'
import { BUCKETS, type LedgerKeys } from './ledger-keys.ts'
import { makeShards, PACKED, type Shards } from './shards.ts'

export interface SessionEntries {
  readonly shards: Shards
  /** Undefined where the id is none of ours. */
  keyOf(id: string): string | undefined
  keyOfHalf(half: string): string
  /** What stands in shards and sets: octets, one character each. */
  halfOf(id: string): string
  /** Undefined when it is none of ours, or broken. Also where another session has the same half of an id. */
  read(half: string, text: string): SessionRecord | undefined
  /** Not used for longer than it is kept: the server forgets it at about this moment, by its own clock. */
  isOver(record: SessionRecord, nowMs: number): boolean
  /** @param before as it stood, undefined for nothing: what has not changed is not written again */
  put(before: SessionRecord | undefined, after: SessionRecord, nowMs: number): Put
  /** With all places that the record tells of; undefined: it cannot be read, or there is none. */
  drop(why: Drop['why'], half: string, record: SessionRecord | undefined, also?: readonly Place[]): Drop
}

/**
 * Octets of a keyed hash, half of it: two of a million sessions share them with a probability of 3e-8. As octets, and not as
 * their text, they save a tenth of what a session takes.
 */
const HALF = 8
const ID = /^[A-Za-z0-9_-]{22}$/
/** When a session was last seen is told to the sets at most this often. */
const REFRESH_SECONDS = 600
/** Of one value: what an investigation needs, and what stays a packed list. */
export const NEWEST = PACKED
/** Sessions have about four unique values; a set may come to hold twice as many, by rotation of tokens. */
const BUCKET_SLACK = 8

export function sessionEntries(keys: LedgerKeys, { retentionSeconds, maxSessions }: LedgerBounds): SessionEntries {
  const shards = makeShards(maxSessions)
  const refreshSeconds = Math.max(1, Math.min(REFRESH_SECONDS, Math.floor(retentionSeconds / 10)))
  const bucketBound = Math.max(NEWEST, Math.ceil((maxSessions * BUCKET_SLACK) / BUCKETS))
  const setLifeSeconds = retentionSeconds + 2 * refreshSeconds
  const slotOf = ({ lastSeenMs }: SessionRecord): number => Math.floor(lastSeenMs / 1000 / refreshSeconds)
  const halfOf = (id: string): string => Buffer.from(id, 'base64url').toString('latin1', 0, HALF)
  const keyOfHalf = (half: string): string => keys.session(Buffer.from(half, 'latin1').toString('base64url'))
  const shardOf = (half: string): Place => ({
    key: keys.shard(shards.bits, shards.numberOf(half)),
    member: half,
  })

  /** Those that are new; all of them when it is time to tell the sets that it is still in use. */
  function untold(before: SessionRecord | undefined, after: SessionRecord): ReturnType<typeof relativesOfSession> {
    const relatives = relativesOfSession(after)
    if (before === undefined || slotOf(before) !== slotOf(after)) return relatives
    const told = new Set(relativesOfSession(before).map(relativeKey))
    return relatives.filter((relative) => !told.has(relativeKey(relative)))
  }

  return {
    shards,
    halfOf,
    keyOf: (id) => (ID.test(id) ? keyOfHalf(halfOf(id)) : undefined),
    keyOfHalf,
    read(half, text) {
      const id = Buffer.from(half + text.slice(0, HALF), 'latin1').toString('base64url')
      return ID.test(id) ? decodeSession(id, text.slice(HALF)) : undefined
    },
    isOver: ({ lastSeenMs }, nowMs) => lastSeenMs + retentionSeconds * 1000 <= nowMs,
    put(before, after, nowMs) {
      const half = halfOf(after.id)
      const { lastSeenMs } = after
      return {
        text: Buffer.from(after.id, 'base64url').toString('latin1', HALF) + encodeSession(after),
        lifeMs: lastSeenMs + retentionSeconds * 1000 - nowMs,
        shard: { ...shardOf(half), bound: shards.bound },
        standing: standingOf(after),
        setLifeSeconds,
        score: Math.floor(lastSeenMs / 1000),
        oldestScore: Math.floor(nowMs / 1000) - setLifeSeconds,
        into: untold(before, after).map((relative) => {
          const { key, tag } = keys.relative(relative)
          return { key, member: tag + half, bound: tag === '' ? NEWEST : bucketBound, tag }
        }),
      }
    },
    drop: (why, half, record, also = []) => ({
      why,
      key: keyOfHalf(half),
      shard: shardOf(half),
      places: [
        ...also,
        ...(record === undefined ? [] : relativesOfSession(record)).map((relative) => {
          const { key, tag } = keys.relative(relative)
          return { key, member: tag + half }
        }),
      ],
    }),
  }
}
