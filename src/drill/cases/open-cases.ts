/** Where cases are asked for in a world: by the console that it names, else by the configuration of a replica; else nowhere. */
import type { Result } from '../../check/result.ts'
import type { World } from '../world/world.ts'
import { type CaseSource, NO_LEDGER } from './case-source.ts'
import { configCases } from './config-cases.ts'
import { consoleCases } from './console-cases.ts'

/** The error says why no cases can be asked for here. */
export async function openCases(
  { console, replicaConfig }: World,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<CaseSource, string>> {
  if (console !== undefined) return consoleCases(console)
  return replicaConfig === undefined ? { ok: false, error: NO_LEDGER } : configCases(replicaConfig, env)
}
