/** The lists of revocations as they stand, for who does not serve and keeps no copy: commands, and a supervisor of workers. */
import { setImmediate } from 'node:timers/promises'
import { loadRevocations } from '../../adapters/files/load-revocations.ts'
import { readContent } from '../../adapters/files/read-content.ts'
import { ListTrouble, listServer } from '../../adapters/redis/revocation/list-connection.ts'
import { readSharedList } from '../../adapters/redis/revocation/shared-list.ts'
import { combineRevocationLists } from '../../check/revocation/combined-list.ts'
import type { Revocation, RevocationList } from '../../check/revocation/revocation.ts'
import { makeRevocationIndex } from '../../check/revocation/revocation-index.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import { MAX_DOCUMENT_BYTES } from '../../revocations/revocation-document.ts'
import { redisAccess } from '../redis-access.ts'

/** Entries between two turns of the event loop. */
const AT_ONCE = 1_000

/** A list that cannot be read answers `stale`. Never rejects, and leaves no connection open. */
export async function readRevocations(
  { store, revocation: { file } }: Pick<Config, 'store' | 'revocation'>,
  secrets: Pick<Secrets, 'redis'>,
): Promise<RevocationList> {
  const nowSeconds = Date.now() / 1000
  const lists = await Promise.all([
    ...(file === null ? [] : [readFile(file, nowSeconds)]),
    ...(store.kind === 'redis' ? [readShared(store.redis, secrets, nowSeconds)] : []),
  ])
  return combineRevocationLists(lists)
}

/** The server's file may be on another machine: one that is not here tells nothing. */
async function readFile(file: string, nowSeconds: number): Promise<RevocationList> {
  const read = await readContent(file, MAX_DOCUMENT_BYTES)
  if (read.kind !== 'content') return unreadable('the file of revocations cannot be read here')
  const loaded = await loadRevocations(read.content, nowSeconds, () => false)
  return loaded?.ok === true ? loaded.value.index : unreadable('the file of revocations is no such list')
}

async function readShared(
  redis: Config['store']['redis'],
  secrets: Pick<Secrets, 'redis'>,
  nowSeconds: number,
): Promise<RevocationList> {
  try {
    const server = listServer({ ...(await redisAccess(redis, secrets.redis)), prefix: redis.prefix })
    const connection = await server.open()
    try {
      const { revocations } = await readSharedList(connection, server.keys)
      return await indexOf(revocations, nowSeconds)
    } finally {
      connection.close()
    }
  } catch (error) {
    const why = error instanceof ListTrouble ? error.message : 'the connection cannot be set up'
    return unreadable(`the shared list of revocations cannot be read: ${why}`)
  }
}

/** A little at a time: probes of a supervisor do not wait for a million entries. */
async function indexOf(revocations: readonly Revocation[], nowSeconds: number): Promise<RevocationList> {
  const index = makeRevocationIndex(revocations.length)
  for (const [i, revocation] of revocations.entries()) {
    index.add(revocation, nowSeconds)
    if ((i + 1) % AT_ONCE === 0) await setImmediate()
  }
  return index
}

function unreadable(detail: string): RevocationList {
  return { find: () => ({ kind: 'stale', detail }) }
}
