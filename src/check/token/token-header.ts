/**
 * The JOSE header of an access token (RFC 9068 §4; C1, C5, C6, C8, C12). Decides which algorithm and which kid may be
 * looked up, before any key is touched. `jku`, `x5u`, `jwk`, `x5c`, `x5t` are never read (C7): keys come from the
 * configured source of the issuer alone.
 */
import type { JsonObject } from '../codec/strict-json.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import type { IssuerPlan } from '../route-plan.ts'
import { OTHER_TOKEN_TYPES } from './token-types.ts'

export interface TokenHeader {
  readonly algorithm: string
  readonly kid: string | undefined
}

/**
 * Refuses with `token_malformed` (crit, b64, alg or kid that is no text), `token_type`, or `token_signature` (an
 * algorithm that the issuer may not use).
 */
export function readTokenHeader(header: JsonObject, plan: IssuerPlan): Result<TokenHeader, Refusal> {
  // RFC 7515 §4.1.11: no extension is understood here, so every crit names one too many. RFC 7797 §7: no b64 in a JWT.
  if (Object.hasOwn(header, 'crit')) return refuse('token_malformed', 'crit is not supported')
  if (Object.hasOwn(header, 'b64')) return refuse('token_malformed', 'b64 is not allowed in a JWT')
  if (!isAccessTokenType(header, plan)) return refuse('token_type', 'typ does not name an access token')

  const algorithm = header['alg']
  if (typeof algorithm !== 'string') return refuse('token_malformed', 'alg is missing or not a text')
  if (!plan.algorithms.has(algorithm)) return refuse('token_signature', 'alg is not allowed for the issuer')

  const kid = Object.hasOwn(header, 'kid') ? header['kid'] : undefined
  if (kid !== undefined && (typeof kid !== 'string' || Buffer.byteLength(kid) > LIMITS.kidBytes)) {
    return refuse('token_malformed', 'kid is not a text or too long')
  }
  return ok({ algorithm, kid })
}

function isAccessTokenType(header: JsonObject, plan: IssuerPlan): boolean {
  if (!Object.hasOwn(header, 'typ')) return plan.insecureAnyTokenType
  const type = readMediaType(header['typ'])
  if (type === undefined || OTHER_TOKEN_TYPES.has(type)) return false
  if (plan.tokenTypes.has(type)) return true
  // An issuer that predates RFC 9068 writes `JWT` or a word of its own. A structured suffix is explicit typing
  // (RFC 8725 §3.11): it names a kind, and where it is not ours it is another one, whether we know it or not.
  return plan.insecureAnyTokenType && (type === 'at+jwt' || !type.includes('+'))
}

/** Lower case, without the optional `application/` (RFC 7515 §4.1.9); undefined when it is no ASCII text. */
function readMediaType(typ: unknown): string | undefined {
  if (typeof typ !== 'string' || !/^[\x21-\x7e]+$/.test(typ)) return undefined
  const type = typ.toLowerCase()
  return type.startsWith('application/') ? type.slice('application/'.length) : type
}
