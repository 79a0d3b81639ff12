import { describe, expect, it } from 'vitest'
import { verifyToken } from '../../../../src/check/token/verify-token.ts'
import { serve, startJwksServer } from '../../../support/jwks-server.ts'
import { TOKEN_CASES } from './token-cases.ts'
import {
  CERTIFICATE_HASH,
  KEYS,
  makeToken,
  makeWorld,
  NOW_SECONDS,
  OTHER_ISSUER,
  PAYLOAD,
  THUMBPRINT,
} from './token-fixture.ts'

const NOW_MS = NOW_SECONDS * 1000

describe('verifyToken, one thing wrong at a time', () => {
  for (const { requirement, title, token, plan, expected } of TOKEN_CASES) {
    it(`${requirement} ${title}: ${expected}`, async () => {
      const world = makeWorld(plan)
      const result = await verifyToken(token(), world, NOW_MS)
      expect(result.ok ? 'ok' : result.error.reason).toBe(expected)
    })
  }
})

describe('verifyToken, what it tells', () => {
  it('tells the facts of a valid token', async () => {
    const cnf = { jkt: THUMBPRINT, 'x5t#S256': CERTIFICATE_HASH }
    const text = makeToken({ payload: { cnf, sid: 's1', nbf: NOW_SECONDS - 20, auth_time: NOW_SECONDS - 90 } })
    const result = await verifyToken(text, makeWorld(), NOW_MS)
    expect(result).toEqual({
      ok: true,
      value: {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        issuer: PAYLOAD.iss,
        subject: 'user-1',
        client: 'client-1',
        tokenId: 'token-1',
        sessionId: 's1',
        audience: [PAYLOAD.aud],
        scope: 'read write',
        expiresAtSeconds: PAYLOAD.exp,
        notBeforeSeconds: NOW_SECONDS - 20,
        issuedAtSeconds: PAYLOAD.iat,
        authTimeSeconds: NOW_SECONDS - 90,
        confirmation: { jkt: THUMBPRINT, x5tS256: CERTIFICATE_HASH },
        holder: undefined,
      },
    })
  })

  it('has every field also when the issuer sends the least', async () => {
    const least = { sub: undefined, client_id: undefined, jti: undefined, iat: undefined, scope: undefined }
    const text = makeToken({ payload: { ...least, cnf: undefined, aud: undefined } })
    const result = await verifyToken(text, makeWorld({ requiredClaims: [] }), NOW_MS)
    expect(result.ok && Object.keys(result.value)).toHaveLength(14)
    expect(result.ok && result.value).toMatchObject({
      audience: [],
      confirmation: { jkt: undefined, x5tS256: undefined },
    })
  })

  it('names the holder of a token whose client_id is a SPIFFE ID', async () => {
    const text = makeToken({ payload: { client_id: 'spiffe://example.org/ns/a/sa/b' } })
    const result = await verifyToken(text, makeWorld(), NOW_MS)
    expect(result.ok && result.value.holder).toBe('spiffe://example.org/ns/a/sa/b')
  })

  it('says nothing of the token in the detail of a refusal', async () => {
    for (const { token, plan } of TOKEN_CASES) {
      const text = token()
      const result = await verifyToken(text, makeWorld(plan), NOW_MS)
      if (result.ok) continue
      const parts = text.split(/[.{}":\s]/).filter((part) => part.length > 12)
      expect(parts.filter((part) => result.error.detail.includes(part))).toEqual([])
    }
  })
})

describe('verifyToken and the keys', () => {
  it('C7 never goes where the header points, and never uses a key that it brings', async () => {
    const server = await startJwksServer(serve('{}'))
    try {
      const pointers = {
        jku: server.url,
        x5u: server.url,
        jwk: KEYS.attacker.jwk,
        x5c: ['AAAA'],
        x5t: 'AAAA',
        'x5t#S256': 'AAAA',
      }
      const forged = await verifyToken(makeToken({ header: pointers, key: KEYS.attacker }), makeWorld(), NOW_MS)
      const honest = await verifyToken(makeToken({ header: pointers }), makeWorld(), NOW_MS)
      expect(!forged.ok && forged.error.reason).toBe('token_signature')
      expect(honest.ok).toBe(true)
      expect(server.requests).toHaveLength(0)
    } finally {
      await server.close()
    }
  })

  it('C6 without a kid refuses when more than one key fits', async () => {
    const world = makeWorld()
    const text = makeToken({ header: { kid: undefined } })
    world.keys.publish(PAYLOAD.iss, [
      { kid: 'k1', publicKey: KEYS.issuer.publicKey },
      { kid: 'k2', publicKey: KEYS.attacker.publicKey },
    ])
    const two = await verifyToken(text, world, NOW_MS)
    world.keys.publish(PAYLOAD.iss, [
      { kid: 'k1', publicKey: KEYS.issuer.publicKey },
      { kid: 'k2', publicKey: KEYS.rsa.publicKey },
    ])
    const one = await verifyToken(text, world, NOW_MS)
    expect(!two.ok && two.error.reason).toBe('token_signature')
    expect(one.ok).toBe(true)
  })

  it('C2 two issuers may share a kid without sharing keys', async () => {
    const world = makeWorld()
    world.keys.publish(OTHER_ISSUER, [{ kid: 'k1', publicKey: KEYS.otherIssuer.publicKey }])
    const crossed = await verifyToken(makeToken({ key: KEYS.otherIssuer }), world, NOW_MS)
    const right = await verifyToken(makeToken({ key: KEYS.otherIssuer, payload: { iss: OTHER_ISSUER } }), world, NOW_MS)
    expect(!crossed.ok && crossed.error.reason).toBe('token_signature')
    expect(right.ok).toBe(true)
  })

  it('C5 asks for no key when the algorithm is not allowed', async () => {
    const world = makeWorld()
    await verifyToken(makeToken({ header: { alg: 'RS256' } }), world, NOW_MS)
    expect(world.keys.lookups).toEqual([])
  })

  it('C14 is unavailable when the issuer has no good set, and passes when it has', async () => {
    const world = makeWorld()
    world.keys.lose(PAYLOAD.iss)
    const lost = await verifyToken(makeToken(), world, NOW_MS)
    world.keys.publish(PAYLOAD.iss, [{ kid: 'k1', publicKey: KEYS.issuer.publicKey }])
    world.keys.answerLater()
    const back = await verifyToken(makeToken(), world, NOW_MS)
    expect(!lost.ok && lost.error.reason).toBe('keys_unavailable')
    expect(back.ok).toBe(true)
  })

  it('A23 reads cnf only behind a good signature', async () => {
    const forged = makeToken({ key: KEYS.attacker, payload: { cnf: { kid: 'unknown' } } })
    const result = await verifyToken(forged, makeWorld(), NOW_MS)
    expect(!result.ok && result.error.reason).toBe('token_signature')
  })
})
