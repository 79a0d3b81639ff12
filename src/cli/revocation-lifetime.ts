/** How long a revocation must stand, as far as the configuration tells: as long as any token it matches can live. */
import type { RevocationKind } from '../check/revocation/revocation.ts'
import type { Config } from '../config/schema.ts'

/** These match by certificate too, and how long a certificate lives no configuration tells. */
const BY_CERTIFICATE: ReadonlySet<RevocationKind> = new Set(['certificate', 'workload', 'trust-domain'])

export type Lifetime =
  | { readonly kind: 'seconds'; readonly seconds: number }
  /** No end can be given; why, in words for the operator. */
  | { readonly kind: 'endless'; readonly why: string }

/** The longest life of a token that is issued now, in seconds, the allowed difference of clocks included. */
export function longestLife(kind: RevocationKind, config: Config): Lifetime {
  if (BY_CERTIFICATE.has(kind)) return { kind: 'endless', why: 'a certificate may live on' }
  const enforcing = config.routes.filter(({ mode }) => mode === 'enforce')
  const limits = enforcing.map(({ token }) => token.maxLifetimeSeconds)
  if (enforcing.length === 0) return { kind: 'endless', why: 'no route enforces' }
  if (limits.includes(null)) return { kind: 'endless', why: 'a route has no token.maxLifetimeSeconds' }
  const skew = Math.max(...config.issuers.map(({ clockSkewSeconds }) => clockSkewSeconds))
  // Once for `iat` ahead of us, once for `exp` behind us.
  return { kind: 'seconds', seconds: Math.max(...limits.map(Number)) + 2 * skew }
}

/** How far ahead of our clock an issuer may date a token that is in use now. */
export function furthestAhead(config: Config): number {
  return Math.max(...config.issuers.map(({ clockSkewSeconds }) => clockSkewSeconds))
}
