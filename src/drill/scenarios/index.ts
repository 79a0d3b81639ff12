/** All scenarios, in the order of the four stories. */
import type { Scenario } from '../scenario.ts'
import { agentStory } from './agent.ts'
import { ciRunner } from './ci-runner.ts'
import { integration } from './integration.ts'
import { serviceAccount } from './service-account.ts'

export const SCENARIOS: readonly Scenario[] = [...ciRunner, ...serviceAccount, ...agentStory, ...integration]
