/** The names that stand in the ledger for what must not: of this configuration and its secret. */
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import { type Identifiers, makeIdentifiers } from '../../ledger/identifiers.ts'
import { ledgerSecret } from './ledger-secret.ts'

/** @param random 32 octets, for where no secret is configured */
export function ledgerNames(
  { ledger }: Pick<Config, 'ledger'>,
  secrets: Pick<Secrets, 'ledger' | 'nonce'>,
  random: Buffer,
): Identifiers {
  return makeIdentifiers({ secret: ledgerSecret(secrets, random), hashSubjects: ledger.subjects === 'hashed' })
}
