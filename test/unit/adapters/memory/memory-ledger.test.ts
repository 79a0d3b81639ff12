import { makeMemoryLedger } from '../../../../src/adapters/memory/memory-ledger.ts'
import { ledgerStoreContract } from '../../../contract/ledger-store.ts'
import { LEDGER_NOW_MS } from '../../../support/ledger-records.ts'

ledgerStoreContract('the embedded ledger', async (bounds) => {
  let nowMs = LEDGER_NOW_MS
  const store = makeMemoryLedger(bounds, () => nowMs)
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms
  }
  return { store, nowMs: () => nowMs, pass, close: store.close }
})
