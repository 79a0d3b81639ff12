/** What an engine needs of the process around it. */
import type { Clock } from '../check/clock.ts'
import type { CheckObserver, StepBegun } from '../check/observer.ts'
import type { ReplayStore } from '../check/replay/replay-store.ts'
import type { RevocationList } from '../check/revocation/revocation.ts'
import type { Logger } from '../observability/logger.ts'
import type { RuntimeMetrics } from '../observability/runtime-metrics.ts'
import type { Memories } from './memories.ts'
import type { RevocationTally } from './revocation-tally.ts'

export interface Outside {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: RuntimeMetrics
  readonly observer: CheckObserver
  readonly stepBegun: StepBegun
  readonly memories: Memories
  /** The replay memory as checks use it: timed and counted. */
  readonly replay: ReplayStore
  readonly standIn: ReplayStore
  /** The revocation list of all replicas; undefined with the embedded store. */
  readonly sharedRevocations: RevocationList | undefined
  readonly revocationTally: RevocationTally
}
