/** Every proof is sent to several clients of one Redis in the same moment: exactly one may be told that it is the first. */
import { randomUUID } from 'node:crypto'
import { startRedis } from '../support/redis.ts'
import { kindOf, markOf, type StoreInTest, startStore } from '../support/replay-world.ts'
import { RACERS } from './constants.ts'

export interface Races {
  readonly proofs: number
  readonly racers: number
  /** Proofs that were first once, as all must be. */
  readonly once: number
  readonly seconds: number
}

const AT_A_TIME = 500
/** As long as a busy machine needs. */
const COMMAND_TIMEOUT_MS = 5_000

/** Rejects when a proof was first twice, or never. */
export async function measureRaces(proofs: number): Promise<Races> {
  const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const clients = await Promise.all(
    Array.from({ length: RACERS }, () => startStore(redis.url, { commandTimeoutMs: COMMAND_TIMEOUT_MS })),
  )
  const startMs = performance.now()
  const counts = new Map<number, number>()
  for (let from = 0; from < proofs; from += AT_A_TIME) {
    const batch = Array.from({ length: Math.min(AT_A_TIME, proofs - from) }, (_, i) => race(clients, from + i))
    for (const firsts of await Promise.all(batch)) counts.set(firsts, (counts.get(firsts) ?? 0) + 1)
  }
  const seconds = (performance.now() - startMs) / 1000
  for (const client of clients) client.stop()
  await redis.stop()
  const once = counts.get(1) ?? 0
  if (once !== proofs) throw new Error(`times first → proofs: ${JSON.stringify([...counts])}`)
  return { proofs, racers: RACERS, once, seconds }
}

/** How many were told that they are the first; who asks first goes round. */
async function race(clients: readonly StoreInTest[], n: number): Promise<number> {
  const mark = markOf(`race-${n}`)
  const order = clients.map((_, i) => clients[(i + n) % clients.length] as StoreInTest)
  const kinds = await Promise.all(order.map((client) => kindOf(client, { ...mark, decisionId: randomUUID() })))
  return kinds.filter((kind) => kind === 'first').length
}
