import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alsoTold } from '../../../src/app/also-told.ts'
import { type LiveSessions, makeLiveSessions } from '../../../src/app/live-sessions.ts'
import type { Decision, Findings } from '../../../src/check/decision.ts'
import { refusal } from '../../../src/check/refusal.ts'
import { combineRevocationLists } from '../../../src/check/revocation/combined-list.ts'
import type { Revocation, RevocationKind } from '../../../src/check/revocation/revocation.ts'
import { buildRevocationIndex } from '../../../src/check/revocation/revocation-index.ts'
import type { VerifiedToken } from '../../../src/check/token/verified-token.ts'
import { revocation } from '../../contract/revocation-list-cases.ts'
import { decision, event, TOKEN } from '../../support/decisions.ts'

const START_MS = 1_800_000_000_000
const MINUTE_MS = 60_000
const NOTHING = combineRevocationLists([])

interface World {
  nowMs: number
  readonly sessions: LiveSessions
  allow(token?: Partial<VerifiedToken>, changes?: Partial<Findings> & { mode?: Decision['mode'] }): void
  reach(kind: RevocationKind, value: string, changes?: Partial<Revocation>): Promise<string>
}

/** Tokens live for a day; `reach` tells "matched of live". */
function makeWorld(): World {
  let nowMs = START_MS
  const sessions = makeLiveSessions(() => nowMs)
  return {
    get nowMs() {
      return nowMs
    },
    set nowMs(ms) {
      nowMs = ms
    },
    sessions,
    allow: (token = {}, changes = {}) =>
      sessions.seen(event(decision(undefined, { token: tokenOf(token), nowMs, ...changes }))),
    async reach(kind, value, changes = {}) {
      const { matched, live } = await sessions.reachOf(revocation(kind, value, changes), NOTHING)
      return `${matched} of ${live}`
    },
  }
}

/** The hash and the session have the number of the token, unless given. */
function tokenOf({ tokenId = '1', ...changes }: Partial<VerifiedToken>): VerifiedToken {
  const expiresAtSeconds = START_MS / 1000 + 86_400
  return { ...TOKEN, sha256: `hash-${tokenId}`, tokenId, sessionId: `sid-${tokenId}`, expiresAtSeconds, ...changes }
}

