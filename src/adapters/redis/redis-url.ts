/**
 * Where the store is: `redis://[user:password@]host:port[/db]`, `redis+sentinel://host:port,host:port/name`,
 * `redis+cluster://host:port,host:port`; with `rediss` everything over TLS.
 */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  /** The server; the sentinels; some servers of the cluster. Never empty. */
  readonly addresses: readonly [ServerAddress, ...ServerAddress[]]
  /** What the sentinels call the master; empty otherwise. */
  readonly masterName: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly tls: boolean
}

const DEFAULT_PORT = 6379
const DEFAULT_SENTINEL_PORT = 26379
const FORM = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^/?#]*))?$/

/** Undefined when it is none of the three forms. Says nothing of its parts: there may be a password among them. */
export function parseRedisUrl(url: string): RedisTarget | undefined {
  const form = FORM.exec(url)
  if (form === null) return undefined
  const [, scheme, mode = 'single', userInfo = '', hosts = '', path = ''] = form
  const kind = mode as RedisTarget['kind']
  const addresses = hosts.split(',').map((host) => parseAddress(host, kind))
  const [first, ...others] = addresses.filter((address) => address !== undefined)
  const login = parseLogin(userInfo)
  if (first === undefined || others.length + 1 !== addresses.length || login === undefined) return undefined
  if (kind === 'single' && others.length > 0) return undefined
  const database = kind === 'single' && path !== '' ? Number(path) : 0
  if (!Number.isInteger(database) || database < 0) return undefined
  if (kind === 'sentinel' ? path === '' : kind === 'cluster' && path !== '') return undefined
  const masterName = kind === 'sentinel' ? path : ''
  return { kind, addresses: [first, ...others], masterName, database, tls: scheme === 'rediss', ...login }
}

/** `host`, `host:port`, `[::1]:port`. */
function parseAddress(text: string, kind: RedisTarget['kind']): ServerAddress | undefined {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const fallback = kind === 'sentinel' ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT
  const port = parts?.[3] === undefined ? fallback : Number(parts[3])
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

/** `user:password`, `:password`, or nothing; percent-encoded as in every URL. */
function parseLogin(userInfo: string): Pick<RedisTarget, 'username' | 'password'> | undefined {
  if (userInfo === '') return { username: undefined, password: undefined }
  const colon = userInfo.indexOf(':')
  if (colon === -1) return undefined
  try {
    const username = decodeURIComponent(userInfo.slice(0, colon))
    const password = decodeURIComponent(userInfo.slice(colon + 1))
    return { username: username === '' ? undefined : username, password }
  } catch {
    return undefined
  }
}
