/** What came of one scenario: its row in the table. */
import type { CaseVerdict } from './cases/judge-case.ts'
import type { Expectation, Scenario } from './scenario.ts'
import type { Session } from './session.ts'
import type { Answer } from './target/target.ts'

/** `wrong`: stopped, but not as it should be. `left out`: what is needed to run or to judge it is not there. */
export type Outcome = 'passed' | 'stopped' | 'detected' | 'refused' | 'missed' | 'wrong' | 'left out'

export interface Row {
  readonly scenario: Scenario
  readonly expected: Expectation
  readonly outcome: Outcome
  /** Undefined when it did not run. */
  readonly answer: Answer | undefined
  /** Undefined when it did not run, or had none. */
  readonly session: Session | undefined
  /** What the case said; undefined where none was asked for. */
  readonly case: CaseVerdict | undefined
  /** What is not as expected, or why it was left out, in words. */
  readonly fault: string | undefined
}

const AS_EXPECTED: ReadonlySet<Outcome> = new Set(['passed', 'stopped', 'detected'])

export function isAsExpected(row: Row): boolean {
  return AS_EXPECTED.has(row.outcome)
}
