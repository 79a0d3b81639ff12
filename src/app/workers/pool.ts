/**
 * The workers by number: starts them, replaces those that end, ends them all. A worker that dies costs what it had in hand;
 * the others serve on. Holds no metric and no page: those read it.
 */
import type { Logger } from '../../observability/logger.ts'
import { EXIT_UNREACHABLE, type StartFault } from '../start-fault.ts'
import type { Fork } from './fork.ts'
import { makeRestarts } from './restarts.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

export interface PoolOptions {
  readonly workers: number
  readonly fork: Fork
  readonly log: Logger
  readonly nowMs: () => number
  /** A worker told something, came or went. */
  changed(): void
  /** With the numbers that it leaves. */
  ended(worker: WorkerProcess): void
}

export interface Pool {
  /** Resolves to where all of them listen, once each of them does. */
  start(): Promise<string>
  /** Resolves when the pool cannot go on. */
  readonly failed: Promise<StartFault>
  /** Those that live, by number. */
  living(): readonly WorkerProcess[]
  /** To be called each half second: ends a worker that has been silent for too long. */
  tick(): void
  /** Each drains in its own time; what is left when all should be done is cut off. Resolves when none lives. */
  drain(): Promise<void>
  /** At once. */
  kill(): void
}

/** Thirty seconds: no load of a list or key set holds a worker up for so long. */
const KILL_TICKS = 60
/** For what a drain does behind its last call. */
const DRAIN_GRACE_MS = 2_000

export function makePool({ workers, fork, log, nowMs, changed, ended }: PoolOptions): Pool {
  const living = new Map<number, WorkerProcess>()
  const waiting = new Map<number, NodeJS.Timeout>()
  const restarts = makeRestarts(workers)
  const listening = Promise.withResolvers<string>()
  const failed = Promise.withResolvers<StartFault>()
  const empty = Promise.withResolvers<void>()
  let started = false
  let stopping = false

  function launch(number: number): void {
    const worker = startWorker(fork, number, nowMs(), { listening: heard, changed, failed: refused, gone })
    living.set(number, worker)
    changed()
  }

  function heard(worker: WorkerProcess): void {
    if (started) log.info('a worker is back', { worker: worker.number, pid: worker.pid })
    const all = [...living.values()]
    if (all.length === workers && all.every((one) => one.address() !== undefined)) {
      started = true
      listening.resolve(worker.address() ?? '')
    }
    changed()
  }

  /** At the start a fault of one is a fault of all; later the others go on with the configuration that they have. */
  function refused(fault: StartFault): void {
    if (!started) failed.resolve(fault)
    else log.error('a worker could not start', { fault: fault.text.trimEnd() })
  }

  function gone(worker: WorkerProcess, how: number | string): void {
    const { number } = worker
    living.delete(number)
    ended(worker)
    if (stopping) {
      if (living.size === 0) empty.resolve()
    } else if (worker.drained()) {
      log.info('a worker has drained and is replaced', { worker: number })
      launch(number)
    } else replace(worker, how)
    changed()
  }

  function replace({ number, bornMs, pid }: WorkerProcess, how: number | string): void {
    const livedMs = nowMs() - bornMs
    const serving = [...living.values()].filter((one) => one.address() !== undefined)
    const oldestMs = Math.max(0, ...serving.map((one) => nowMs() - one.bornMs))
    const delayMs = restarts.afterDeath({ number, livedMs, oldestMs })
    log.error('a worker died', { worker: number, pid, exit: how, lived_ms: livedMs, replaced_in_ms: delayMs })
    if (delayMs === undefined) {
      const text = 'holdfast serve: the workers die at once, again and again; see the log of their start\n'
      failed.resolve({ exitCode: EXIT_UNREACHABLE, text })
      return
    }
    const timer = setTimeout(() => {
      waiting.delete(number)
      launch(number)
    }, delayMs)
    waiting.set(number, timer)
  }

  function stop(): void {
    stopping = true
    for (const timer of waiting.values()) clearTimeout(timer)
    waiting.clear()
    if (living.size === 0) empty.resolve()
  }

  function kill(): void {
    stop()
    for (const worker of living.values()) worker.kill('SIGKILL')
  }

  return {
    start() {
      for (let number = 1; number <= workers; number++) launch(number)
      return listening.promise
    },
    failed: failed.promise,
    living: () => [...living.values()].sort((a, b) => a.number - b.number),
    tick() {
      for (const worker of living.values()) {
        if (worker.tick() !== KILL_TICKS) continue
        log.error('a worker has been silent for too long and is killed', { worker: worker.number, pid: worker.pid })
        worker.kill('SIGKILL')
      }
    },
    async drain() {
      stop()
      let limitMs = DRAIN_GRACE_MS
      for (const worker of living.values()) {
        limitMs = Math.max(limitMs, DRAIN_GRACE_MS + (worker.state()?.drainSeconds ?? 0) * 1000)
        // One that does not listen yet has no call in hand, and may not hear us yet.
        if (worker.address() === undefined) worker.kill('SIGTERM')
        else worker.drain()
      }
      const limit = setTimeout(kill, limitMs)
      await empty.promise
      clearTimeout(limit)
    },
    kill,
  }
}
