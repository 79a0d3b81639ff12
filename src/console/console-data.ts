/** What the console reads, and what it answers with: ports. It reads only; nothing here can change the ledger. */
import type { Case } from '../ledger/case/case.ts'
import type { Question } from '../ledger/case/question.ts'
import type { Identifiers } from '../ledger/identifiers.ts'
import type { Incident } from '../ledger/incident.ts'
import type { SessionFilter } from '../ledger/inventory.ts'
import type { Gap, Page, Reading, Written } from '../ledger/ledger-store.ts'

export interface ConsoleData {
  /** How a subject is named in the ledger: what a filter is compared with. */
  readonly names: Pick<Identifiers, 'subject'>
  /** Newest first. `before`: the id of the last one of the page before. */
  incidents(limit: number, before: string | undefined): Promise<Written<Reading<Incident>>>
  sessions(filter: SessionFilter, cursor: string | undefined, limit: number): Promise<Written<Page>>
  case(asked: Question): Promise<Written<Case>>
  gaps(): Promise<Written<readonly Gap[]>>
}
