/** Where containment writes: the list that all replicas share, or with the embedded store the watched file. */
import { addToRevocationFile } from '../../adapters/files/revocation-file.ts'
import { ListTrouble, listServer } from '../../adapters/redis/revocation/list-connection.ts'
import { addToSharedList } from '../../adapters/redis/revocation/shared-list.ts'
import type { Revocation } from '../../check/revocation/revocation.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import { redisAccess } from '../redis-access.ts'

/** Resolves to undefined once the list has it, else to what is in the way. Never rejects. */
export type WriteRevocation = (revocation: Revocation) => Promise<string | undefined>

/** Undefined where the configuration has no list. Rejects when a TLS file of the store cannot be read. */
export async function openRevocationWriter(
  { store, revocation: { file } }: Config,
  secrets: Pick<Secrets, 'redis'>,
): Promise<WriteRevocation | undefined> {
  if (store.kind === 'memory') return file === null ? undefined : writeToFile(file)
  const server = listServer({ ...(await redisAccess(store.redis, secrets.redis)), prefix: store.redis.prefix })
  return async (revocation) => {
    try {
      const connection = await server.open()
      try {
        await addToSharedList(connection, server.keys, revocation)
      } finally {
        connection.close()
      }
      return undefined
    } catch (error) {
      return error instanceof ListTrouble ? error.message : 'the shared list cannot be written'
    }
  }
}

function writeToFile(file: string): WriteRevocation {
  return async (revocation) => {
    const written = await addToRevocationFile(file, revocation)
    return written.ok ? undefined : written.error.message
  }
}
