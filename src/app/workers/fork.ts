/** Worker processes through node:cluster, which gives them one listener: the supervisor accepts, workers serve. */
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { type FromWorker, type ToWorker, WORKER_NUMBER } from './messages.ts'
import { allWithin } from './within.ts'

export interface Child {
  /** Undefined where the system could not start it. */
  readonly pid: number | undefined
  /** Does nothing when it is gone. */
  send(message: ToWorker): void
  kill(signal: NodeJS.Signals): void
}

export interface ChildEvents {
  message(message: FromWorker): void
  /** Once, behind its last message; with the exit code or the name of the signal. */
  gone(how: number | string): void
}

export type Fork = (number: number, events: ChildEvents) => Child

/** The end of the channel comes with the end of the process; this is for a channel that something holds open. */
const CHANNEL_END_MS = 1_000

/** Workers are this program with `serve` on the same file, and find `env` in their environment. */
export function prepareForks(configPath: string, env: Readonly<Record<string, string>>): Fork {
  // In turn, not by a shared handle that whoever is awake accepts from: Envoy holds few connections for long. Measured with
  // 4 workers and 8 connections: in turn 2 each; by shared handle 4, 1, 2 and 1, or 4, 3, 1 and none (docs/workers.md).
  cluster.schedulingPolicy = cluster.SCHED_RR
  // 'advanced': numbers may be infinite, states are maps.
  cluster.setupPrimary({ args: ['serve', '--config', configPath], serialization: 'advanced' })
  return (number, events) => fork({ ...env, [WORKER_NUMBER]: String(number) }, events)
}

function fork(env: Readonly<Record<string, string>>, events: ChildEvents): Child {
  const worker = cluster.fork(env)
  const { pid } = worker.process
  worker.on('message', (message: FromWorker) => events.message(message))
  // A failed write to a worker that is going: its end is told below.
  worker.on('error', () => undefined)
  if (pid === undefined)
    worker.process.once('error', (error: NodeJS.ErrnoException) => events.gone(error.code ?? 'error'))
  else void ended(worker).then(events.gone)
  return {
    pid,
    send: (message) => void worker.send(message, () => undefined),
    kill: (signal) => void worker.process.kill(signal),
  }
}

/** What it said last may be read after its end is known. */
async function ended(worker: Worker): Promise<number | string> {
  const disconnected = once(worker, 'disconnect')
  const [code, signal] = (await once(worker, 'exit')) as [number | null, string | null]
  await allWithin(CHANNEL_END_MS, [disconnected])
  return code ?? signal ?? 'unknown'
}
