/** All scenarios: the four stories in order, what only looks like theft, and what takes two replicas. */
import type { Scenario } from '../scenario.ts'
import { agentStory } from './agent.ts'
import { ciRunner } from './ci-runner.ts'
import { integration } from './integration.ts'
import { lookAlikes } from './look-alikes.ts'
import { serviceAccount } from './service-account.ts'
import { twoReplicas } from './two-replicas.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...ciRunner,
  ...serviceAccount,
  ...agentStory,
  ...integration,
  ...lookAlikes,
  ...twoReplicas,
]
