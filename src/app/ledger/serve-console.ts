/** The console on the admin listener, over a ledger: what opens it, and what it reads. */
import type { AdminConsole } from '../../admin/console-handler.ts'
import type { RevocationList } from '../../check/revocation/revocation.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import { makeConsole } from '../../console/console.ts'
import type { ConsoleData } from '../../console/console-data.ts'
import { gatherCase } from '../../ledger/case/gather-case.ts'
import { sameHolderBy } from '../../ledger/case/same-holder.ts'
import { makeRules } from '../../ledger/detect/rules.ts'
import type { Identifiers } from '../../ledger/identifiers.ts'
import { listSessions } from '../../ledger/inventory.ts'
import type { LedgerStore } from '../../ledger/ledger-store.ts'
import type { Logger } from '../../observability/logger.ts'

export interface ConsoleOptions {
  readonly store: LedgerStore
  readonly names: Identifiers
  readonly secrets: Pick<Secrets, 'console'>
  readonly log: Logger
  /** Those in force at this moment. */
  readonly revocations: () => RevocationList | Promise<RevocationList>
  readonly nowMs: () => number
}

/** A page ends after so long, full or not. */
const PAGE_WITHIN_MS = 2_000

/** Undefined where the configuration has none. */
export function openConsole(config: Config, options: ConsoleOptions): AdminConsole | undefined {
  if (!config.console.enabled) return undefined
  const { secrets, log, nowMs } = options
  return {
    answer: makeConsole(consoleData(config, options), nowMs),
    secret: secrets.console?.reveal(),
    onRefused: (outcome) => log.warn('a login to the console failed', { outcome }),
  }
}

function consoleData({ ledger, issuers }: Config, { store, names, revocations, nowMs }: ConsoleOptions): ConsoleData {
  const sameHolder = sameHolderBy(makeRules(ledger))
  return {
    names,
    incidents: store.recentIncidents,
    sessions: (filter, cursor, limit) =>
      listSessions(store, filter, { cursor, limit, withinMs: PAGE_WITHIN_MS, nowMs: nowMs() }),
    case: async (asked) =>
      gatherCase(store, names, asked, {
        nowMs: nowMs(),
        retentionSeconds: ledger.retentionSeconds,
        issuers: issuers.map(({ issuer }) => issuer),
        sameHolder,
        revocations: await revocations(),
      }),
    gaps: store.gaps,
  }
}
