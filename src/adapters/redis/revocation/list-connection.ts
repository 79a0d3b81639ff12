/** Connections for the shared list: to the server that holds it, logged in, each command with a deadline. */
import { ownersOf } from '../cluster-slots.ts'
import {
  type CommandLine,
  type Connection,
  connectionOptions,
  openConnection,
  type Reply,
  type TlsSettings,
} from '../connection.ts'
import { parseRedisUrl, type RedisTarget, type ServerAddress } from '../redis-url.ts'
import { troubleOf } from '../trouble.ts'
import { login } from '../vouch.ts'
import { within } from '../waiting.ts'
import { type ListKeys, listKeys, tagOf } from './list-keys.ts'

/** What keeps us from the list; the message is constant text, or says what is wrong with an entry. */
export class ListTrouble extends Error {}

export interface ListServer {
  readonly keys: ListKeys
  /** Rejects with ListTrouble when there is no connection within a second. */
  open(): Promise<ListConnection>
}

export interface ListConnection {
  /** The answers in order; rejects with ListTrouble on any error, a broken connection, or no answer in time. */
  ask(commands: readonly CommandLine[], timeoutMs?: number): Promise<readonly Reply[]>
  /** In one transaction (MULTI); the answers as by `ask`. */
  transact(commands: readonly CommandLine[]): Promise<readonly Reply[]>
  /** As `transact`, but errors of single commands stand among the answers. */
  tryTransaction(commands: readonly CommandLine[]): Promise<readonly Reply[]>
  close(): void
}

export interface ListServerOptions {
  /** See redis-url.ts; may hold a password. */
  readonly url: string
  readonly prefix: string
  readonly tls?: TlsSettings
}

const CONNECT_MS = 1_000
const ANSWER_MS = 1_000

/** Throws when the URL is none of the known forms: the configuration checks it before. */
export function listServer({ url, prefix, tls = {} }: ListServerOptions): ListServer {
  const target = parseRedisUrl(url)
  if (target === undefined) throw new Error('the URL of the store is none of the known forms')
  const keys = listKeys(prefix, target.kind === 'cluster')
  let attempt = 0
  const openTo = (address: ServerAddress, signal: AbortSignal): Promise<Connection> =>
    openConnection(connectionOptions(target, address, tls, attempt), CONNECT_MS, signal)

  async function open(): Promise<ListConnection> {
    const address = target?.addresses[attempt++ % target.addresses.length] ?? target?.addresses[0]
    if (target === undefined || address === undefined) throw new ListTrouble('no server is named')
    const signal = AbortSignal.timeout(CONNECT_MS)
    try {
      const first = await loggedIn(await openTo(address, signal), target)
      if (target.kind !== 'cluster') return first
      const owner = await ownerOf(first, keys, address)
      first.close()
      return await loggedIn(await openTo(owner, signal), target)
    } catch (error) {
      throw error instanceof ListTrouble ? error : new ListTrouble('no connection to the server')
    }
  }
  return { keys, open }
}

async function loggedIn(connection: Connection, target: RedisTarget): Promise<ListConnection> {
  const list = asListConnection(connection)
  try {
    await list.ask([...login(target), ['ping']])
  } catch (error) {
    connection.close()
    throw error
  }
  return list
}

async function ownerOf(connection: ListConnection, keys: ListKeys, asked: ServerAddress): Promise<ServerAddress> {
  const [reply = null] = await connection.ask([['cluster', 'slots']])
  const [owner] = ownersOf(reply, [tagOf(keys.entries) ?? keys.entries], asked) ?? []
  if (owner === undefined) throw new ListTrouble('no server of the cluster holds the list')
  return owner
}

/** For a connection that is logged in. */
export function asListConnection(connection: Connection): ListConnection {
  async function ask(commands: readonly CommandLine[], timeoutMs = ANSWER_MS): Promise<readonly Reply[]> {
    const replies = await within(timeoutMs, connection.send(commands))
    if (replies === undefined) throw new ListTrouble('the server does not answer')
    return withoutErrors(replies)
  }
  async function tryTransaction(commands: readonly CommandLine[]): Promise<readonly Reply[]> {
    const replies = (await ask([['multi'], ...commands, ['exec']])).at(-1)
    if (!Array.isArray(replies)) throw new ListTrouble('the server did not do all of a change')
    return replies
  }
  return {
    ask,
    tryTransaction,
    transact: async (commands) => withoutErrors(await tryTransaction(commands)),
    close: connection.close,
  }
}

function withoutErrors(replies: readonly Reply[]): readonly Reply[] {
  const error = replies.find((reply) => reply instanceof Error)
  if (error !== undefined) throw new ListTrouble(troubleOf(error).detail)
  return replies
}
