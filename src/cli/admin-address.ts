/**
 * Where the admin port of a configuration is reached from the same host. Only `admin` is looked at: a server goes on
 * with its last good configuration when the file turned faulty, and a probe must not end it for that.
 */
import { parseText } from '../config/document.ts'
import { parseListen } from '../config/listen.ts'
import { readBounded } from '../config/read-file.ts'

export type AdminAddress =
  | { readonly ok: true; readonly url: URL }
  /** What is wrong, without the name of the file. */
  | { readonly ok: false; readonly error: string }

/** The default of `admin.listen` (config/schema/server.ts). */
const DEFAULT = '127.0.0.1:9901'
const MAX_BYTES = 1_048_576
/** Addresses to listen on, and where to connect to them from the same host. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Never rejects. */
export async function adminAddress(configPath: string): Promise<AdminAddress> {
  const file = await readBounded(configPath, MAX_BYTES)
  if (!file.ok) return { ok: false, error: `cannot be read: ${file.error}` }
  const { value, syntaxFaults } = parseText(file.bytes.toString())
  if (syntaxFaults.length > 0) return { ok: false, error: 'is no YAML; holdfast check-config tells where' }
  const admin = member(value, 'admin')
  const listen = member(admin, 'listen') ?? DEFAULT
  const parsed = typeof listen === 'string' ? parseListen(listen) : undefined
  if (!parsed?.ok || parsed.value.kind !== 'tcp') return { ok: false, error: 'admin.listen: is no host:port' }
  const { host, port } = parsed.value
  if (port === 0) return { ok: false, error: 'admin.listen: has port 0, so the port is only in the log of the server' }
  const reachable = WILDCARDS.get(host) ?? host
  const scheme = (member(admin, 'tls') ?? null) === null ? 'http' : 'https'
  const url = `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
  return URL.canParse(url) ? { ok: true, url: new URL(url) } : { ok: false, error: 'admin.listen: is no host:port' }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
