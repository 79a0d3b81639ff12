/**
 * The times of an access token (RFC 7519 §4.1.4 to §4.1.6; C4). Checked when the token is verified and again each time it
 * is remembered: a cache never makes a token live longer.
 */
import type { JsonObject } from '../codec/strict-json.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import type { VerifiedToken } from './verified-token.ts'

/** 2200-01-01 in seconds. What lies beyond is no time but a mistake: milliseconds written as seconds, an overflow. */
const MAX_TIME_SECONDS = 7_258_118_400

export type TokenTimes = Pick<
  VerifiedToken,
  'expiresAtSeconds' | 'notBeforeSeconds' | 'issuedAtSeconds' | 'authTimeSeconds'
>

/** `exp` must be there whatever the issuer's list of required claims says: a token without an end is never taken. */
export function readTimes(payload: JsonObject): Result<TokenTimes, Refusal> {
  const expiresAtSeconds = readTime(payload, 'exp')
  const notBeforeSeconds = readTime(payload, 'nbf')
  const issuedAtSeconds = readTime(payload, 'iat')
  const authTimeSeconds = readTime(payload, 'auth_time')
  if (typeof expiresAtSeconds !== 'number') return refuse('token_malformed', 'exp is missing or not a time')
  if (notBeforeSeconds === 'invalid') return refuse('token_malformed', 'nbf is not a time')
  if (issuedAtSeconds === 'invalid') return refuse('token_malformed', 'iat is not a time')
  if (authTimeSeconds === 'invalid') return refuse('token_malformed', 'auth_time is not a time')
  if (issuedAtSeconds !== undefined && issuedAtSeconds > expiresAtSeconds) {
    return refuse('token_malformed', 'iat is later than exp')
  }
  return ok({ expiresAtSeconds, notBeforeSeconds, issuedAtSeconds, authTimeSeconds })
}

/** Refuses with `token_expired` or `token_not_yet_valid`; `skewSeconds` is allowed on every side. */
export function checkTimes(times: TokenTimes, nowSeconds: number, skewSeconds: number): Result<true, Refusal> {
  // RFC 7519 §4.1.4: the present must be before exp. Written so that only a proven "before" passes.
  if (!(nowSeconds < times.expiresAtSeconds + skewSeconds)) return refuse('token_expired', 'exp has passed')
  const latest = nowSeconds + skewSeconds
  if (times.notBeforeSeconds !== undefined && times.notBeforeSeconds > latest) {
    return refuse('token_not_yet_valid', 'nbf is in the future')
  }
  if (times.issuedAtSeconds !== undefined && times.issuedAtSeconds > latest) {
    return refuse('token_not_yet_valid', 'iat is in the future')
  }
  return ok(true)
}

function readTime(payload: JsonObject, name: string): number | 'invalid' | undefined {
  if (!Object.hasOwn(payload, name)) return undefined
  const value = payload[name]
  return typeof value === 'number' && value >= 0 && value <= MAX_TIME_SECONDS ? value : 'invalid'
}
