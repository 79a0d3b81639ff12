/** Keys `store`, `scope`, `nonce` and `revocation`: what is remembered, and where. */
import * as z from 'zod'
import { secretReference, section, text, urlFault, whole } from './fields.ts'

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
    url: text((value) => redisUrlFault(value))
      .default('redis://127.0.0.1:6379')
      .describe('Server: `redis://host:port/db`, or `rediss://` for TLS.'),
    prefix: text((value) => (value.length > 128 ? 'is longer than 128 characters; shorten it' : undefined))
      .default('holdfast:')
      .describe('Start of every key of ours.'),
    commandTimeoutMs: whole(1, 10_000).default(20).describe('Time for one command in milliseconds.'),
  }).describe('Redis or Valkey.'),
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
}).describe('What is cut off before it expires.')

function redisUrlFault(value: string): string | undefined {
  return urlFault(value, ['redis', 'rediss'])
}
