/** The secret that keys the names in the ledger: the configured one, else one derived from that of the nonces. */
import { hkdfSync } from 'node:crypto'
import type { Secrets } from '../../config/secrets.ts'

const SECRET_BYTES = 32

/** @param random for where nothing is configured: with the embedded store, whose ledger ends with the process as well */
export function ledgerSecret({ ledger, nonce }: Pick<Secrets, 'ledger' | 'nonce'>, random: Buffer): Buffer {
  if (ledger !== undefined) return ledger.reveal()
  const from = nonce?.reveal() ?? random
  return Buffer.from(hkdfSync('sha256', from, Buffer.alloc(0), 'holdfast ledger secret', SECRET_BYTES))
}
