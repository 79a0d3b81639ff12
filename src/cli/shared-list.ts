/** What `revoke`, `revocations` and `unrevoke` have in common where the list is shared: the connection, and who applied. */
import { awaitReplicas } from '../adapters/redis/revocation/acknowledgements.ts'
import { type ListConnection, type ListServer, ListTrouble } from '../adapters/redis/revocation/list-connection.ts'
import type { Written } from '../adapters/redis/revocation/shared-list.ts'
import type { Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { printable } from './revocation-settings.ts'

export const DEFAULT_WAIT_SECONDS = 5

/** The exit code of `run`; where the list cannot be reached, says so and mends nothing. */
export async function withSharedList(
  command: string,
  server: ListServer,
  io: Io,
  run: (connection: ListConnection) => Promise<number>,
): Promise<number> {
  let connection: ListConnection | undefined
  try {
    connection = await server.open()
    return await run(connection)
  } catch (error) {
    if (!(error instanceof ListTrouble)) throw error
    io.err(`holdfast ${command}: the shared list cannot be reached: ${error.message}; see store.redis\n`)
    return EXIT.unreachable
  } finally {
    connection?.close()
  }
}

export interface WaitOptions {
  readonly command: string
  readonly server: ListServer
  readonly written: Written
  /** performance.now() before the change was sent. */
  readonly startedMs: number
  readonly waitSeconds: number
  /** Print nothing but the faults. */
  readonly quiet: boolean
}

export interface WaitReport {
  readonly exitCode: number
  /** For `--json`. */
  readonly replicas: {
    readonly applied: readonly string[]
    readonly silent: readonly { readonly replica: string; readonly heardOfSecondsAgo: number }[]
    readonly tookMs: number
  }
}

/** Prints replicas as they acknowledge, and names those that do not: exit code 1 then. */
export async function reportReplicas(connection: ListConnection, options: WaitOptions, io: Io): Promise<WaitReport> {
  const { command, server, written, startedMs, waitSeconds, quiet } = options
  const say = (text: string): void => {
    if (!quiet) io.out(text)
  }
  const result = await awaitReplicas(connection, server.keys, written, startedMs, waitSeconds * 1000, (name, ms) =>
    say(`  applied        ${printable(name)} after ${Math.ceil(ms)} ms\n`),
  )
  const total = result.applied.length + result.silent.size
  const took = Math.ceil(result.tookMs)
  if (total === 0) say('no replica is running: each takes the list up when it starts\n')
  else say(`applied by ${result.applied.length} of ${total} in ${took} ms\n`)
  const silent = [...result.silent].map(([replica, silentMs]) => ({
    replica: printable(replica),
    heardOfSecondsAgo: Math.round(silentMs / 1000),
  }))
  for (const { replica, heardOfSecondsAgo } of silent) {
    io.err(
      `holdfast ${command}: no word from ${replica} within ${waitSeconds} s, last heard of ${heardOfSecondsAgo} s ago; the change is in the list, and it applies it as soon as it can\n`,
    )
  }
  const exitCode = silent.length === 0 ? EXIT.done : EXIT.notSo
  return { exitCode, replicas: { applied: result.applied.map(printable), silent, tookMs: took } }
}
