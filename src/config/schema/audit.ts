/** Key `audit`: the hash-chained log of decisions and incidents. */
import * as z from 'zod'
import { secretReference, section, text, urlFault, whole } from './fields.ts'

const otlp = z
  .strictObject({
    endpoint: text((value) => urlFault(value, ['http', 'https'])).describe(
      'Where log records go by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/logs`.',
    ),
  })
  .nullable()
  .default(null)
  .describe('The same records for an OpenTelemetry collector, without the chain; null for none.')

export const audit = section({
  file: text((value) => (value === '-' ? 'is standard output: set audit.stdout: true, or name a file' : undefined))
    .nullable()
    .default(null)
    .describe('File of the audit log (docs/audit.md), appended to; null for none. Needs `server.workers: 1`.'),
  stdout: z
    .boolean()
    .default(false)
    .describe(
      'Whether the audit log stands on standard output too, between the lines of the log, as a chain of its own. Needs `server.workers: 1`.',
    ),
  otlp,
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
