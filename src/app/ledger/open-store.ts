/** Where the ledger of the configuration is kept: in this process, or in Redis beside the used proofs. */
import { makeMemoryLedger } from '../../adapters/memory/memory-ledger.ts'
import { makeRedisLedger } from '../../adapters/redis/ledger/redis-ledger.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { LedgerBounds, LedgerStore } from '../../ledger/ledger-store.ts'
import { redisAccess } from '../redis-access.ts'

/** About 2 KiB each in memory. */
const MAX_SESSIONS_IN_MEMORY = 10_000
const MAX_INCIDENTS_IN_MEMORY = 10_000
/** About 1 KiB each in Redis. */
const MAX_INCIDENTS = 100_000

/** For the server and for the commands. Connects when it is first asked. Rejects when a TLS file cannot be read. */
export async function openLedgerStore(
  { store, ledger }: Pick<Config, 'store' | 'ledger'>,
  secrets: Pick<Secrets, 'redis'>,
  nowMs: () => number,
): Promise<LedgerStore> {
  const bounds: LedgerBounds = {
    retentionSeconds: ledger.retentionSeconds,
    maxSessions: ledger.maxSessions,
    maxIncidents: MAX_INCIDENTS,
  }
  if (store.kind === 'memory') {
    const maxSessions = Math.min(ledger.maxSessions, MAX_SESSIONS_IN_MEMORY)
    return makeMemoryLedger({ ...bounds, maxSessions, maxIncidents: MAX_INCIDENTS_IN_MEMORY }, nowMs)
  }
  const { url, tls } = await redisAccess(store.redis, secrets.redis)
  return makeRedisLedger({ url, tls, prefix: store.redis.prefix, bounds, nowMs })
}
