/** Who brought a request, as far as it was seen: what two holders of one session are told apart by. */

import type { SenderFacts } from '../check/proof/holder-tag.ts'

export { holderOf } from '../check/proof/holder-tag.ts'

export type Sender = SenderFacts

/** One sender of a session, and how often. */
export interface SenderTally extends Sender {
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
  /** Short hash of the user agent that it sent last; undefined when it sent none. */
  readonly agent: string | undefined
}