describe('what a revocation would cut off', () => {
  it.each<[RevocationKind, string]>([
    ['session', 'sid-1'],
    ['token', 'hash-1'],
    ['key', 'thumbprint-1'],
    ['certificate', 'certificate-1'],
    ['workload', 'spiffe://one.example/ns/a/sa/b'],
    ['workload', 'spiffe://one.example/ns/a/*'],
    ['trust-domain', 'one.example'],
    ['subject', 'subject-1'],
    ['client', 'client-1'],
  ])('by %s %s: the one of two sessions that it names', async (kind, value) => {
    const world = makeWorld()
    const peer = {
      spiffeId: 'spiffe://one.example/ns/a/sa/b',
      certificateThumbprint: 'certificate-1',
      certificateNotBeforeSeconds: START_MS / 1000 - 60,
      certificateIssuerSerial: undefined,
    }
    const confirmation = { jkt: 'thumbprint-1', x5tS256: undefined }
    world.allow({ tokenId: '1', subject: 'subject-1', client: 'client-1', confirmation }, { peer })
    world.allow({ tokenId: '2', client: 'client-2' })
    expect(await world.reach(kind, value)).toBe('1 of 2')
  })

  it('by issuer: all of it, but those of another one', async () => {
    const world = makeWorld()
    for (let i = 0; i < 20; i++) world.allow({ tokenId: String(i) })
    world.allow({ tokenId: 'x', issuer: 'https://other.example.com' })
    expect(await world.reach('issuer', TOKEN.issuer)).toBe('20 of 21')
    expect(await world.reach('issuer', 'https://nobody.example.com')).toBe('0 of 21')
  })

  it('counts a session once, by its last token', async () => {
    const world = makeWorld()
    const sessionId = 'sid'
    world.allow({ tokenId: '1', sessionId, issuedAtSeconds: START_MS / 1000 - 600 })
    world.nowMs += 1_000
    world.allow({ tokenId: '2', sessionId, issuedAtSeconds: START_MS / 1000 })
    expect(await world.reach('session', sessionId)).toBe('1 of 1')
    const before = { issuedBeforeSeconds: START_MS / 1000 - 300 }
    expect(await world.reach('session', sessionId, before)).toBe('0 of 1')
    world.nowMs += 1_000
    world.allow({ tokenId: '1', sessionId, issuedAtSeconds: START_MS / 1000 - 600 })
    expect(await world.reach('session', sessionId, before)).toBe('1 of 1')
  })

  it('goes by the peer of the last request', async () => {
    const world = makeWorld()
    const peer = (spiffeId: string) => ({
      ...{ certificateThumbprint: undefined, certificateNotBeforeSeconds: undefined },
      ...{ certificateIssuerSerial: undefined, spiffeId },
    })
    world.allow({}, { peer: peer('spiffe://one.example/a') })
    world.allow({}, { peer: peer('spiffe://two.example/b') })
    expect(await world.reach('trust-domain', 'one.example')).toBe('0 of 1')
    expect(await world.reach('trust-domain', 'two.example')).toBe('1 of 1')
  })

  it('leaves out what is cut off already', async () => {
    const world = makeWorld()
    for (const tokenId of ['1', '2', '3']) world.allow({ tokenId })
    const inForce = buildRevocationIndex([revocation('session', 'sid-1')], START_MS / 1000)
    const all = await world.sessions.reachOf(revocation('issuer', TOKEN.issuer), inForce)
    expect(all).toMatchObject({ matched: 2, live: 2 })
  })

  it('tells for how long it has watched', async () => {
    const world = makeWorld()
    world.nowMs += 90_000
    const { watchedSeconds } = await world.sessions.reachOf(revocation('session', 's'), NOTHING)
    expect(watchedSeconds).toBe(90)
    world.nowMs = START_MS - 5_000
    const setBack = await world.sessions.reachOf(revocation('session', 's'), NOTHING)
    expect(setBack.watchedSeconds).toBe(0)
  })

  it('holds nothing but counts', async () => {
    const world = makeWorld()
    world.allow()
    const reach = await world.sessions.reachOf(revocation('session', 'sid-1'), NOTHING)
    expect(Object.values(reach).every((value) => typeof value === 'number')).toBe(true)
  })
})

describe('a live session', () => {
  it.each<[string, Parameters<World['allow']>, string]>([
    ['was allowed', [{}], '1 of 1'],
    ['is not one on a route that observes', [{}, { mode: 'observe' }], '0 of 0'],
    ['is not one on a route that is off', [{}, { mode: 'off' }], '0 of 0'],
    ['is not one without a token', [{}, { token: undefined }], '0 of 0'],
  ])('%s', async (_name, args, expected) => {
    const world = makeWorld()
    world.allow(...args)
    expect(await world.reach('issuer', TOKEN.issuer)).toBe(expected)
  })

  it.each(['enforce', 'observe'] as const)('is not one that is refused, mode %s', async (mode) => {
    const world = makeWorld()
    const findings = { token: tokenOf({}), nowMs: START_MS, mode }
    world.sessions.seen(event(decision(refusal('session_idle', 'no use'), findings)))
    expect(await world.reach('issuer', TOKEN.issuer)).toBe('0 of 0')
  })

  it('is one until 15 minutes after its last use', async () => {
    const world = makeWorld()
    world.allow()
    world.nowMs += 10 * MINUTE_MS
    world.allow()
    world.nowMs += 15 * MINUTE_MS
    expect(await world.reach('issuer', TOKEN.issuer)).toBe('1 of 1')
    world.nowMs += 1
    expect(await world.reach('issuer', TOKEN.issuer)).toBe('0 of 0')
  })

  it('is one until its token expires', async () => {
    const world = makeWorld()
    world.allow({ expiresAtSeconds: START_MS / 1000 + 60 })
    world.nowMs += MINUTE_MS - 1
    expect(await world.reach('issuer', TOKEN.issuer)).toBe('1 of 1')
    world.nowMs += 1
    expect(await world.reach('issuer', TOKEN.issuer)).toBe('0 of 0')
  })
})

