/** Keys `store`, `scope`, `nonce` and `revocation`: what is remembered, and where. */
import * as z from 'zod'
import { secretReference, section, text, whole } from './fields.ts'

export const store = section({
  kind: z
    .enum(['memory', 'redis'])
    .default('memory')
    .describe('Where used proofs are remembered: in this process, or in Redis for several replicas.'),
  memory: section({
    maxProofs: whole(1, 100_000_000)
      .default(1_000_000)
      .describe('Live proofs kept; when full, requests are refused (`replay_store_unavailable`), never forgotten.'),
  }).describe('The embedded store.'),
  redis: section({
    url: text(redisUrlFault)
      .default('redis://127.0.0.1:6379')
      .describe(
        'Server `redis://host:port/db`, Sentinel `redis+sentinel://host:port,host:port/name`, or cluster `redis+cluster://host:port,host:port`; `rediss…` for TLS. Without user and password.',
      ),
    username: text().nullable().default(null).describe('ACL user; null for the default user.'),
    password: secretReference()
      .nullable()
      .default(null)
      .describe('Where the password stands (`file:PATH` or `env:NAME`); null for none.'),
    tls: z
      .strictObject({
        ca: text()
          .nullable()
          .default(null)
          .describe('PEM file with the CA of the servers; null for those of the system.'),
        certificate: text().nullable().default(null).describe('PEM file with our client certificate.'),
        key: text().nullable().default(null).describe('PEM file with its private key.'),
      })
      .nullable()
      .default(null)
      .describe('Files for a `rediss` URL; null for the CAs of the system and no client certificate.'),
    prefix: text((value) => (value.length > 128 ? 'is longer than 128 characters; shorten it' : undefined))
      .default('holdfast:')
      .describe('Start of every key of ours.'),
    commandTimeoutMs: whole(1, 10_000).default(20).describe('Time for one command in milliseconds.'),
  }).describe('Redis 7 or newer, or Valkey (docs/redis.md).'),
}).describe('The memory of used proofs (RFC 9449 §11.1).')

export const scope = text((value) => (value.length > 256 ? 'is longer than 256 characters; shorten it' : undefined))
  .default('default')
  .describe(
    'Enforcement scope: checkpoints with the same scope share one replay memory and one nonce; a gateway and a sidecar that both check a request need different ones.',
  )

export const nonce = section({
  secret: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the secret stands that nonces derive from (`file:PATH` or `env:NAME`): text of at least 32 bytes, the same on all replicas. null: a random one, with `store.kind: memory` only.',
    ),
  periodSeconds: whole(1, 3600)
    .default(60)
    .describe('How long one nonce is handed out; it is accepted for this and the next period (RFC 9449 §9).'),
}).describe('Nonces that the server hands out (RFC 9449 §9).')

export const revocation = section({
  file: text()
    .nullable()
    .default(null)
    .describe('File with the list of revocations, taken up within 5 s of a change; null for none.'),
  maxStalenessSeconds: whole(1, 3600)
    .default(10)
    .describe(
      'With `store.kind: redis`: how long the shared list may go without being shown to be up to date; then requests are refused with `revocation_stale`.',
    ),
}).describe('What is cut off before it expires.')

const REDIS_URL = /^rediss?(?:\+(sentinel|cluster))?:\/\/([^@/?#]+)(?:\/([^/?#]*))?$/
const REDIS_HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/

/** Each form as the adapter reads it, without a login: that would stand readable in the file. */
function redisUrlFault(value: string): string | undefined {
  const form = REDIS_URL.exec(value)
  if (form === null) {
    return value.includes('@')
      ? 'holds a user or password; write them as username and password'
      : 'is no redis URL; write redis://host:port, redis+sentinel://host:port/name or redis+cluster://host:port'
  }
  const [, kind, hosts = '', path = ''] = form
  const list = hosts.split(',')
  if (!list.every((host) => REDIS_HOST.test(host))) return 'has a host that is none; write host:port, parted by commas'
  if (kind === undefined && list.length > 1) return 'names several servers; write redis+sentinel:// or redis+cluster://'
  if (kind === undefined && !/^\d*$/.test(path)) return 'has a database that is no number; write redis://host:port/0'
  if (kind === 'sentinel' && path === '') return 'lacks the name of the master; write redis+sentinel://host:port/name'
  return kind === 'cluster' && path !== '' ? 'has a path, but clusters have no databases; leave it out' : undefined
}
