/**
 * The claims of an access token whose signature held (RFC 9068 §2.2, RFC 7519 §4.1) become a VerifiedToken. Every claim that
 * is used is typed and bounded, also where the issuer need not send it: a `jti` of the wrong type must not slip past a
 * revocation. Whether the audience is right is the route's question (token-for-route.ts).
 */
import type { JsonObject } from '../codec/strict-json.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import type { IssuerPlan } from '../route-plan.ts'
import { readConfirmation } from './confirmation.ts'
import { readHolder } from './holder.ts'
import { readTimes } from './token-times.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Claims that name something: an empty name names nothing. `scope` may be empty. */
const NAMES = ['sub', 'client_id', 'jti', 'sid'] as const

/**
 * Refuses with `token_malformed` (a required claim is absent, a claim has the wrong type, size or order) or
 * `binding_unsupported` (`cnf`). The times are read, not yet compared with the clock (`checkTimes`).
 */
export function readClaims(payload: JsonObject, plan: IssuerPlan, sha256: string): Result<VerifiedToken, Refusal> {
  for (const name of plan.requiredClaims) {
    if (!isPresent(payload, name)) return refuse('token_malformed', `the required claim ${name} is missing`)
  }
  for (const name of NAMES) {
    if (Object.hasOwn(payload, name) && !isName(payload[name])) {
      return refuse('token_malformed', `${name} is not a text, empty or too long`)
    }
  }
  const scope = Object.hasOwn(payload, 'scope') ? payload['scope'] : undefined
  if (scope !== undefined && !isText(scope)) return refuse('token_malformed', 'scope is not a text or too long')
  const audience = readAudience(payload)
  if (audience === undefined) return refuse('token_malformed', 'aud is not a text or a list of texts')
  const times = readTimes(payload)
  if (!times.ok) return times
  const confirmation = readConfirmation(
    Object.hasOwn(payload, 'cnf') ? payload['cnf'] : undefined,
    plan.ignoredConfirmations,
  )
  if (!confirmation.ok) return confirmation
  return ok({
    sha256,
    issuer: plan.issuer,
    subject: nameOf(payload, 'sub'),
    client: nameOf(payload, 'client_id'),
    tokenId: nameOf(payload, 'jti'),
    sessionId: nameOf(payload, 'sid'),
    audience,
    scope,
    expiresAtSeconds: times.value.expiresAtSeconds,
    notBeforeSeconds: times.value.notBeforeSeconds,
    issuedAtSeconds: times.value.issuedAtSeconds,
    authTimeSeconds: times.value.authTimeSeconds,
    confirmation: confirmation.value,
    holder: readHolder(payload, plan.holder),
  })
}

function isPresent(payload: JsonObject, name: string): boolean {
  return Object.hasOwn(payload, name) && payload[name] !== null && payload[name] !== ''
}

/** No `aud` is an empty audience, which no route accepts; undefined when it has the wrong type (RFC 7519 §4.1.3). */
function readAudience(payload: JsonObject): readonly string[] | undefined {
  if (!Object.hasOwn(payload, 'aud')) return []
  const aud = payload['aud']
  if (isName(aud)) return [aud]
  return Array.isArray(aud) && aud.length > 0 && aud.every(isName) ? aud : undefined
}

function nameOf(payload: JsonObject, name: (typeof NAMES)[number]): string | undefined {
  const value = payload[name]
  return isName(value) ? value : undefined
}

function isName(value: unknown): value is string {
  return isText(value) && value !== ''
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= LIMITS.claimBytes
}
