/** Runs scenarios one after the other, judges what came of each, and then what the ledger makes of it. */
import { ERROR_CODES } from '../check/challenge.ts'
import { REASONS } from '../check/reasons.ts'
import { investigate } from './cases/investigate.ts'
import { lacking } from './needs.ts'
import { isAsExpected, type Outcome, type Row } from './row.ts'
import type { Expectation, Finding, Scenario } from './scenario.ts'
import type { Stage } from './session.ts'
import type { Answer } from './target/target.ts'

/** Slow ones run beside the others. Throws TargetUnreachable when the target is gone. Cases are asked for at the end, where they can be had. */
export async function runDrill(stage: Stage, scenarios: readonly Scenario[]): Promise<readonly Row[]> {
  const played = new Map<Scenario, Row>()
  const play = async (scenario: Scenario) => played.set(scenario, await rowOf(scenario, stage))
  const quick = scenarios.filter(({ slow }) => slow !== true)
  const inTurn = async () => {
    for (const scenario of quick) await play(scenario)
  }
  await Promise.all([inTurn(), ...scenarios.filter(({ slow }) => slow === true).map(play)])
  const rows = scenarios.flatMap((scenario) => played.get(scenario) ?? [])
  return stage.cases?.ok === true ? investigate(stage, stage.cases.value, rows) : rows
}

async function rowOf(scenario: Scenario, stage: Stage): Promise<Row> {
  const expected = stage.target.hasEnvoy ? scenario.expected : (scenario.withoutEnvoy ?? scenario.expected)
  const why = lacking(scenario, stage)
  return why === undefined ? judge(scenario, expected, await scenario.run(stage)) : leftOut(scenario, expected, why)
}

function leftOut(scenario: Scenario, expected: Expectation, why: string, answer?: Answer): Row {
  return { scenario, expected, outcome: 'left out', answer, session: undefined, case: undefined, fault: why }
}

export function judge(scenario: Scenario, expected: Expectation, finding: Finding): Row {
  const { answer, session } = finding
  if (expected.wouldDeny === true && answer.status === expected.status && answer.reason === undefined) {
    return leftOut(scenario, expected, 'only the access log tells what observe would have denied', answer)
  }
  const fault = finding.fault ?? difference(expected, answer)
  const outcome = outcomeOf(scenario, expected, answer, fault)
  return { scenario, expected, outcome, answer, session, case: undefined, fault }
}

function outcomeOf(scenario: Scenario, expected: Expectation, answer: Answer, fault: string | undefined): Outcome {
  if (scenario.honest) return fault === undefined ? 'passed' : answer.status === 200 ? 'wrong' : 'refused'
  if (fault === undefined) return expected.wouldDeny === true || expected.byLedger === true ? 'detected' : 'stopped'
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

/** True when nothing that ran came out otherwise, and something ran. */
export function allAsExpected(rows: readonly Row[]): boolean {
  const ran = rows.filter((row) => row.outcome !== 'left out')
  return ran.length > 0 && ran.every(isAsExpected)
}
