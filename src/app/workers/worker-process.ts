/** One worker as the supervisor sees it: what it has told so far, and questions to it. */
import type { NumberFamily } from '../../observability/number-families.ts'
import type { WORKER_STATES } from '../../observability/runtime-metrics.ts'
import type { StartFault } from '../start-fault.ts'
import type { Child, Fork } from './fork.ts'
import type { FromWorker, Question, WorkerState } from './messages.ts'

export type Stage = Exclude<(typeof WORKER_STATES)[number], 'down'>

export interface WorkerProcess {
  readonly number: number
  readonly pid: number | undefined
  readonly bornMs: number
  stage(): Stage
  /** Where it listens, once it does. */
  address(): string | undefined
  state(): WorkerState | undefined
  /** The last numbers that it told. */
  families(): readonly NumberFamily[]
  /** Drained to the end, so that its end is no death. */
  drained(): boolean
  /** Resolves when it has answered, or is gone. The answer to `families` is in `families()`. */
  ask(about: Question): Promise<unknown>
  /** Half a second has gone by; resolves to for how many now it has said nothing. */
  tick(): number
  drain(): void
  kill(signal: NodeJS.Signals): void
}

export interface WorkerEvents {
  listening(worker: WorkerProcess): void
  changed(): void
  failed(fault: StartFault): void
  gone(worker: WorkerProcess, how: number | string): void
}

/** Ticks without a word after which a worker counts as silent. */
export const SILENT_TICKS = 10

export function startWorker(fork: Fork, number: number, bornMs: number, events: WorkerEvents): WorkerProcess {
  let address: string | undefined
  let state: WorkerState | undefined
  let families: readonly NumberFamily[] = []
  let drained = false
  let silentTicks = 0
  let lastId = 0
  const questions = new Map<number, (answer: unknown) => void>()

  function answered(id: number, answer: unknown): void {
    questions.get(id)?.(answer)
    questions.delete(id)
  }

  function read(message: FromWorker): void {
    silentTicks = 0
    switch (message.kind) {
      case 'failed':
        events.failed(message)
        break
      case 'listening':
        address = message.address
        events.listening(worker)
        break
      case 'state':
        state = message.state
        events.changed()
        break
      case 'families':
        families = message.families
        drained ||= message.id === 0
        answered(message.id, undefined)
        break
      case 'config':
        answered(message.id, message.page)
    }
  }

  function stage(): Stage {
    if (address === undefined) return 'starting'
    if (silentTicks >= SILENT_TICKS) return 'silent'
    return state?.components.get('shutdown') === undefined ? 'serving' : 'draining'
  }

  const child: Child = fork(number, {
    message: read,
    gone(how) {
      for (const id of questions.keys()) answered(id, undefined)
      events.gone(worker, how)
    },
  })
  const worker: WorkerProcess = {
    number,
    pid: child.pid,
    bornMs,
    stage,
    address: () => address,
    state: () => state,
    families: () => families,
    drained: () => drained,
    ask(about) {
      const id = ++lastId
      return new Promise((resolve) => {
        questions.set(id, resolve)
        child.send({ kind: 'question', id, about })
      })
    },
    tick: () => (address === undefined ? 0 : ++silentTicks),
    drain: () => child.send({ kind: 'drain' }),
    kill: child.kill,
  }
  return worker
}
