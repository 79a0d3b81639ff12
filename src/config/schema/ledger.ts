/** Keys `ledger` and `console`: what is remembered of sessions, and who may look at it. */
import { isIP } from 'node:net'
import * as z from 'zod'
import { parseSpiffePattern } from '../../check/peer/spiffe-id.ts'
import { INCIDENT_CLASSES } from '../../ledger/incident.ts'
import { listOf, secretReference, section, text, whole } from './fields.ts'

const containment = z
  .strictObject({
    classes: listOf(z.enum(INCIDENT_CLASSES)).min(1).describe('Which incidents; only proven ones count.'),
    routes: listOf(text()).nullable().default(null).describe('On which routes, by name; null: all.'),
    revoke: z.enum(['session', 'key', 'subject']).describe('What is cut off.'),
    forSeconds: whole(1, 31_536_000).describe('For how long.'),
  })
  .describe('One rule of automatic containment.')

const sharing = z
  .strictObject({
    clients: listOf(text()).nullable().default(null).describe('Of these clients (`client_id`); null: any.'),
    peers: listOf(text(patternFault))
      .default([])
      .describe('SPIFFE IDs, or prefixes ending in `/*`, that count as one holder.'),
    addresses: listOf(text(networkFault))
      .default([])
      .describe('Networks (CIDR) whose addresses count as one: NAT, a proxy.'),
  })
  .refine(
    ({ peers, addresses }) => peers.length + addresses.length > 0,
    'names nobody who shares; list peers or addresses',
  )
  .describe('Senders that share sessions on purpose.')

export const ledger = section({
  enabled: z.boolean().default(true).describe('Whether sessions and incidents are remembered (docs/ledger.md).'),
  secret: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the secret stands (`file:PATH` or `env:NAME`) that keys the hashes in the ledger, the same on every replica, at least 32 bytes; null: derived from `nonce.secret`, so that a new one of those makes old tokens unfindable.',
    ),
  subjects: z.enum(['plain', 'hashed']).default('plain').describe('How the subject of a token stands in the ledger.'),
  retentionSeconds: whole(60, 31_536_000)
    .default(604_800)
    .describe('How long a session is remembered after its last use, and an incident after it happened.'),
  maxSessions: whole(100, 10_000_000)
    .default(1_000_000)
    .describe('Sessions in Redis; beyond it those used once go first. The embedded ledger keeps 10,000 at most.'),
  createdWithinSeconds: whole(1, 86_400)
    .default(60)
    .describe('First use within this time of `iat`, by the holder, counts as created here.'),
  concurrentWindowSeconds: whole(1, 86_400)
    .default(300)
    .describe('Two holders of one session or key within this time are concurrent use.'),
  sharing: z.array(sharing).default([]).describe('Who may share sessions without being suspected.'),
  containment: z
    .array(containment)
    .default([])
    .describe('What is revoked by itself on proven incidents; empty: nothing.'),
  maxContainmentsPerMinute: whole(1, 1000)
    .default(5)
    .describe('Brake of containment, for each process; beyond it incidents are only told.'),
}).describe('The ledger of sessions and incidents. Read at the start only.')

export const console = section({
  enabled: z.boolean().default(false).describe('Whether `/console` is served on the admin listener (docs/console.md).'),
  secret: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the secret stands (`file:PATH` or `env:NAME`) that opens it: as `Authorization: Bearer`, or as the password that a browser asks for. Needed unless `admin.tls.clientCa` is set.',
    ),
}).describe('The console: a page for incident responders, read-only. Read at the start only.')

function patternFault(value: string): string | undefined {
  return parseSpiffePattern(value) === undefined
    ? 'is no SPIFFE ID and no prefix that ends in /*; write spiffe://example.org/ns/jobs/*'
    : undefined
}

function networkFault(value: string): string | undefined {
  const [address = '', bits = '', ...more] = value.split('/')
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  const good = version !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest
  return good ? undefined : 'is no network; write it as CIDR, such as 203.0.113.0/24 or 2001:db8::/32'
}
