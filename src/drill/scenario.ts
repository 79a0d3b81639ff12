/** One row of the drill: what happens, what must come of it, and what the table says about it. */
import type { Reason } from '../check/reasons.ts'
import type { Stage } from './session.ts'
import type { Answer } from './target/target.ts'

type Story = 'CI runner' | 'service account' | 'agent' | 'third-party integration' | 'two replicas'

/** What not every deployment gives the drill (needs.ts). */
export type Need = 'Envoy' | 'own routes' | 'revocations' | 'second target' | 'shared revocations'

export interface Expectation {
  readonly status: number
  /** `envoy`: Envoy refuses by itself, Holdfast is not asked. */
  readonly reason: Reason | 'ok' | 'envoy'
  /** Observe lets it pass and tells. */
  readonly wouldDeny?: true
  /** The OAuth error on the wire, where it is not the usual one of the reason. */
  readonly error?: string
}

/** What came of it; `fault` is something wrong that status and reason do not show. */
export interface Finding {
  readonly answer: Answer
  readonly fault?: string | undefined
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
  /** Left out, and said so, where the drill does not have it. */
  readonly needs?: readonly Need[]
  run(stage: Stage): Promise<Finding>
}
