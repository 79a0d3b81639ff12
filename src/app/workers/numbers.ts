/** The numbers of all workers as one page, in bounded time, whatever a worker does meanwhile. */
import { type Exposition, renderFamilies } from '../../observability/number-families.ts'
import { type Families, lasting, mergeFamilies, ofSeriesIn } from './merge-families.ts'
import { allWithin } from './within.ts'
import type { WorkerProcess } from './worker-process.ts'

export interface Numbers {
  /** Keeps what `worker` counted. */
  ended(worker: WorkerProcess): void
  /** A worker that does not answer in time is there with what it told last. */
  page(): Promise<Exposition>
  /** Whether `worker` did not answer the last time. */
  late(worker: WorkerProcess): boolean
}

const ANSWER_MS = 1_000

/** `own` are those of the supervisor. */
export function makeNumbers(living: () => readonly WorkerProcess[], own: () => Promise<Families>): Numbers {
  let past: Families = []
  let late = new Set<WorkerProcess>()
  return {
    ended(worker) {
      past = mergeFamilies([past, lasting(worker.families())])
    },
    async page() {
      const unanswered = new Set(living().filter((worker) => worker.address() !== undefined))
      const answers = [...unanswered].map(async (worker) => {
        await worker.ask('families')
        unanswered.delete(worker)
      })
      await allWithin(ANSWER_MS, answers)
      late = new Set(unanswered)
      const supervisor = await own()
      // Only now, and in one step: a worker that ended meanwhile is in the past, and must not be counted twice.
      const told = living().map((worker) => worker.families())
      const present = told.flat()
      return renderFamilies(
        mergeFamilies([supervisor, ...told, present.length === 0 ? past : ofSeriesIn(present, past)]),
      )
    },
    late: (worker) => late.has(worker),
  }
}
