/** Runs scenarios one after the other, and judges what came of each. */
import { ERROR_CODES } from '../check/challenge.ts'
import { REASONS } from '../check/reasons.ts'
import { lacking } from './needs.ts'
import type { Expectation, Finding, Scenario } from './scenario.ts'
import type { Stage } from './session.ts'
import type { Answer } from './target/target.ts'

/** `wrong`: stopped, but not as it should be. `left out`: what is needed to run or to judge it is not there. */
export type Outcome = 'passed' | 'stopped' | 'detected' | 'refused' | 'missed' | 'wrong' | 'left out'

export interface Row {
  readonly scenario: Scenario
  readonly expected: Expectation
  readonly outcome: Outcome
  /** Undefined when it did not run. */
  readonly answer: Answer | undefined
  /** What is not as expected, or why it was left out, in words. */
  readonly fault: string | undefined
}

/** Throws TargetUnreachable when the target is gone. */
export async function runDrill(
  stage: Stage,
  scenarios: readonly Scenario[],
  onRow: (row: Row) => void = () => undefined,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const scenario of scenarios) {
    const expected = stage.target.hasEnvoy ? scenario.expected : (scenario.withoutEnvoy ?? scenario.expected)
    const why = lacking(scenario, stage)
    const row =
      why === undefined ? judge(scenario, expected, await scenario.run(stage)) : leftOut(scenario, expected, why)
    rows.push(row)
    onRow(row)
  }
  return rows
}

function leftOut(scenario: Scenario, expected: Expectation, why: string, answer?: Answer): Row {
  return { scenario, expected, outcome: 'left out', answer, fault: why }
}

export function judge(scenario: Scenario, expected: Expectation, finding: Finding): Row {
  const { answer } = finding
  if (expected.wouldDeny === true && answer.status === expected.status && answer.reason === undefined) {
    return leftOut(scenario, expected, 'only the access log tells what observe would have denied', answer)
  }
  const fault = finding.fault ?? difference(expected, answer)
  return { scenario, expected, outcome: outcomeOf(scenario, expected, answer, fault), answer, fault }
}

function outcomeOf(scenario: Scenario, expected: Expectation, answer: Answer, fault: string | undefined): Outcome {
  if (scenario.honest) return fault === undefined ? 'passed' : answer.status === 200 ? 'wrong' : 'refused'
  if (fault === undefined) return expected.wouldDeny === true ? 'detected' : 'stopped'
  return answer.status === 200 ? 'missed' : 'wrong'
}

function difference(expected: Expectation, answer: Answer): string | undefined {
  if (answer.status !== expected.status) return `expected ${describe(expected)}, saw ${describeAnswer(answer)}`
  if (expected.reason === 'envoy') return answer.decisionId === undefined ? undefined : 'Holdfast was asked'
  // Without the log only the wire tells; it says less on purpose.
  const same = answer.reason === undefined ? sameOnTheWire(expected, answer) : sameInTheLog(expected, answer)
  return same ? undefined : `expected ${describe(expected)}, saw ${describeAnswer(answer)}`
}

function sameInTheLog(expected: Expectation, answer: Answer): boolean {
  return (
    answer.reason === expected.reason &&
    answer.class === classOf(expected) &&
    answer.wouldDeny === (expected.wouldDeny ?? false)
  )
}

function sameOnTheWire(expected: Expectation, answer: Answer): boolean {
  if (expected.status === 200) return true
  return answer.error === (expected.error ?? usualError(expected))
}

/** A request without credentials is challenged without an error; its body has one (RFC 6750 §3.1). */
function usualError({ reason }: Expectation): string | undefined {
  return reason === 'ok' || reason === 'envoy' ? undefined : ERROR_CODES[REASONS[reason].answer]
}

export function classOf({ reason }: Expectation): string {
  return reason === 'ok' || reason === 'envoy' ? 'none' : REASONS[reason].class
}

function describe({ status, reason }: Expectation): string {
  return `${status} ${reason}`
}

function describeAnswer(answer: Answer): string {
  return `${answer.status} ${answer.reason ?? answer.error ?? ''}`.trim()
}

const AS_EXPECTED: ReadonlySet<Outcome> = new Set(['passed', 'stopped', 'detected'])

export function isAsExpected(row: Row): boolean {
  return AS_EXPECTED.has(row.outcome)
}

/** True when nothing that ran came out otherwise, and something ran. */
export function allAsExpected(rows: readonly Row[]): boolean {
  const ran = rows.filter((row) => row.outcome !== 'left out')
  return ran.length > 0 && ran.every(isAsExpected)
}
