/** Names of the keys of the shared list. In a cluster one tag keeps all of them in one slot: each change is one transaction. */

export interface ListKeys {
  /** Hash: id → entry as JSON. */
  readonly entries: string
  /** Stream: what changed. */
  readonly log: string
  /** String: a random value that the list has from its start to its loss. */
  readonly epoch: string
  /** Sorted set: replica → its last heartbeat, in ms by the clock of the server. */
  readonly replicas: string
  /** Hash: replica → the last id of the log that it has applied. */
  readonly applied: string
  /** Stream that expires: what operators ask of the replicas. The answers stand under names that begin with it. */
  readonly asked: string
  /** Strings that expire: who writes a lost list back, who clears away what has ended. */
  readonly restoring: string
  readonly clearing: string
}

const TAG = 'revocations'

/** A prefix with `{}` in it must not be used in a cluster: it keeps keys apart that belong together. */
export function listKeys(prefix: string, cluster: boolean): ListKeys {
  const tagged = cluster && tagOf(prefix) === undefined
  const list = tagged ? `${prefix}{${TAG}}` : `${prefix}${TAG}`
  const replicas = tagged ? `${list}:replicas` : `${prefix}replicas`
  return {
    entries: list,
    log: `${list}:log`,
    epoch: `${list}:epoch`,
    replicas,
    applied: `${replicas}:applied`,
    asked: `${list}:asked`,
    restoring: `${list}:restoring`,
    clearing: `${list}:clearing`,
  }
}

/** What decides on the slot of a key (Redis Cluster specification, hash tags); undefined: all of it. */
export function tagOf(key: string): string | undefined {
  const open = key.indexOf('{')
  const close = open === -1 ? -1 : key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : undefined
}
