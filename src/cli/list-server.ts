/** From the configuration to the server of the shared list: with the password and the TLS files that it points to. */
import { readFile } from 'node:fs/promises'
import { type ListServer, listServer } from '../adapters/redis/revocation/list-connection.ts'
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
  const { nonce, server } = config
  const only = { ...config, nonce: { ...nonce, secret: null }, server: { ...server, clientSecret: null } }
  const resolved = await resolveSecrets({ ok: true, config: only, place }, env)
  if (!resolved.ok) return { ok: false, faults: resolved.faults.map(formatFault) }
  const password = resolved.secrets.redis?.reveal().toString()
  const login = `${encodeURIComponent(redis.username ?? '')}:${encodeURIComponent(password ?? '')}@`
  const url = password === undefined ? redis.url : redis.url.replace('://', () => `://${login}`)
  try {
    const [ca, cert, key] = await Promise.all([redis.tls?.ca, redis.tls?.certificate, redis.tls?.key].map(readIfNamed))
    const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
    return { ok: true, server: listServer({ url, prefix: redis.prefix, tls }) }
  } catch {
    return { ok: false, faults: ['store.redis.tls: a file cannot be read; mend its path or its permissions'] }
  }
}

async function readIfNamed(path: string | null | undefined): Promise<Buffer | undefined> {
  return typeof path === 'string' ? readFile(path) : undefined
}
