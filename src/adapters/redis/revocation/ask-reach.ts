/** Asks all replicas what a revocation would cut off, before it is written. */
import type { Reach, Revocation } from '../../../check/revocation/revocation.ts'
import { sleep } from '../waiting.ts'
import { type ListConnection, ListTrouble } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'
import { answersKey, askCommands, readReach } from './questions.ts'
import { readReplicas, registerCommands } from './shared-list.ts'

export interface Heard {
  /** Replica → what it sees. */
  readonly answers: ReadonlyMap<string, Reach>
  /** Registered, and no answer within the time. */
  readonly silent: readonly string[]
}

const ANSWERED_WITHIN_MS = 1_000
const QUICK_MS = 1
const SLOW_MS = 20
const QUICK_FOR_MS = 50
const NEVER = new AbortController().signal

/** Takes a second at most. Trouble with the server means that nobody answered: it must not keep anybody from revoking. */
export async function askReach(connection: ListConnection, keys: ListKeys, revocation: Revocation): Promise<Heard> {
  const answers = new Map<string, Reach>()
  let silent: string[] = []
  try {
    const startedMs = performance.now()
    const commands = askCommands(keys, revocation)
    const replies = await connection.transact([...commands, ...registerCommands(keys)])
    const [register = null, time = null] = replies.slice(commands.length)
    silent = [...readReplicas(register, time).keys()]
    const key = answersKey(keys, String(replies[0]))
    for (let passedMs = 0; silent.length > 0 && passedMs < ANSWERED_WITHIN_MS; ) {
      const [texts] = await connection.ask([['hmget', key, ...silent]])
      for (const [i, replica] of silent.entries()) {
        const reach = readReach(Array.isArray(texts) ? (texts[i] ?? null) : null)
        if (reach !== undefined) answers.set(replica, reach)
      }
      silent = silent.filter((replica) => !answers.has(replica))
      passedMs = performance.now() - startedMs
      if (silent.length > 0) await sleep(passedMs < QUICK_FOR_MS ? QUICK_MS : SLOW_MS, NEVER)
    }
  } catch (error) {
    if (!(error instanceof ListTrouble)) throw error
  }
  return { answers, silent }
}
