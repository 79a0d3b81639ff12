/** The store of the configuration, as its servers tell of it. */
import { aclLines } from '../../adapters/redis/inspect/acl.ts'
import { inspectList } from '../../adapters/redis/inspect/inspect-list.ts'
import { inspectServer } from '../../adapters/redis/inspect/inspect-server.ts'
import { type Located, locate } from '../../adapters/redis/inspect/locate.ts'
import { makeKeyNames } from '../../adapters/redis/keys.ts'
import { ledgerKeys } from '../../adapters/redis/ledger/ledger-keys.ts'
import { parseRedisUrl, type RedisTarget } from '../../adapters/redis/redis-url.ts'
import { listServer } from '../../adapters/redis/revocation/list-connection.ts'
import { listKeys } from '../../adapters/redis/revocation/list-keys.ts'
import { isLocal } from '../../config/listen.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { ServerFacts, StoreFacts } from '../../doctor/facts.ts'
import type { Finding } from '../../doctor/finding.ts'
import { judgeList } from '../../doctor/judge-list.ts'
import { judgeServer } from '../../doctor/judge-server.ts'
import { judgeEmbedded, judgeStore } from '../../doctor/judge-store.ts'
import { redisAccess } from '../redis-access.ts'
import { CLOCK_ALLOWANCE_MS } from '../replay-memory.ts'

/** Rejects when a TLS file of the store cannot be read: that is a fault of the configuration, told before. */
export async function examineStore(config: Config, secrets: Secrets): Promise<readonly Finding[]> {
  const { kind, redis } = config.store
  if (kind === 'memory') return [judgeEmbedded()]
  const access = await redisAccess(redis, secrets.redis)
  const target = parseRedisUrl(access.url)
  if (target === undefined) throw new Error('the URL of the store is none of the known forms')
  const { prefix } = redis
  const way = { target, tls: access.tls }
  const names = makeKeyNames(prefix, target.kind === 'cluster')
  const keys = listKeys(prefix, target.kind === 'cluster')
  const located = await locate(way, names)
  const ledger = config.ledger.enabled ? ledgerKeys(prefix, target.kind === 'cluster') : undefined
  const options = { way, names, keys, ledger, clockAllowanceMs: CLOCK_ALLOWANCE_MS, nowMs: Date.now }
  const servers: ServerFacts[] = []
  // One after the other: round trips are measured.
  for (const server of located.servers) servers.push(await inspectServer(server, options))
  const lines = aclLines({ target, prefix, names, keys })
  const store = storeFacts(config, target, located, lines)
  const list = await inspectList(
    listServer({ ...access, prefix }),
    target.addresses.length,
    isOutOfReach(located, servers),
  )
  return [
    ...judgeStore(store, located),
    ...servers.flatMap((server) => judgeServer(server, store, Date.now())),
    ...judgeList(list, lines),
  ]
}

/** Whether there may be a server behind the store that nobody reached: what fails then need not be its own fault. */
function isOutOfReach({ guides }: Located, servers: readonly ServerFacts[]): boolean {
  const lost = servers.some(({ kind }) => kind === 'unreachable')
  return lost || (servers.length === 0 && guides.some(({ answered }) => !answered))
}

function storeFacts(
  { server, store: { redis } }: Config,
  target: RedisTarget,
  { servers }: Located,
  lines: readonly string[],
): StoreFacts {
  const addresses = [...target.addresses, ...servers]
  const remote = addresses.filter(({ host, port }) => !isLocal({ kind: 'tcp', host, port })).map(({ host }) => host)
  return {
    kind: target.kind,
    tls: target.tls,
    username: target.username,
    withPassword: target.password !== undefined,
    remote: [...new Set(remote)],
    prefix: redis.prefix,
    commandTimeoutMs: redis.commandTimeoutMs,
    deadlineMs: server.deadlineMs,
    clockAllowanceMs: CLOCK_ALLOWANCE_MS,
    aclLines: lines,
  }
}
