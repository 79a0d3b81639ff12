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
export function listServer({ url, prefix, tls }: ListServerOptions): ListServer {
  const { cluster, openTo } = ownerOf(url, tls)
  const keys = listKeys(prefix, cluster)
  return { keys, open: async () => asListConnection(await openTo(keys.entries)) }
}

export interface Owners {
  readonly cluster: boolean
  /** To the server that holds `key`, logged in. Rejects with ListTrouble when there is none within a second or so. */
  openTo(key: string): Promise<Connection>
}

/** Throws when the URL is none of the known forms. Each attempt to open goes to the next address. */
export function ownerOf(url: string, tls: TlsSettings = {}): Owners {
  const target = parseRedisUrl(url)
  if (target === undefined) throw new Error('the URL of the store is none of the known forms')
  const { addresses, kind } = target
  let attempt = 0
  const connect = async (address: ServerAddress, signal: AbortSignal): Promise<Connection> =>
    loggedIn(await openConnection(connectionOptions(target, address, tls, attempt), CONNECT_MS, signal), target)

  async function openTo(key: string): Promise<Connection> {
    const address = addresses[attempt++ % addresses.length] ?? addresses[0]
    const signal = AbortSignal.timeout(CONNECT_MS)
    try {
      const first = await connect(address, signal)
      if (kind !== 'cluster') return first
      const owner = await addressOf(key, first, address).finally(first.close)
      return await connect(owner, signal)
    } catch (error) {
      throw error instanceof ListTrouble ? error : new ListTrouble('no connection to the server')
    }
  }
  return { cluster: kind === 'cluster', openTo }
}

async function loggedIn(connection: Connection, target: RedisTarget): Promise<Connection> {
  try {
    await asListConnection(connection).ask([...login(target), ['ping']])
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

async function addressOf(key: string, connection: Connection, asked: ServerAddress): Promise<ServerAddress> {
  const [reply = null] = await asListConnection(connection).ask([['cluster', 'slots']])
  const [owner] = ownersOf(reply, [tagOf(key) ?? key], asked) ?? []
  if (owner === undefined) throw new ListTrouble('no server of the cluster holds the keys')
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
