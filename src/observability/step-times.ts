/** When the parts of the checks under way began. Bounded: a check that is overtaken by its deadline is never asked for. */
import type { CheckStep, StepBegun } from '../check/observer.ts'

interface StepTime {
  readonly step: CheckStep
  readonly atMs: number
}

export interface StepTimes {
  readonly begun: NonNullable<StepBegun>
  /** In their order; forgotten then. */
  take(decisionId: string): readonly StepTime[]
}

export const MAX_CHECKS = 4_096
const NONE: readonly StepTime[] = []

export function makeStepTimes(nowMs: () => number): StepTimes {
  const checks = new Map<string, StepTime[]>()
  return {
    begun(step, decisionId) {
      const steps = checks.get(decisionId)
      const time = { step, atMs: nowMs() }
      if (steps !== undefined) {
        steps.push(time)
        return
      }
      if (checks.size >= MAX_CHECKS) checks.delete(checks.keys().next().value ?? '')
      checks.set(decisionId, [time])
    },
    take(decisionId) {
      const steps = checks.get(decisionId) ?? NONE
      checks.delete(decisionId)
      return steps
    },
  }
}
