/** Reads the shared list of revocations, as `holdfast revocations` does, and what stands under its keys. */
import type { ListFacts } from '../../../doctor/facts.ts'
import { type ListConnection, type ListServer, ListTrouble } from '../revocation/list-connection.ts'
import { readReplicas, readSharedList, registerCommands } from '../revocation/shared-list.ts'
import { isWrongType } from './inspect-server.ts'

/**
 * Never rejects for what the server does.
 * @param attempts each is at the next address
 * @param outOfReach servers are: when there is no connection, that is why
 */
export async function inspectList(server: ListServer, attempts: number, outOfReach: boolean): Promise<ListFacts> {
  const { keys } = server
  let connected = false
  try {
    const connection = await open(server, attempts)
    connected = true
    try {
      const held = [
        { key: keys.entries, line: ['hlen', keys.entries] },
        { key: keys.log, line: ['xrange', keys.log, '-', '+', 'COUNT', '1'] },
        { key: keys.epoch, line: ['get', keys.epoch] },
        { key: keys.restoring, line: ['get', keys.restoring] },
        { key: keys.clearing, line: ['get', keys.clearing] },
        { key: keys.asked, line: ['xrange', keys.asked, '-', '+', 'COUNT', '1'] },
        { key: keys.applied, line: ['hlen', keys.applied] },
        { key: keys.replicas, line: ['zrange', keys.replicas, '0', '0'] },
      ] as const
      const replies = await connection.tryTransaction(held.map(({ line }) => line))
      const wrongKeys = held.filter((_, i) => isWrongType(replies[i] ?? null)).map(({ key }) => key)
      if (wrongKeys.length > 0) return { kind: 'read', entries: 0, malformed: [], wrongKeys, replicas: [] }
      const { revocations, refused } = await readSharedList(connection, keys)
      const [register = null, time = null] = await connection.ask(registerCommands(keys))
      return {
        kind: 'read',
        entries: revocations.length + refused.length,
        malformed: refused.map(({ place, message }) => `${place}: ${message}`),
        wrongKeys,
        replicas: [...readReplicas(register, time)].map(([name, silentMs]) => ({ name, silentMs })),
      }
    } finally {
      connection.close()
    }
  } catch (error) {
    if (!(error instanceof ListTrouble)) throw error
    return { kind: 'trouble', detail: error.message, unreachable: outOfReach && !connected }
  }
}

async function open(server: ListServer, attempts: number): Promise<ListConnection> {
  for (let left = attempts; left > 1; left--) {
    const connection = await server.open().catch(() => undefined)
    if (connection !== undefined) return connection
  }
  return server.open()
}
