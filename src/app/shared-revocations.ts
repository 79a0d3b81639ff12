/** The revocation list that replicas share, where the store is Redis. It lives as long as the process: its server does not change. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { ReachOf } from '../adapters/redis/revocation/answering.ts'
import { listServer } from '../adapters/redis/revocation/list-connection.ts'
import { makeSharedRevocations, type SharedRevocations } from '../adapters/redis/revocation/shared-revocations.ts'
import type { Config } from '../config/schema.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Logger } from '../observability/logger.ts'
import { redisAccess } from './redis-access.ts'
import type { RevocationTally } from './revocation-tally.ts'

/** Started already; undefined with the embedded store. Rejects when a TLS file of the store cannot be read. */
export async function openSharedRevocations(
  { store, revocation }: Config,
  secrets: Secrets,
  log: Logger,
  tally: RevocationTally,
  reachOf: ReachOf,
): Promise<SharedRevocations | undefined> {
  if (store.kind !== 'redis') return undefined
  const shared = makeSharedRevocations({
    server: listServer({ ...(await redisAccess(store.redis, secrets.redis)), prefix: store.redis.prefix }),
    // Told to whoever revokes: the host for people, the rest so that a restart is another replica.
    replicaId: `${hostname()}-${randomUUID().slice(0, 8)}`,
    clock: { nowMs: Date.now },
    reachOf,
    maxStalenessMs: revocation.maxStalenessSeconds * 1000,
    events: {
      applied: ({ counts, newestAgeMs }) => tally.applied('shared', counts, newestAgeMs),
      entryRefused: (entry) => log.warn('shared revocation list: an entry has no effect', { ...entry }),
      disconnected: (detail) => log.warn('shared revocation list: the link is lost', { detail }),
      connected: (whole) => log.info('shared revocation list: up to date', { read_whole: whole }),
      restored: (entries) => log.warn('shared revocation list: the server had lost entries, written back', { entries }),
    },
  })
  shared.start()
  return shared
}
