/** What supervisor and workers say to each other over the channel between them. Both run the same build: no versions. */
import type { ComponentState } from '../../admin/readiness.ts'
import type { NumberFamily } from '../../observability/number-families.ts'

/** Set for each worker by the supervisor: its number, from 1. A replacement takes the number of the one before it. */
export const WORKER_NUMBER = 'HOLDFAST_WORKER'

/** Said on each change and twice a second: silence is a sign too. */
export interface WorkerState {
  readonly components: ReadonlyMap<string, ComponentState>
  /** Short hash of the configuration in force. */
  readonly hash: string
  readonly drainSeconds: number
}

export type Question = 'families' | 'config'

export type ToWorker =
  | { readonly kind: 'drain' }
  | { readonly kind: 'question'; readonly id: number; readonly about: Question }

export type FromWorker =
  /** It could not start, and ends. */
  | { readonly kind: 'failed'; readonly exitCode: number; readonly text: string }
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'state'; readonly state: WorkerState }
  /** Its numbers: an answer, or with id 0 the last ones before it ends. */
  | { readonly kind: 'families'; readonly id: number; readonly families: readonly NumberFamily[] }
  | { readonly kind: 'config'; readonly id: number; readonly page: unknown }
