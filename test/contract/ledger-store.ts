/** What every ledger store promises (src/ledger/ledger-store.ts), wherever it keeps things. */
import { ledgerBoundsContract } from './ledger/bounds.ts'
import { ledgerBrokenContract } from './ledger/broken.ts'
import { ledgerIncidentsContract } from './ledger/incidents.ts'
import { ledgerPagesContract } from './ledger/pages.ts'
import { ledgerSessionsContract } from './ledger/sessions.ts'
import type { OpenLedger } from './ledger/world.ts'

export function ledgerStoreContract(name: string, open: OpenLedger): void {
  ledgerSessionsContract(name, open)
  ledgerPagesContract(name, open)
  ledgerBoundsContract(name, open)
  ledgerIncidentsContract(name, open)
  ledgerBrokenContract(name, open)
}
