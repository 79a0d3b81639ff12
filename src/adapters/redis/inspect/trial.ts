/**
 * Whether each command that is needed may be run, and whether a mark would be taken, without doing any of it: a server
 * judges a command when it is queued in a transaction. The transaction is never executed: the connection is closed, and
 * with it everything queued is gone.
 */
import type { TrialFacts } from '../../../doctor/facts.ts'
import type { CommandLine, Connection, Reply } from '../connection.ts'
import { troubleOf } from '../trouble.ts'
import type { NeededCommand } from './acl.ts'

type Ask = (commands: readonly CommandLine[]) => Promise<readonly Reply[] | undefined>

/** Takes the connection, which must be logged in, and closes it; undefined when it broke before the end. */
export async function tryCommands(
  connection: Pick<Connection, 'close'>,
  ask: Ask,
  needed: readonly NeededCommand[],
): Promise<TrialFacts | undefined> {
  try {
    // EXEC outside of a transaction is an error, but another one than to a user who may not say it.
    const opened = await ask([['exec'], ['multi']])
    if (opened === undefined) return undefined
    const [executed = null, begun = null] = opened
    const forbidden = [...(isAborted(executed) ? ['exec'] : []), ...(isForbidden(begun) ? ['multi'] : [])]
    // Not in a transaction the commands would be run.
    if (begun !== 'OK') return { forbidden, complete: false, writesRefused: undefined }
    const replies = await ask(needed.map(({ line }) => line))
    if (replies === undefined) return undefined
    for (const [i, { name }] of needed.entries()) {
      const reply = replies[i] ?? null
      if ((isForbidden(reply) || isUnknown(reply)) && !forbidden.includes(name)) forbidden.push(name)
    }
    return { forbidden, complete: true, writesRefused: refusalOf(replies[needed.findIndex(isMark)] ?? null) }
  } finally {
    connection.close()
  }
}

function isMark({ name }: NeededCommand): boolean {
  return name === 'set'
}

function codeOf(reply: Reply): string | undefined {
  return reply instanceof Error ? reply.message.split(' ', 1)[0] : undefined
}

function isForbidden(reply: Reply): boolean {
  return codeOf(reply) === 'NOPERM'
}

/** How a server refuses EXEC, whatever the cause: here there can be no other one. */
function isAborted(reply: Reply): boolean {
  return codeOf(reply) === 'EXECABORT' || isForbidden(reply)
}

/** Renamed or disabled at the server. */
function isUnknown(reply: Reply): boolean {
  return codeOf(reply) === 'ERR'
}

function refusalOf(reply: Reply): string | undefined {
  if (!(reply instanceof Error) || isForbidden(reply) || isUnknown(reply)) return undefined
  const { detail, misplaced } = troubleOf(reply)
  return misplaced ? undefined : detail
}
