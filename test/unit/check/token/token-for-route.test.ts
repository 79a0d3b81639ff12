import { describe, expect, it } from 'vitest'
import { checkAudience, checkIssuerAllowed } from '../../../../src/check/token/token-for-route.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { verifyToken } from '../../../../src/check/token/verify-token.ts'
import { makeToken, makeWorld, NOW_SECONDS, OTHER_ISSUER, PAYLOAD } from './token-fixture.ts'

const ROUTE = { audiences: new Set(['https://api.example.com', 'https://alias.example.com']) }

async function tokenWith(payload: object): Promise<VerifiedToken> {
  const result = await verifyToken(makeToken({ payload }), makeWorld(), NOW_SECONDS * 1000)
  if (!result.ok) throw new Error(result.error.detail)
  return result.value
}

describe('checkAudience', () => {
  const cases: [string, unknown, boolean][] = [
    ['the audience of the route', 'https://api.example.com', true],
    ['the other audience of the route', 'https://alias.example.com', true],
    ['a list with us', ['https://x.example', 'https://api.example.com'], true],
    ['a list without us', ['https://x.example', 'https://y.example'], false],
    ['another API', 'https://x.example', false],
    ['the audience of the next hop', 'https://upstream.example.com', false],
    ['a beginning of ours', 'https://api.example.co', false],
    ['ours with more behind', 'https://api.example.com/', false],
    ['ours in other case', 'https://API.example.com', false],
    ['absent', undefined, false],
  ]
  for (const [title, aud, passes] of cases) {
    it(`C3 aud is ${title}: ${passes ? 'ok' : 'audience_mismatch'}`, async () => {
      const result = checkAudience(await tokenWith({ aud }), ROUTE)
      expect(result.ok ? 'ok' : result.error.reason).toBe(passes ? 'ok' : 'audience_mismatch')
    })
  }
})

describe('checkIssuerAllowed', () => {
  it('C2 takes every configured issuer where the route lists none', async () => {
    expect(checkIssuerAllowed(await tokenWith({}), { issuers: undefined }).ok).toBe(true)
  })

  it('C2 takes an issuer of the list and refuses one that is not on it', async () => {
    const token = await tokenWith({})
    const other = checkIssuerAllowed(token, { issuers: new Set([OTHER_ISSUER]) })
    expect(checkIssuerAllowed(token, { issuers: new Set([PAYLOAD.iss]) }).ok).toBe(true)
    expect(!other.ok && other.error.reason).toBe('issuer_untrusted')
  })

  it('C2 an empty list takes none', async () => {
    expect(checkIssuerAllowed(await tokenWith({}), { issuers: new Set() }).ok).toBe(false)
  })
})
