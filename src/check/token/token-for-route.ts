/**
 * Whether a verified token may be used on this route at all: its audience and its issuer. Asked on every request, never
 * remembered with the token. The route chooses the audience, never the request (C3).
 */
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import type { RoutePlan } from '../route-plan.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Refuses with `audience_mismatch` unless one audience of the token equals one of the route, compared whole. */
export function checkAudience(token: VerifiedToken, route: Pick<RoutePlan, 'audiences'>): Result<true, Refusal> {
  if (token.audience.some((audience) => route.audiences.has(audience))) return ok(true)
  const detail = token.audience.length === 0 ? 'the token names no audience' : 'aud names other services only'
  return refuse('audience_mismatch', detail)
}

/** Refuses with `issuer_untrusted` when the route lists issuers and the token's is not among them. */
export function checkIssuerAllowed(token: VerifiedToken, route: Pick<RoutePlan, 'issuers'>): Result<true, Refusal> {
  if (route.issuers === undefined || route.issuers.has(token.issuer)) return ok(true)
  return refuse('issuer_untrusted', 'the issuer is not one of this route')
}
