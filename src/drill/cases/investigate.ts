/** After all scenarios: asks for the case of each that came out as expected, and judges it. A wrong case makes the row wrong. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Question } from '../../ledger/case/question.ts'
import { isAsExpected, type Row } from '../row.ts'
import type { Stage } from '../session.ts'
import type { CaseSource } from './case-source.ts'
import type { AskedBy } from './expected-case.ts'
import { type CaseVerdict, judgeCase, noCase } from './judge-case.ts'
import { settle } from './settle.ts'

const PATIENCE_MS = 5_000
const INTERVAL_MS = 250

/** The same rows, those with a case judged. Never rejects for what the source of the cases does. */
export async function investigate(
  stage: Stage,
  cases: CaseSource,
  rows: readonly Row[],
  patienceMs: number = PATIENCE_MS,
): Promise<readonly Row[]> {
  if (!rows.some(isAsked)) return rows
  const fault = await settle(stage, cases, patienceMs)
  const endMs = Date.now() + patienceMs
  const judged: Row[] = []
  for (const row of rows) {
    if (!isAsked(row)) judged.push(row)
    else judged.push(withCase(row, fault === undefined ? await askUntil(endMs, row, stage, cases) : noCase(fault)))
  }
  return judged
}

function isAsked(row: Row): boolean {
  return row.scenario.investigated !== undefined && isAsExpected(row)
}

/** Replicas write in their own time, so a case that is not right may become so; one that accuses wrongly stays. */
async function askUntil(endMs: number, row: Row, stage: Stage, cases: CaseSource): Promise<CaseVerdict> {
  for (;;) {
    const verdict = await ask(row, stage, cases)
    if (verdict.right || verdict.falseAccusation || Date.now() >= endMs) return verdict
    await sleep(INTERVAL_MS)
  }
}

async function ask(row: Row, { world }: Stage, cases: CaseSource): Promise<CaseVerdict> {
  const { investigated, honest } = row.scenario
  const question = investigated === undefined ? undefined : questionOf(investigated.by, row, world.issuer)
  if (investigated === undefined || question === undefined) return noCase('the scenario has nothing to ask for')
  const found = await cases.ask(question)
  return found.ok ? judgeCase(investigated, honest, found.value, world) : noCase(found.error)
}

function questionOf(by: AskedBy, { answer, session }: Row, issuer: string): Question | undefined {
  if (by === 'decision') {
    return answer?.decisionId === undefined ? undefined : { kind: by, value: answer.decisionId }
  }
  if (session === undefined) return undefined
  switch (by) {
    case 'token':
      return { kind: by, value: createHash('sha256').update(session.token).digest('hex') }
    case 'key':
      return { kind: by, value: session.key.thumbprint }
    case 'jti':
      return { kind: by, value: session.tokenId, issuer }
    case 'session':
      return { kind: by, value: session.sessionId, issuer }
  }
}

function withCase(row: Row, verdict: CaseVerdict): Row {
  if (verdict.right) return { ...row, case: verdict }
  const outcome = row.expected.byLedger === true ? 'missed' : 'wrong'
  return { ...row, case: verdict, outcome, fault: `case: ${verdict.fault ?? ''}` }
}
