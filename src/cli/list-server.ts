/** From the configuration to the server of the shared list: with the password and the TLS files that it points to. */
import { type ListServer, listServer } from '../adapters/redis/revocation/list-connection.ts'
import { redisAccess } from '../app/redis-access.ts'
import { formatFault } from '../config/fault.ts'
import type { LoadedConfig } from '../config/load.ts'
import { type Env, resolveSecrets } from '../config/secrets.ts'

export type FoundServer =
  | { readonly ok: true; readonly server: ListServer | undefined }
  /** A line each, for the operator. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** Undefined without store.kind: redis. */
export async function findListServer({ config, place }: LoadedConfig, env: Env): Promise<FoundServer> {
  const { kind, redis } = config.store
  if (kind !== 'redis') return { ok: true, server: undefined }
  // Who revokes need not have the other secrets of the server.
  const resolved = await resolveSecrets({ ok: true, config, place }, env, ['redis'])
  if (!resolved.ok) return { ok: false, faults: resolved.faults.map(formatFault) }
  try {
    const access = await redisAccess(redis, resolved.secrets.redis)
    return { ok: true, server: listServer({ ...access, prefix: redis.prefix }) }
  } catch {
    return { ok: false, faults: ['store.redis.tls: a file cannot be read; mend its path or its permissions'] }
  }
}
