/**
 * How long a token and its session may live on this route (step 8). Whatever cannot be shown counts against it: a token
 * without `iat` has no age that could be small enough.
 */
import { type Refusal, refusal } from '../refusal.ts'
import type { RoutePlan } from '../route-plan.ts'
import { sessionOf } from '../session.ts'
import type { VerifiedToken } from '../token/verified-token.ts'

/** Port: when sessions were last used. Bounded; what is forgotten counts from `iat` again, so forgetting only denies. */
export interface SessionActivity {
  lastUseMs(sessionKey: string): number | undefined
  /** Records a use, at most once in `everyMs`. */
  used(sessionKey: string, nowMs: number, everyMs: number): void
}

/** Uses are written down once in a tenth of the idle time: fine enough, and cheap. */
const RECORDS_PER_IDLE_TIME = 10

/** Refuses with token_lifetime_exceeded, session_too_old, session_idle. */
export function checkLifecycle(
  token: VerifiedToken,
  route: RoutePlan,
  activity: SessionActivity,
  nowMs: number,
): Refusal | undefined {
  return lifetime(token, route) ?? age(token, route, nowMs) ?? idleTime(token, route, activity, nowMs)
}

function lifetime(token: VerifiedToken, route: RoutePlan): Refusal | undefined {
  const { maxLifetimeSeconds } = route.token
  if (maxLifetimeSeconds === undefined) return undefined
  if (token.issuedAtSeconds === undefined) {
    return refusal('token_lifetime_exceeded', 'the token has no iat, its lifetime cannot be shown')
  }
  const lifetimeSeconds = token.expiresAtSeconds - token.issuedAtSeconds
  return lifetimeSeconds > maxLifetimeSeconds
    ? refusal('token_lifetime_exceeded', 'exp minus iat exceeds token.maxLifetimeSeconds')
    : undefined
}

function age(token: VerifiedToken, route: RoutePlan, nowMs: number): Refusal | undefined {
  const { maxAgeSeconds } = route.session
  if (maxAgeSeconds === undefined) return undefined
  const startSeconds = token.authTimeSeconds ?? token.issuedAtSeconds
  if (startSeconds === undefined)
    return refusal('session_too_old', 'neither auth_time nor iat: the age cannot be shown')
  return nowMs / 1000 - startSeconds > maxAgeSeconds
    ? refusal('session_too_old', 'older than session.maxAgeSeconds')
    : undefined
}

function idleTime(
  token: VerifiedToken,
  route: RoutePlan,
  activity: SessionActivity,
  nowMs: number,
): Refusal | undefined {
  const { idleSeconds } = route.session
  if (idleSeconds === undefined) return undefined
  const lastUseMs = activity.lastUseMs(sessionOf(token).key) ?? 0
  const lastActivityMs = Math.max((token.issuedAtSeconds ?? 0) * 1000, lastUseMs)
  return nowMs - lastActivityMs > idleSeconds * 1000
    ? refusal('session_idle', 'no use for session.idleSeconds')
    : undefined
}

/** To be called on each allow: keeps the last use of sessions whose route has an idle limit. */
export function recordUse(token: VerifiedToken, route: RoutePlan, activity: SessionActivity, nowMs: number): void {
  const { idleSeconds } = route.session
  if (idleSeconds === undefined) return
  activity.used(sessionOf(token).key, nowMs, (idleSeconds * 1000) / RECORDS_PER_IDLE_TIME)
}
