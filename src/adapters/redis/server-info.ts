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

/** INFO as its fields, of all sections. */
export function infoFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}

/** Reads the sections server, replication and memory. */
export function parseServerInfo(text: string): ServerInfo {
  const fields = infoFields(text)
  return {
    identity: `${fields.get('run_id')}:${fields.get('master_replid')}`,
    role: fields.get('role') ?? '',
    evictionPolicy: fields.get('maxmemory_policy') ?? '',
    majorVersion: Number.parseInt(fields.get('redis_version') ?? '', 10),
  }
}

export type Unfit = 'version' | 'identity' | 'role' | 'eviction'

/** Constant words for each thing that makes the server unfit. */
export function unfitnesses(info: ServerInfo, insecureEviction: boolean): ReadonlyMap<Unfit, string> {
  const found = new Map<Unfit, string>()
  if (!(info.majorVersion >= MINIMUM_VERSION)) found.set('version', 'the server is older than Redis 7.0')
  if (!IDENTITY.test(info.identity)) found.set('identity', 'the server does not tell its run id and replication id')
  if (info.role !== 'master') found.set('role', 'the server is a replica')
  if (info.evictionPolicy !== 'noeviction' && !insecureEviction) {
    found.set('eviction', 'the server may forget marks: its maxmemory-policy is not noeviction')
  }
  return found
}

/** The first of them; undefined when there is none. */
export function unfitness(info: ServerInfo, insecureEviction: boolean): string | undefined {
  return unfitnesses(info, insecureEviction).values().next().value
}
