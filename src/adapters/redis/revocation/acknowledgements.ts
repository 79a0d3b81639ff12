/** Waits until every replica that serves has applied a change, and names those that do not say so. */
import { sleep } from '../waiting.ts'
import type { ListConnection } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'
import { readReplicas, registerCommands, type Written } from './shared-list.ts'
import { isAtLeast } from './stream-id.ts'

export interface Acknowledged {
  /** In the order in which they said so. */
  readonly applied: readonly string[]
  /** Replica → how long ago it was last heard of, in ms. */
  readonly silent: ReadonlyMap<string, number>
  /** From the start of the change until the last one said so, or until we stopped waiting. */
  readonly tookMs: number
}

const QUICK_MS = 1
const SLOW_MS = 20
const QUICK_FOR_MS = 250
const NEVER = new AbortController().signal

/**
 * A replica that takes its leave meanwhile is not waited for.
 * @param startedMs performance.now() before the change was sent
 * @param onApplied is called for each replica, with the time since then in ms
 */
export async function awaitReplicas(
  connection: ListConnection,
  keys: ListKeys,
  written: Written,
  startedMs: number,
  waitMs: number,
  onApplied: (replica: string, afterMs: number) => void,
): Promise<Acknowledged> {
  const silent = new Map(written.replicas)
  const applied: string[] = []
  const endMs = startedMs + waitMs
  for (let nowMs = startedMs; silent.size > 0; ) {
    const replies = await connection.ask([['hmget', keys.applied, ...silent.keys()], ...registerCommands(keys)])
    const [positions, register = null, time = null] = replies
    nowMs = performance.now()
    const registered = readReplicas(register, time)
    for (const [i, replica] of [...silent.keys()].entries()) {
      const position = Array.isArray(positions) ? positions[i] : null
      if (typeof position === 'string' && isAtLeast(position, written.streamId)) {
        silent.delete(replica)
        applied.push(replica)
        onApplied(replica, nowMs - startedMs)
      } else if (registered.has(replica)) silent.set(replica, registered.get(replica) ?? 0)
      else silent.delete(replica)
    }
    if (silent.size === 0 || nowMs >= endMs) break
    await sleep(nowMs - startedMs < QUICK_FOR_MS ? QUICK_MS : SLOW_MS, NEVER)
  }
  return { applied, silent, tookMs: performance.now() - startedMs }
}
