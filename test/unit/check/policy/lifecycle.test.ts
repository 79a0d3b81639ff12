import { describe, expect, it } from 'vitest'
import { checkLifecycle, recordUse } from '../../../../src/check/policy/lifecycle.ts'
import { makeSessionActivity } from '../../../../src/check/policy/session-activity.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { mapCache, routePlan } from '../../../support/check-world.ts'

const NOW = 1_800_000_000

const token: VerifiedToken = {
  sha256: 'x',
  issuer: 'i',
  subject: undefined,
  client: undefined,
  tokenId: undefined,
  sessionId: 's',
  audience: [],
  scope: undefined,
  expiresAtSeconds: NOW + 600,
  notBeforeSeconds: undefined,
  issuedAtSeconds: NOW - 100,
  authTimeSeconds: undefined,
  confirmation: { jkt: undefined, x5tS256: undefined },
  holder: undefined,
}
const route = routePlan({ token: { maxLifetimeSeconds: 700 }, session: { idleSeconds: 100, maxAgeSeconds: 1000 } })
const activity = () => makeSessionActivity(mapCache())

function reason(changes: Partial<VerifiedToken>, plan = route, used = activity(), nowMs = NOW * 1000): string {
  return checkLifecycle({ ...token, ...changes }, plan, used, nowMs)?.reason ?? 'ok'
}

describe('lifetime, age and idle time', () => {
  it('passes at each edge', () => expect(reason({})).toBe('ok'))
  it('passes without limits, even without iat', () =>
    expect(reason({ issuedAtSeconds: undefined }, routePlan())).toBe('ok'))

  it('A37 refuses a token that lives a second too long, or whose lifetime cannot be shown', () => {
    expect(reason({ expiresAtSeconds: NOW + 601 })).toBe('token_lifetime_exceeded')
    expect(reason({ issuedAtSeconds: undefined })).toBe('token_lifetime_exceeded')
  })

  it('refuses a session past its age, counted from auth_time where there is one', () => {
    expect(reason({ authTimeSeconds: NOW - 1000 })).toBe('ok')
    expect(reason({ authTimeSeconds: NOW - 1001 })).toBe('session_too_old')
  })

  it('refuses a session whose age cannot be shown', () => {
    const plan = routePlan({ session: { idleSeconds: undefined, maxAgeSeconds: 1000 } })
    expect(reason({ issuedAtSeconds: undefined }, plan)).toBe('session_too_old')
    expect(reason({ issuedAtSeconds: undefined, authTimeSeconds: NOW }, plan)).toBe('ok')
  })

  it('refuses an idle session; a token first used too late is idle too', () => {
    expect(reason({ issuedAtSeconds: NOW - 101, expiresAtSeconds: NOW + 500 })).toBe('session_idle')
  })

  it('a use keeps the session alive, counted from its last record', () => {
    const used = activity()
    recordUse(token, route, used, NOW * 1000)
    expect(reason({}, route, used, (NOW + 100) * 1000)).toBe('ok')
    expect(reason({}, route, used, (NOW + 101) * 1000)).toBe('session_idle')
  })

  it('records at most once in a tenth of the idle time', () => {
    const cache = mapCache<number>()
    const writes: number[] = []
    const used = makeSessionActivity({
      ...cache,
      set: (key, value) => {
        writes.push(value)
        cache.set(key, value)
      },
    })
    for (let ms = 0; ms <= 30_000; ms += 1000) recordUse(token, route, used, NOW * 1000 + ms)
    expect(writes).toHaveLength(4)
  })

  it('another session of the same issuer has its own clock', () => {
    const used = activity()
    recordUse(token, route, used, (NOW + 50) * 1000)
    expect(reason({ sessionId: 'other' }, route, used, (NOW + 50) * 1000)).toBe('session_idle')
  })
})
