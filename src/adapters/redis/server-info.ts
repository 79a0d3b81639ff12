/** What a server says of itself in INFO, and whether it may keep marks (design: fence). */
export interface ServerInfo {
  /** `run_id:master_replid`: another one is another memory. */
  readonly identity: string
  readonly role: string
  readonly evictionPolicy: string
  /** As Valkey counts too: it names the Redis version that it is compatible with. */
  readonly majorVersion: number
}

/** SET with NX and GET together. */
const MINIMUM_VERSION = 7
const IDENTITY = /^[0-9a-f]{40}:[0-9a-f]{40}$/

/** Reads the sections server, replication and memory. */
export function parseServerInfo(text: string): ServerInfo {
  const fields = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return {
    identity: `${fields.get('run_id')}:${fields.get('master_replid')}`,
    role: fields.get('role') ?? '',
    evictionPolicy: fields.get('maxmemory_policy') ?? '',
    majorVersion: Number.parseInt(fields.get('redis_version') ?? '', 10),
  }
}

/** Constant words for what makes the server unfit; undefined when nothing does. */
export function unfitness(info: ServerInfo, insecureEviction: boolean): string | undefined {
  if (!(info.majorVersion >= MINIMUM_VERSION)) return 'the server is older than Redis 7.0'
  if (!IDENTITY.test(info.identity)) return 'the server does not tell its run id and replication id'
  if (info.role !== 'master') return 'the server is a replica'
  if (info.evictionPolicy !== 'noeviction' && !insecureEviction) {
    return 'the server may forget marks: its maxmemory-policy is not noeviction'
  }
  return undefined
}
