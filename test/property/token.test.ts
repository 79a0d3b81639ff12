import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSpiffeId } from '../../src/check/peer/spiffe-id.ts'
import { readConfirmation } from '../../src/check/token/confirmation.ts'
import { readHolder } from '../../src/check/token/holder.ts'
import { readClaims } from '../../src/check/token/token-claims.ts'
import { readTokenHeader } from '../../src/check/token/token-header.ts'
import { verifyToken } from '../../src/check/token/verify-token.ts'
import { encode } from '../support/jws.ts'
import { HEADER, KEYS, makeToken, makeWorld, NOW_SECONDS, PAYLOAD, PLAN } from '../unit/check/token/token-fixture.ts'

const NOW_MS = NOW_SECONDS * 1000
const LEGACY = { ...PLAN, tokenTypes: new Set<string>(), insecureAnyTokenType: true, requiredClaims: [] }
const claimName = fc.constantFrom('sub', 'aud', 'exp', 'iat', 'nbf', 'cnf', 'jti', 'sid', 'scope', 'iss', 'auth_time')
const anyObject = fc.dictionary(fc.oneof(claimName, fc.string()), fc.jsonValue({ maxDepth: 3 }))
const asPart = (value: unknown) => encode(JSON.stringify(value))

describe('access tokens, whatever comes', () => {
  it('C9 any text is refused, never thrown upon', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.base64String())
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        expect((await verifyToken(token, makeWorld(), NOW_MS)).ok).toBe(false)
      }),
    )
  })

  it('C9 any header, claims and signature are refused, never thrown upon', async () => {
    const header = anyObject.map((more) => ({ ...HEADER, ...more }))
    const claims = anyObject.map((more) => ({ ...PAYLOAD, ...more }))
    await fc.assert(
      fc.asyncProperty(header, claims, fc.uint8Array({ minLength: 1, maxLength: 80 }), async (h, c, s) => {
        const token = `${asPart(h)}.${asPart(c)}.${Buffer.from(s).toString('base64url')}`
        expect((await verifyToken(token, makeWorld(LEGACY), NOW_MS)).ok).toBe(false)
      }),
    )
  })

  it('C5 a valid token with any one character changed is refused', async () => {
    const token = makeToken()
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), async (at, c) => {
        fc.pre(token[at] !== c)
        const changed = token.slice(0, at) + c + token.slice(at + 1)
        expect((await verifyToken(changed, makeWorld(), NOW_MS)).ok).toBe(false)
      }),
    )
  })

  it('C4 no set of signed claims throws, and what passes has an end that lies ahead', async () => {
    await fc.assert(
      fc.asyncProperty(anyObject, async (more) => {
        const token = makeToken({ payload: more, key: KEYS.issuer })
        const result = await verifyToken(token, makeWorld(LEGACY), NOW_MS)
        if (result.ok) expect(result.value.expiresAtSeconds + PLAN.clockSkewSeconds).toBeGreaterThan(NOW_SECONDS)
      }),
    )
  })

  it('C1 C4 header and claims of any shape give a value or a refusal', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        expect(typeof readTokenHeader(value, LEGACY).ok).toBe('boolean')
        expect(typeof readClaims(value, LEGACY, '').ok).toBe('boolean')
      }),
    )
  })

  it('A27 a cnf that is taken holds nothing but understood members', () => {
    const member = fc.oneof(fc.constantFrom('jkt', 'x5t#S256', 'kid', 'jwk'), fc.string())
    const hash = fc
      .uint8Array({ minLength: 31, maxLength: 33 })
      .map((bytes) => Buffer.from(bytes).toString('base64url'))
    fc.assert(
      fc.property(fc.dictionary(member, fc.oneof(hash, fc.jsonValue()), { maxKeys: 3 }), (cnf) => {
        const result = readConfirmation(cnf, new Set())
        if (!result.ok) return
        expect(Object.keys(cnf).filter((name) => name !== 'jkt' && name !== 'x5t#S256')).toEqual([])
        expect(Object.keys(cnf).length).toBeGreaterThan(0)
      }),
    )
  })

  it('C11 a mapped service account is always one SPIFFE ID of four segments in its trust domain', () => {
    const part = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.:/-]{1,12}$/))
    fc.assert(
      fc.property(part, part, (ns, sa) => {
        const rule = { kind: 'kubernetes', trustDomain: 'cluster.local' } as const
        const holder = readHolder({ sub: `system:serviceaccount:${ns}:${sa}` }, rule)
        if (holder === undefined) return
        const id = parseSpiffeId(holder)
        expect(id?.trustDomain).toBe('cluster.local')
        expect(id?.path.split('/')).toEqual(['', 'ns', ns, 'sa', sa])
      }),
    )
  })
})
