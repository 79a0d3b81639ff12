/**
 * An access token in JWT form (RFC 9068 §4): form, type, issuer, key, signature, claims, times, in that order, each an
 * early refusal. What was verified once is remembered by the SHA-256 of the exact bytes, as public facts only.
 * Audience, route, binding, revocation and replay are not decided here.
 */
import { hash } from 'node:crypto'
import type { Cache } from '../cache.ts'
import { readCompactJws } from '../codec/compact-jws.ts'
import type { JsonObject } from '../codec/strict-json.ts'
import type { CheckObserver } from '../observer.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import type { IssuerPlan } from '../route-plan.ts'
import type { IssuerKey, IssuerKeys } from './issuer-keys.ts'
import { readClaims } from './token-claims.ts'
import { readTokenHeader } from './token-header.ts'
import { checkTimes } from './token-times.ts'
import type { VerifiedToken } from './verified-token.ts'
import { verifySignature } from './verify-signature.ts'

/** One verified token, with what it was verified by: it is forgotten when either is no longer the one in force. */
export interface RememberedToken {
  readonly token: VerifiedToken
  readonly key: IssuerKey
  readonly plan: IssuerPlan
}

export interface TokenDeps {
  readonly issuers: ReadonlyMap<string, IssuerPlan>
  readonly keys: IssuerKeys
  readonly remembered: Cache<RememberedToken>
  readonly observer: Pick<CheckObserver, 'cacheUsed'>
}

export type TokenResult = Result<VerifiedToken, Refusal>

/**
 * Verifies the token text as it stood in the request. Answers at once where no key has to be asked for: a remembered
 * token, or a form that is refused. Refuses with `token_malformed`, `issuer_untrusted`, `token_type`, `token_signature`,
 * `keys_unavailable`, `binding_unsupported`, `token_expired`, `token_not_yet_valid`. The caller must still ask
 * `checkIssuerAllowed` and `checkAudience` for its route.
 */
export function verifyToken(text: string, deps: TokenDeps, nowMs: number): TokenResult | Promise<TokenResult> {
  if (text.length > LIMITS.authorizationBytes) return refuse('token_malformed', 'the token is too long')
  const sha256 = hash('sha256', text, 'hex')
  const remembered = recall(sha256, deps)
  deps.observer.cacheUsed('token', remembered === undefined ? 'miss' : 'hit')
  if (remembered !== undefined) return withTimes(remembered.token, remembered.plan, nowMs)

  const jws = readCompactJws(text)
  if (jws === undefined) return refuse('token_malformed', 'not a compact JWS of strict base64url and JSON')
  const issuer = Object.hasOwn(jws.payload, 'iss') ? jws.payload['iss'] : undefined
  if (typeof issuer !== 'string') return refuse('token_malformed', 'iss is missing or not a text')
  // RFC 9068 §4: compared exactly. Unverified up to here, it only selects among the configured issuers (C2).
  const plan = deps.issuers.get(issuer)
  if (plan === undefined) return refuse('issuer_untrusted', 'iss is not a configured issuer')
  const header = readTokenHeader(jws.header, plan)
  if (!header.ok) return header
  // RFC 8417 §2.2: `events` makes a security event token. Where typ need not say so, the claim does (logout tokens, C12).
  if (plan.insecureAnyTokenType && Object.hasOwn(jws.payload, 'events')) {
    return refuse('token_type', 'a security event token, by its claims')
  }
  return verifyFresh({ text, sha256, plan, payload: jws.payload, ...header.value }, deps, nowMs)
}

interface FreshToken {
  readonly text: string
  readonly sha256: string
  readonly plan: IssuerPlan
  readonly payload: JsonObject
  readonly algorithm: string
  readonly kid: string | undefined
}

async function verifyFresh(fresh: FreshToken, deps: TokenDeps, nowMs: number): Promise<TokenResult> {
  const { plan, kid, algorithm, sha256 } = fresh
  const found = await deps.keys.find(plan.issuer, kid, algorithm)
  if (found.kind === 'unavailable') return refuse('keys_unavailable', found.detail)
  // C6: an exact look-up finds one key or none. Without a kid one key must be the only one that fits; none is tried in turn.
  const [key, ...others] = found.keys
  if (key === undefined) return refuse('token_signature', 'no key of the issuer fits kid and alg')
  if (others.length > 0) return refuse('token_signature', 'more than one key of the issuer fits')
  const signature = await verifySignature(fresh.text, key, algorithm)
  if (!signature.ok) return signature

  const claims = readClaims(fresh.payload, plan, sha256)
  if (!claims.ok) return claims
  const verified = withTimes(claims.value, plan, nowMs)
  if (verified.ok) deps.remembered.set(sha256, { token: verified.value, key, plan })
  return verified
}

/** A remembered token, unless its key left the set or its issuer was configured anew: then it is verified afresh. */
function recall(sha256: string, deps: TokenDeps): RememberedToken | undefined {
  const found = deps.remembered.get(sha256)
  if (found === undefined) return undefined
  if (deps.issuers.get(found.plan.issuer) === found.plan && deps.keys.isCurrent(found.key)) return found
  deps.remembered.delete(sha256)
  return undefined
}

function withTimes(token: VerifiedToken, plan: IssuerPlan, nowMs: number): TokenResult {
  const times = checkTimes(token, nowMs / 1000, plan.clockSkewSeconds)
  return times.ok ? ok(token) : times
}
