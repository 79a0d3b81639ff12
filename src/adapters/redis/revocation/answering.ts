/** Answers what operators ask of a replica before they revoke: one question after the other, beside its checks. */
import type { Reach, Revocation, RevocationList } from '../../../check/revocation/revocation.ts'
import type { ListConnection } from './list-connection.ts'
import type { ListKeys } from './list-keys.ts'
import { answerCommands, type Question } from './questions.ts'

/** @param inForce cuts off already what need not be counted */
export type ReachOf = (revocation: Revocation, inForce: RevocationList) => Promise<Reach>

export interface Answering {
  /** Answers in the background. What cannot be answered, or is too much at once, stays unanswered. */
  take(questions: readonly Question[]): void
}

/** Each costs a look at all live sessions. */
const MAX_WAITING = 16

export function makeAnswering(
  connection: ListConnection,
  keys: ListKeys,
  replicaId: string,
  reachOf: (revocation: Revocation) => Promise<Reach>,
): Answering {
  let waiting = 0
  let turn = Promise.resolve()

  async function answer(streamId: string, revocation: Revocation): Promise<void> {
    try {
      const reach = await reachOf(revocation)
      await connection.transact(answerCommands(keys, streamId, replicaId, reach))
    } catch {
      // Whoever asked is told that this replica did not answer. A broken link shows at the next heartbeat.
    } finally {
      waiting--
    }
  }

  return {
    take(questions) {
      for (const { streamId, revocation } of questions) {
        if (revocation === undefined || waiting >= MAX_WAITING) continue
        waiting++
        turn = turn.then(() => answer(streamId, revocation))
      }
    },
  }
}
