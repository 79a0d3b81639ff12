/**
 * The shared secret by which Envoy shows that it is our Envoy (`server.clientSecret`): gRPC metadata that Envoy adds to each
 * Check, so that not any pod may ask for verdicts.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Metadata } from '@grpc/grpc-js'

export const CLIENT_SECRET_KEY = 'x-holdfast-client-secret'

/**
 * True when no secret is demanded, or exactly one value came and it is the secret. Digests are compared, in constant time:
 * neither length nor content can be felt out.
 */
export function knowsClientSecret(metadata: Metadata, secret: string | undefined): boolean {
  if (secret === undefined) return true
  const values = metadata.get(CLIENT_SECRET_KEY)
  const value = values[0]
  if (values.length !== 1 || typeof value !== 'string') return false
  return timingSafeEqual(hash('sha256', value, 'buffer'), hash('sha256', secret, 'buffer'))
}
