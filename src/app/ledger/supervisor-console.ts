/** The console where several workers serve: the supervisor reads the ledger that they write. */
import type { AdminConsole } from '../../admin/console-handler.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Logger } from '../../observability/logger.ts'
import { ledgerNames } from './ledger-names.ts'
import { openLedgerStore } from './open-store.ts'
import { readRevocations } from './read-revocations.ts'
import { openConsole } from './serve-console.ts'

export interface SupervisorConsole {
  readonly shown: AdminConsole | undefined
  close(): Promise<void>
}

/** Undefined where the configuration has none. Rejects when a TLS file of the store cannot be read. */
export async function openSupervisorConsole(
  config: Config,
  secrets: Secrets,
  log: Logger,
): Promise<SupervisorConsole | undefined> {
  if (!config.console.enabled) return undefined
  const store = await openLedgerStore(config, secrets, Date.now)
  // Workers share a store, and who shares a store has configured a secret (store-rules.ts).
  const names = ledgerNames(config, secrets, Buffer.alloc(0))
  const revocations = () => readRevocations(config, secrets)
  const shown = openConsole(config, { store, names, secrets, revocations, log, nowMs: Date.now })
  return { shown, close: store.close }
}
