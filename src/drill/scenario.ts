/** One row of the drill: what happens, what must come of it, and what the table says about it. */
import type { Reason } from '../check/reasons.ts'
import type { ExpectedCase } from './cases/expected-case.ts'
import type { Session, Stage } from './session.ts'
import type { Answer } from './target/target.ts'

type Story = 'CI runner' | 'service account' | 'agent' | 'third-party integration' | 'look-alikes' | 'two replicas'

/** What not every deployment gives the drill (needs.ts). */
export type Need =
  | 'Envoy'
  | 'own routes'
  | 'strangers'
  | 'revocations'
  | 'second target'
  | 'shared revocations'
  | 'cases'

export interface Expectation {
  readonly status: number
  /** `envoy`: Envoy refuses by itself, Holdfast is not asked. */
  readonly reason: Reason | 'ok' | 'envoy'
  /** Observe lets it pass and tells. */
  readonly wouldDeny?: true
  /** No check refuses it: the ledger finds it, and the case tells. */
  readonly byLedger?: true
  /** The OAuth error on the wire, where it is not the usual one of the reason. */
  readonly error?: string
}

/** What came of it; `fault` is something wrong that status and reason do not show. */
export interface Finding {
  readonly answer: Answer
  readonly fault?: string | undefined
  /** Whose session it was, for the case. Undefined where there was none. */
  readonly session?: Session | undefined
}

export interface Scenario {
  readonly name: string
  readonly story: Story
  /** Honest use must pass, an attack must not. */
  readonly honest: boolean
  /** What the attacker, or the honest client, did. */
  readonly did: string
  /** What stopped it, in one sentence; for honest use, what let it pass. */
  readonly stops: string
  readonly expected: Expectation
  /** Where Envoy has a part in the answer: what Holdfast alone says. */
  readonly withoutEnvoy?: Expectation
  /** What `holdfast investigate` must say afterwards; undefined where no verified session leaves a trace. */
  readonly investigated?: ExpectedCase
  /** Takes half a minute, beside the others. */
  readonly slow?: true
  /** Left out, and said so, where the drill does not have it. */
  readonly needs?: readonly Need[]
  run(stage: Stage): Promise<Finding>
}