describe('the memory of live sessions', () => {
  const live = async (world: World): Promise<number> => Number((await world.reach('session', 'none')).split(' ').at(-1))

  it('holds 5,000 at least and 10,000 at most, the latest ones', async () => {
    const world = makeWorld()
    for (let i = 0; i < 5_000; i++) world.allow({ tokenId: String(i) })
    expect(await live(world)).toBe(5_000)
    for (let i = 5_000; i < 23_000; i++) world.allow({ tokenId: String(i) })
    expect(await live(world)).toBeLessThanOrEqual(10_000)
    expect(await live(world)).toBeGreaterThanOrEqual(5_000)
    expect(await world.reach('session', 'sid-22999')).toMatch(/^1 of/)
    expect(await world.reach('session', 'sid-0')).toMatch(/^0 of/)
  })

  it('keeps what is in use while others come and go', async () => {
    const world = makeWorld()
    for (let i = 0; i < 20_000; i++) {
      world.allow({ tokenId: String(i) })
      if (i % 1_000 === 0) world.allow({ tokenId: 'steady' })
    }
    expect(await world.reach('session', 'sid-steady')).toMatch(/^1 of/)
  })

  it('lets go of what was idle for two generations, also when it is not full', async () => {
    const world = makeWorld()
    world.allow({ tokenId: 'idle' })
    for (let i = 0; i < 3; i++) {
      world.nowMs += 16 * MINUTE_MS
      world.allow({ tokenId: String(i) })
    }
    world.nowMs = START_MS
    expect(await world.reach('session', 'sid-idle')).toMatch(/^0 of/)
  })

  it('counts as the naive list of last requests would, whatever came in which order', async () => {
    const step = fc.record({
      tokenId: fc.constantFrom('1', '2', '3', '4', '5'),
      sessionId: fc.constantFrom('a', 'b', undefined),
      subject: fc.constantFrom('ada', 'grace'),
      afterMs: fc.integer({ min: 0, max: 6 * MINUTE_MS }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const world = makeWorld()
        const last = new Map<string, { subject: string; usedMs: number }>()
        for (const { tokenId, sessionId, subject, afterMs } of steps) {
          world.nowMs += afterMs
          // The same text always has the same claims.
          const name = `${tokenId}-${sessionId}-${subject}`
          world.allow({ tokenId: name, sessionId, subject })
          last.set(sessionId ?? name, { subject, usedMs: world.nowMs })
        }
        const inUse = [...last.values()].filter(({ usedMs }) => world.nowMs - usedMs <= 15 * MINUTE_MS)
        const matched = inUse.filter(({ subject }) => subject === 'ada').length
        expect(await world.reach('subject', 'ada')).toBe(`${matched} of ${inUse.length}`)
      }),
    )
  })
})

describe('alsoTold', () => {
  it('tells both of each decision, and the cache to the observer alone', async () => {
    const told: string[] = []
    const world = makeWorld()
    const observer = alsoTold(
      {
        decided: ({ decision: { id } }) => void told.push(id),
        cacheUsed: (cache) => void told.push(cache),
      },
      { decided: world.sessions.seen },
    )
    observer.decided(event(decision(undefined, { token: tokenOf({}) })))
    observer.cacheUsed('token', 'hit')
    expect(told).toEqual(['d1', 'token'])
    expect(await world.reach('session', 'sid-1')).toBe('1 of 1')
  })
})
