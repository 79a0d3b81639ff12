/** How to reach the Redis of the configuration: URL with its login, and the files of TLS. Shared by the server and the commands. */
import { readFile } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import type { Secret } from '../config/secret.ts'

export interface RedisAccess {
  /** Holds the password: for a connection, never for a message. */
  readonly url: string
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
}

/** Rejects with the system's own error when a TLS file cannot be read. */
export async function redisAccess(
  { url, username, tls }: Config['store']['redis'],
  password: Secret | undefined,
): Promise<RedisAccess> {
  const [ca, cert, key] = await Promise.all([tls?.ca, tls?.certificate, tls?.key].map(readIfNamed))
  return {
    url: password === undefined ? url : withLogin(url, username ?? '', password.reveal().toString()),
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  }
}

function withLogin(url: string, username: string, password: string): string {
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`
  return url.replace('://', () => `://${login}`)
}

async function readIfNamed(path: string | null | undefined): Promise<Buffer | undefined> {
  return typeof path === 'string' ? readFile(path) : undefined
}
