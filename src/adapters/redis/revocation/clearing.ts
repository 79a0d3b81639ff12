/**
 * Takes out of the shared list what has ended, and out of the register the replicas that are gone: a little with each
 * heartbeat, by one replica at a time.
 */
import { hasEnded } from '../../../revocations/raw-entry.ts'
import type { Reply } from '../connection.ts'
import { removeCommands } from './change.ts'
import type { ListConnection } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'

export interface Clearing {
  /** @param serverMs by the clock of the server: what is cleared away is gone for all */
  step(serverMs: number): Promise<void>
}

/** A replica that was not heard of for so long is not waited for any more. */
export const GONE_AFTER_MS = 60_000
/** So long after its end an entry stays: clocks may differ, and be set back. */
const KEPT_AFTER_END_SECONDS = 600
const LOOKED_AT_ONCE = 500
/** Who clears away does so for this long; then whoever asks first. */
const TURN_MS = 30_000

export function makeClearing(connection: ListConnection, keys: ListKeys, replicaId: string): Clearing {
  let turnEndsMs = 0
  let asksAgainMs = 0
  let cursor = '0'

  async function isOurTurn(serverMs: number): Promise<boolean> {
    if (serverMs < turnEndsMs) return true
    if (serverMs < asksAgainMs) return false
    const [reply] = await connection.ask([['set', keys.clearing, replicaId, 'nx', 'px', String(TURN_MS)]])
    asksAgainMs = serverMs + TURN_MS
    if (reply === 'OK') turnEndsMs = serverMs + TURN_MS
    return reply === 'OK'
  }

  return {
    async step(serverMs) {
      if (!(await isOurTurn(serverMs))) return
      const [scanned = null, gone = null] = await connection.ask([
        ['hscan', keys.entries, cursor, 'COUNT', String(LOOKED_AT_ONCE)],
        ['zrangebyscore', keys.replicas, '-inf', String(serverMs - GONE_AFTER_MS)],
      ])
      const [next, fields] = Array.isArray(scanned) ? scanned : []
      cursor = typeof next === 'string' ? next : '0'
      const nowSeconds = serverMs / 1000
      const ended = endedIds(fields ?? null, nowSeconds - KEPT_AFTER_END_SECONDS)
      const note = { by: replicaId, why: 'ended', atSeconds: nowSeconds }
      if (ended.length > 0) await connection.transact(removeCommands(keys, ended, note))
      const names = Array.isArray(gone) ? gone.map(String) : []
      if (names.length > 0) {
        await connection.transact([
          ['zrem', keys.replicas, ...names],
          ['hdel', keys.applied, ...names],
        ])
      }
    },
  }
}

function endedIds(fields: Reply, nowSeconds: number): readonly string[] {
  if (!Array.isArray(fields)) return []
  const ids: string[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (hasEnded(parsed(String(fields[i + 1])), nowSeconds)) ids.push(String(fields[i]))
  }
  return [...new Set(ids)]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
