/** Key `audit`: the hash-chained log of decisions. */
import * as z from 'zod'
import { secretReference, section, text, whole } from './fields.ts'

export const audit = section({
  file: text((value) => (value === '-' ? 'is standard output, which is the log’s; name a file' : undefined))
    .nullable()
    .default(null)
    .describe('File of the audit log (docs/audit.md), appended to; null for none. Needs `server.workers: 1`.'),
  decisions: z
    .enum(['denied', 'all'])
    .default('denied')
    .describe('Which decisions stand in it; `denied` includes what `observe` let pass.'),
  maxFileBytes: whole(65_536, 1_099_511_627_776)
    .default(104_857_600)
    .describe('Size from which the file is moved away, to its name with the sequence of its last record behind it.'),
  headEverySeconds: whole(1, 86_400)
    .default(60)
    .describe('Longest time between a record and the head that covers it, which is signed where there is a key.'),
  signingKey: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the private key stands (`file:PATH` or `env:NAME`) that signs heads: Ed25519, PKCS #8 in PEM. null: no signatures.',
    ),
}).describe('The audit log. Read at the start only.')
