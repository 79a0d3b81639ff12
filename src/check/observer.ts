/** Port: what the outside may know of a check. Implementations count, log and trace; they never throw into the path. */
import type { Decision } from './decision.ts'
import type { RequestFacts } from './request-facts.ts'

export interface CheckEvent {
  readonly decision: Decision
  readonly facts: RequestFacts
  readonly durationMs: number
}

/** The parts of a check that take time, in their order; each ends where the next begins, the last with the decision. */
export type CheckStep = 'token' | 'proof' | 'policy' | 'replay'

/** Told as each part begins; undefined where nobody wants to know. */
export type StepBegun = ((step: CheckStep, decisionId: string) => void) | undefined

export interface CheckObserver {
  decided(event: CheckEvent): void
  /** One lookup in a bounded cache of the path. */
  cacheUsed(cache: 'token' | 'proof_key', outcome: 'hit' | 'miss'): void
}
