/** What a route requires beyond a binding: who may call, and with which scopes. */
import type { Peer } from '../peer/peer.ts'
import { matchesPattern } from '../peer/spiffe-id.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { RoutePlan } from '../route-plan.ts'
import type { VerifiedToken } from '../token/verified-token.ts'

/** Refuses with peer_untrusted (D7: whole IDs or whole path segments). */
export function checkRequiredPeer(peer: Peer, route: RoutePlan): Refusal | undefined {
  const { peers } = route.require
  if (peers.length === 0) return undefined
  const { spiffeId } = peer
  if (spiffeId === undefined) return refusal('peer_untrusted', 'require.peers is set and the peer shows no SPIFFE ID')
  const listed = peers.some((pattern) => matchesPattern(spiffeId, pattern))
  return listed ? undefined : refusal('peer_untrusted', 'the peer is not in require.peers')
}

/** Refuses with scope_insufficient (RFC 6750 §3.1). Scope values are case-sensitive, parted by spaces (RFC 6749 §3.3). */
export function checkScopes(token: VerifiedToken, route: RoutePlan): Refusal | undefined {
  const { scopes } = route.require
  if (scopes.length === 0) return undefined
  const granted = new Set(token.scope?.split(' '))
  return scopes.every((scope) => granted.has(scope))
    ? undefined
    : refusal('scope_insufficient', 'a required scope is missing')
}
