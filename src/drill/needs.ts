/** What a scenario may need of the deployment beside a gateway, and what is said where that is not there. */
import { NO_LEDGER } from './cases/case-source.ts'
import type { Need, Scenario } from './scenario.ts'
import type { Stage } from './session.ts'
import { STRANGER_NAMES } from './world/workloads.ts'
import { hasCredentials } from './world/world.ts'

const SECOND_TARGET =
  'needs a second gateway, in front of another replica that shares the store: --second-target URL (docs/stories.md)'

const NOBODY_LOOKED = { ok: false, error: NO_LEDGER } as const

const NEEDS: Readonly<Record<Need, (stage: Stage) => string | undefined>> = {
  Envoy: ({ target }) =>
    target.hasEnvoy ? undefined : 'is stopped by Envoy as much as by Holdfast, and there is none here: --target URL',
  'own routes': ({ world }) =>
    hasOwnRoutes(world.origins)
      ? undefined
      : 'needs more routes than the one of this world: by workload, of another audience, open or observing',
  strangers: ({ world }) => {
    const missing = STRANGER_NAMES.find((name) => !hasCredentials(world, name))
    return missing === undefined ? undefined : `needs a stranger's certificate: workloads/${missing}.crt and .key`
  },
  revocations: ({ world }) =>
    world.revocations === undefined ? 'the drill may not write the revocation file' : undefined,
  'second target': ({ second }) => (second === undefined ? SECOND_TARGET : undefined),
  'shared revocations': ({ second, world }) => {
    if (second === undefined) return SECOND_TARGET
    return world.replicaConfig === undefined
      ? 'needs the configuration of a replica, to revoke with: "replicaConfig" in world.json'
      : undefined
  },
  cases: ({ cases = NOBODY_LOOKED }) => (cases.ok ? undefined : `is found by the ledger alone: ${cases.error}`),
}

/** A release has one route for the drill, and all services of the stories are that one (world/release-world.ts). */
function hasOwnRoutes(origins: Stage['world']['origins']): boolean {
  return new Set(Object.values(origins)).size > 1
}

/** Why the scenario cannot run here; undefined when it can. */
export function lacking({ needs = [] }: Scenario, stage: Stage): string | undefined {
  for (const need of needs) {
    const why = NEEDS[need](stage)
    if (why !== undefined) return why
  }
  return undefined
}
