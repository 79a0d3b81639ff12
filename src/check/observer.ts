/** Port: what the outside may know of a check. Implementations count, log and trace; they never throw into the path. */
import type { Decision } from './decision.ts'
import type { RequestFacts } from './request-facts.ts'

export interface CheckEvent {
  readonly decision: Decision
  readonly facts: RequestFacts
  readonly durationMs: number
}

export interface CheckObserver {
  decided(event: CheckEvent): void
  /** One lookup in a bounded cache of the path. */
  cacheUsed(cache: 'token' | 'proof_key', outcome: 'hit' | 'miss'): void
}
