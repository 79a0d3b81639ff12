import { describe, expect, it } from 'vitest'
import { sessionOf } from '../../../src/check/session.ts'
import type { VerifiedToken } from '../../../src/check/token/verified-token.ts'

function session(changes: Partial<VerifiedToken>) {
  return sessionOf({ issuer: 'i', sha256: 'h', sessionId: undefined, tokenId: undefined, ...changes } as VerifiedToken)
}

describe('which session a token belongs to', () => {
  it('its sid, else its jti, else its hash', () => {
    expect(session({ sessionId: 's', tokenId: 't' }).id).toBe('s')
    expect(session({ tokenId: 't' }).id).toBe('t')
    expect(session({}).id).toBe('h')
  })

  it('keys of different kinds and issuers never meet', () => {
    const keys = [
      session({ sessionId: 'x' }),
      session({ tokenId: 'x' }),
      session({ sha256: 'x' }),
      session({ sessionId: 'x', issuer: 'j' }),
      session({ tokenId: 'x', issuer: 'j' }),
    ].map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('tokens of one sid are one session', () => {
    expect(session({ sessionId: 's', tokenId: 'a' }).key).toBe(session({ sessionId: 's', tokenId: 'b' }).key)
  })
})
