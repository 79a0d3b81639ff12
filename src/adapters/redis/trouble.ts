/**
 * What an error of the server means to us. The first word of a Redis error is its code; the rest is prose and is never
 * read, logged or passed on.
 */
export interface Trouble {
  /** Constant words, for the log. */
  readonly detail: string
  /** The connection no longer leads to what was vouched for: drop it and look again. */
  readonly endsTrust: boolean
  /** The slot of the key is served elsewhere: read the layout of the cluster anew. */
  readonly misplaced: boolean
}

const stays = (detail: string): Trouble => ({ detail, endsTrust: false, misplaced: false })
const ends = (detail: string): Trouble => ({ detail, endsTrust: true, misplaced: false })
const elsewhere = (detail: string): Trouble => ({ detail, endsTrust: false, misplaced: true })

const TROUBLES: ReadonlyMap<string, Trouble> = new Map([
  ['READONLY', ends('the server is a replica: read-only')],
  ['LOADING', ends('the server is loading its data')],
  ['MASTERDOWN', ends('the server is a replica without its master')],
  ['NOAUTH', ends('the server wants a password')],
  ['WRONGPASS', ends('the server refused the user or password')],
  ['NOPERM', ends('the user may not use a command or key that is needed')],
  ['OOM', stays('the server is full: maxmemory')],
  ['MISCONF', stays('the server takes no writes: it cannot save to disk')],
  ['NOREPLICAS', stays('the server takes no writes: too few replicas (min-replicas-to-write)')],
  ['BUSY', stays('the server is busy with a script')],
  ['WRONGTYPE', stays('a key of ours holds something else')],
  ['CLUSTERDOWN', elsewhere('the cluster is down')],
  ['MOVED', elsewhere('the slot moved to another server')],
  ['ASK', elsewhere('the slot is moving to another server')],
  ['TRYAGAIN', elsewhere('the slot is moving to another server')],
])
const UNKNOWN = stays('the server answered with an error')

export function troubleOf(error: Error): Trouble {
  const space = error.message.indexOf(' ')
  return TROUBLES.get(space === -1 ? error.message : error.message.slice(0, space)) ?? UNKNOWN
}
