/** Where the drill asks for cases: what a responder would ask, by the same way. */
import type { Result } from '../../check/result.ts'
import type { Case } from '../../ledger/case/case.ts'
import type { Question } from '../../ledger/case/question.ts'

export interface CaseSource {
  /** The error says in words why there is no case. Never rejects. */
  ask(question: Question): Promise<Result<Case, string>>
  close(): Promise<void>
}

/** What is said where nothing names one. */
export const NO_LEDGER = 'the drill knows no ledger here ("console" or "replicaConfig" in world.json)'
