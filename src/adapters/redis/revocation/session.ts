/**
 * One pair of connections to the server of the list, from their opening until one of them fails. The one waits for changes,
 * the other shows every half second that both the link and the copy are good. Silence is a failure within two seconds.
 */

import { sleep } from '../waiting.ts'
import { type Answering, makeAnswering, type ReachOf } from './answering.ts'
import { readLogged, streamIn } from './change.ts'
import { makeClearing } from './clearing.ts'
import { applyChanges, type Copy, differs } from './copy.ts'
import { type ListConnection, type ListServer, ListTrouble } from './list-connection.ts'
import { mayReadQuestions, readQuestions } from './questions.ts'
import { readSnapshot, snapshotCommands } from './snapshot.ts'
import { FIRST_ID, isAtLeast } from './stream-id.ts'
import { type SyncDeps, type Synchronised, synchronise } from './synchronise.ts'

export interface SessionDeps extends Omit<SyncDeps, 'keys'> {
  readonly server: ListServer
  readonly known: () => Copy | undefined
  readonly reachOf?: ReachOf
  /** The copy is whole and up to date with the list. */
  readonly synchronised: (result: Synchronised) => void
  /** Changes were applied; when the newest entry among them was made. */
  readonly applied: (newestAtSeconds: number | undefined) => void
  /** The copy was up to date with the list at this moment. */
  readonly fresh: (moment: Moment) => void
}

export interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

const BEAT_MS = 500
/** The server looks at its timers ten times a second; the deadline leaves room for that. */
const BLOCK_MS = 500
const BLOCK_DEADLINE_MS = 1_500
const CHANGES_AT_ONCE = 500
const GOODBYE_MS = 200

/** Rejects with ListTrouble when the session ends by itself; resolves after `signal`, having said goodbye. */
export async function runSession(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  const opened = await Promise.allSettled([deps.server.open(), deps.server.open()])
  const connections = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    const [reader, heart] = connections
    const failed = opened.find((one) => one.status === 'rejected')
    if (reader === undefined || heart === undefined) throw failed?.reason
    await live(reader, heart, deps, signal)
  } finally {
    for (const connection of connections) connection.close()
  }
}

async function live(
  reader: ListConnection,
  heart: ListConnection,
  deps: SessionDeps,
  signal: AbortSignal,
): Promise<void> {
  const { replicaId, server } = deps
  const { keys } = server
  const result = await synchronise(heart, deps.known(), { ...deps, keys })
  if (signal.aborted) return
  const { copy } = result
  deps.synchronised(result)
  const over = new AbortController()
  const clearing = makeClearing(heart, keys, replicaId)
  const answering = await openAnswering(heart, copy, deps)
  /** The copy is fresh as of `moment` once it stands at `lastId`. */
  let awaited: { readonly lastId: string; readonly moment: Moment } | undefined
  let { serverAheadMs } = result
  let acknowledging = false

  function settle(): void {
    if (awaited === undefined || !isAtLeast(copy.lastId, awaited.lastId)) return
    deps.fresh(awaited.moment)
    awaited = undefined
  }

  async function beat(): Promise<void> {
    const moment: Moment = { wallMs: deps.nowMs(), monotonicMs: deps.monotonicMs() }
    const { lastId } = copy
    const serverMs = Math.floor(moment.monotonicMs + serverAheadMs)
    // Registered before it is fresh: whoever serves is waited for.
    const replies = await heart.tryTransaction([
      ...snapshotCommands(keys),
      ['hset', keys.applied, replicaId, lastId],
      ['zadd', keys.replicas, String(serverMs), replicaId],
    ])
    const snapshot = readSnapshot(replies)
    if (over.signal.aborted) return
    const lost = snapshot?.epoch !== copy.epoch || !isAtLeast(snapshot.lastId, lastId)
    if (snapshot === undefined || lost) throw new ListTrouble('the list was lost')
    if (differs(copy, snapshot)) throw new ListTrouble('the list was changed without its log')
    serverAheadMs = snapshot.serverMs - deps.monotonicMs()
    awaited ??= { lastId: snapshot.lastId, moment }
    settle()
    await clearing.step(snapshot.serverMs)
    copy.mirror.archive.tidy()
  }

  async function acknowledge(): Promise<void> {
    if (acknowledging) return
    acknowledging = true
    for (let told = ''; told !== copy.lastId && !over.signal.aborted; ) {
      told = copy.lastId
      await heart.ask([['hset', keys.applied, replicaId, told]])
    }
    acknowledging = false
  }

  async function listen(fail: (error: unknown) => void): Promise<void> {
    const options = ['COUNT', String(CHANGES_AT_ONCE), 'BLOCK', String(BLOCK_MS)]
    let lastAsked = FIRST_ID
    while (!over.signal.aborted) {
      const streams = answering === undefined ? [keys.log, copy.lastId] : [keys.log, keys.asked, copy.lastId, lastAsked]
      const [reply = null] = await reader.ask([['xread', ...options, 'STREAMS', ...streams]], BLOCK_DEADLINE_MS)
      if (over.signal.aborted) return
      const questions = readQuestions(streamIn(reply, keys.asked))
      lastAsked = questions.at(-1)?.streamId ?? lastAsked
      answering?.take(questions)
      const logged = readLogged(streamIn(reply, keys.log))
      if (logged.length === 0) continue
      const newest = applyChanges(copy, logged, deps)
      acknowledge().catch(fail)
      deps.applied(newest)
      settle()
    }
  }

  async function pulse(): Promise<void> {
    while (!over.signal.aborted) {
      await beat()
      await sleep(BEAT_MS, over.signal)
    }
  }

  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { signal: over.signal })
      if (signal.aborted) resolve()
      listen(reject).catch(reject)
      pulse().catch(reject)
    })
    await heart
      .ask(
        [
          ['zrem', keys.replicas, replicaId],
          ['hdel', keys.applied, replicaId],
        ],
        GOODBYE_MS,
      )
      .catch(() => [])
  } finally {
    over.abort()
  }
}

/** A key of the questions that cannot be read must not cost the link: then they are not answered. */
async function openAnswering(heart: ListConnection, copy: Copy, deps: SessionDeps): Promise<Answering | undefined> {
  const { server, replicaId, reachOf } = deps
  if (reachOf === undefined || !(await mayReadQuestions(heart, server.keys))) return undefined
  return makeAnswering(heart, server.keys, replicaId, (revocation) => reachOf(revocation, copy.mirror.index))
}
