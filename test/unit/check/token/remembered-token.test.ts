import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type TokenResult, verifyToken } from '../../../../src/check/token/verify-token.ts'
import { KEYS, makeToken, makeWorld, NOW_SECONDS, PAYLOAD, PLAN, type TokenWorld } from './token-fixture.ts'

const NOW_MS = NOW_SECONDS * 1000

/** The answer when it comes at once, as it must for a remembered token. */
function atOnce(text: string, world: TokenWorld, nowMs: number): TokenResult {
  const result = verifyToken(text, world, nowMs)
  if (result instanceof Promise) throw new Error('not remembered')
  return result
}

async function rememberedWorld(text: string): Promise<TokenWorld> {
  const world = makeWorld()
  expect((await verifyToken(text, world, NOW_MS)).ok).toBe(true)
  return world
}

describe('a remembered token', () => {
  it('is answered at once, without a key being looked up', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    const first = await verifyToken(text, makeWorld(), NOW_MS)
    expect(atOnce(text, world, NOW_MS)).toEqual(first)
    expect(world.keys.lookups).toHaveLength(1)
    expect(world.cacheUses).toEqual(['token miss', 'token hit'])
  })

  it('C4 expires though it is remembered', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    const last = atOnce(text, world, (PAYLOAD.exp + PLAN.clockSkewSeconds) * 1000 - 1)
    const past = atOnce(text, world, (PAYLOAD.exp + PLAN.clockSkewSeconds) * 1000)
    expect(last.ok).toBe(true)
    expect(!past.ok && past.error.reason).toBe('token_expired')
  })

  it('C4 is not yet valid when the clock steps back behind its iat', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    const result = atOnce(text, world, (PAYLOAD.iat - PLAN.clockSkewSeconds - 1) * 1000)
    expect(!result.ok && result.error.reason).toBe('token_not_yet_valid')
  })

  it('C14 dies with its key', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    world.keys.publish(PAYLOAD.iss, [{ kid: 'k1', publicKey: KEYS.attacker.publicKey }])
    const result = await verifyToken(text, world, NOW_MS)
    expect(!result.ok && result.error.reason).toBe('token_signature')
    expect(world.cacheUses.at(-1)).toBe('token miss')
    expect(world.remembered.get(hash('sha256', text))).toBeUndefined()
  })

  it('C14 survives a refresh that keeps its key', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    world.keys.publish(PAYLOAD.iss, [
      { kid: 'k0', publicKey: KEYS.attacker.publicKey },
      { kid: 'k1', publicKey: KEYS.issuer.publicKey },
    ])
    expect(atOnce(text, world, NOW_MS).ok).toBe(true)
  })

  it('is verified afresh when the settings of its issuer changed', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    world.issuers.set(PAYLOAD.iss, { ...PLAN, requiredClaims: ['tenant'] })
    const result = await verifyToken(text, world, NOW_MS)
    expect(!result.ok && result.error.reason).toBe('token_malformed')
  })

  it('is refused when its issuer is no longer configured', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    world.issuers.delete(PAYLOAD.iss)
    const result = await verifyToken(text, world, NOW_MS)
    expect(!result.ok && result.error.reason).toBe('issuer_untrusted')
  })

  it('C19 is found by its exact bytes only', async () => {
    const text = makeToken()
    const world = await rememberedWorld(text)
    const result = await verifyToken(`${text}=`, world, NOW_MS)
    expect(!result.ok && result.error.reason).toBe('token_malformed')
    expect(world.cacheUses.at(-1)).toBe('token miss')
  })

  it('is not kept when it was refused', async () => {
    const world = makeWorld()
    const kept: string[] = []
    const watched = { ...world, remembered: { ...world.remembered, set: (key: string) => void kept.push(key) } }
    await verifyToken(makeToken({ key: KEYS.attacker }), watched, NOW_MS)
    await verifyToken(makeToken({ payload: { exp: NOW_SECONDS - 60, iat: 0 } }), watched, NOW_MS)
    await verifyToken(makeToken({ payload: { cnf: {} } }), watched, NOW_MS)
    expect(kept).toEqual([])
    await verifyToken(makeToken(), watched, NOW_MS)
    expect(kept).toHaveLength(1)
  })
})
