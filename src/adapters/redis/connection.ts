/**
 * One connection to one server, by ioredis; the only file that imports it. A connection never comes back: ioredis may not
 * reconnect, queue or resend, so that whatever was vouched for holds as long as the connection does, and each new one is
 * looked at anew.
 */
import type { ConnectionOptions } from 'node:tls'
import { Command, Redis, type RedisOptions } from 'ioredis'
import type { RedisTarget, ServerAddress } from './redis-url.ts'

export type TlsSettings = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername'>
export type CommandLine = readonly [name: string, ...args: readonly string[]]
/** An Error is the server's own answer. */
export type Reply = string | number | null | Error | readonly Reply[]

/** `latin1`: each character of a command and of an answer is one octet. */
export type Encoding = 'utf8' | 'latin1'

export interface Connection {
  /** All in one write and in this order; undefined when the connection broke before the last answer. Never rejects. */
  send(commands: readonly CommandLine[], encoding?: Encoding): Promise<readonly Reply[] | undefined>
  /** Resolves when the connection is gone, by whichever side. */
  readonly closed: Promise<void>
  close(): void
}

/** Rejects when there is no connection; `signal` gives up. */
export async function openConnection(
  options: RedisOptions,
  connectTimeoutMs: number,
  signal: AbortSignal,
): Promise<Connection> {
  const settings: RedisOptions & { readonly replyMapping: 'legacy' } = {
    ...options,
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    retryStrategy: () => null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // The first commands are ours (vouch.ts): ioredis sends nothing of its own.
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
    replyMapping: 'legacy',
  }
  const redis = new Redis(settings)
  // Each error also ends a command or the connection, and is seen there.
  redis.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => redis.once('end', resolve))
  // `disconnect` alone would wait for the other side, which may be the one that hangs.
  const giveUp = (): void => {
    redis.disconnect()
    if (redis.stream !== undefined) redis.stream.destroy()
  }
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    await redis.connect()
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  return { send: (commands, encoding) => send(redis, commands, encoding), closed, close: giveUp }
}

/**
 * Not by ioredis' auto-pipelining: it holds marks back while a batch is under way, and asks for an epoch per mark; corked
 * writes cost less than half of its CPU.
 */
async function send(
  redis: Redis,
  commands: readonly CommandLine[],
  encoding: Encoding = 'utf8',
): Promise<readonly Reply[] | undefined> {
  redis.stream.cork()
  const answers = commands.map(([name, ...args]) => {
    const command = new Command(name, args, { replyEncoding: encoding })
    if (encoding === 'latin1') command.toWritable = () => inOctets([name, ...args])
    return redis.sendCommand(command) as Promise<Reply>
  })
  redis.stream.uncork()
  const settled = await Promise.allSettled(answers)
  const replies: Reply[] = []
  for (const answer of settled) {
    if (answer.status === 'fulfilled') replies.push(answer.value)
    else if (answer.reason instanceof Error && answer.reason.name === 'ReplyError') replies.push(answer.reason)
    else return undefined
  }
  return replies
}

/** As RESP. With buffers among the arguments ioredis would copy each of them. */
function inOctets(words: readonly string[]): Buffer {
  let text = `*${words.length}\r\n`
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`
  return Buffer.from(text, 'latin1')
}

/** @param attempt counts up, so that a sentinel that hangs does not stand in the way of the next */
export function connectionOptions(
  target: RedisTarget,
  address: ServerAddress,
  tls: TlsSettings,
  attempt: number,
): RedisOptions {
  const secured = target.tls ? { tls } : {}
  if (target.kind !== 'sentinel') return { host: address.host, port: address.port, ...secured }
  const start = attempt % target.addresses.length
  return {
    sentinels: [...target.addresses.slice(start), ...target.addresses.slice(0, start)],
    name: target.masterName,
    role: 'master',
    sentinelRetryStrategy: () => null,
    updateSentinels: false,
    ...secured,
    ...(target.tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
  }
}
