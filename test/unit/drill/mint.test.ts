import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { PROOF_ALGORITHM_NAMES } from '../../../src/check/proof/proof-algorithms.ts'
import { mintProof, mintToken, newSigningKey, readSigningKey } from '../../../src/drill/mint.ts'

const REQUEST = { method: 'POST', url: 'https://api.example.com/v1/things', iatSeconds: 1_700_000_000 }

describe('keys', () => {
  it.each(PROOF_ALGORITHM_NAMES)('%s: a kept key reads back as the same key', async (algorithm) => {
    const { key, jwk } = await newSigningKey(algorithm)
    const read = await readSigningKey(JSON.stringify(jwk))
    expect(read).toMatchObject({ ok: true, value: { algorithm, thumbprint: key.thumbprint } })
    expect(await calculateJwkThumbprint(jwk)).toBe(key.thumbprint)
  })

  it('the public part holds no private member (RFC 9449 §4.3 item 7)', async () => {
    for (const algorithm of ['ES256', 'EdDSA', 'PS256'] as const) {
      const { key } = await newSigningKey(algorithm)
      for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key.publicJwk).not.toHaveProperty(name)
    }
  })

  it('a key without alg is read by its kty and crv', async () => {
    const { jwk } = await newSigningKey('ES384')
    const { alg: _, ...bare } = jwk
    expect(await readSigningKey(JSON.stringify(bare))).toMatchObject({ ok: true, value: { algorithm: 'ES384' } })
  })

  it.each([
    ['no JSON', 'not json', 'is not JSON'],
    ['a list', '[]', 'is not JSON that holds one JWK'],
    ['a public key', '{"kty":"EC","crv":"P-256","x":"a","y":"b"}', 'holds no private key'],
    ['an unknown curve', '{"kty":"EC","crv":"secp256k1","d":"a"}', 'is a key for none of'],
    ['alg of another key type', '{"kty":"EC","crv":"P-256","alg":"PS256","d":"a"}', 'is a key for none of'],
    ['broken numbers', '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}', 'is no usable private key'],
  ])('%s is refused, in words without a byte of it', async (_, text, message) => {
    const read = await readSigningKey(text)
    expect(read.ok).toBe(false)
    expect(read.ok ? '' : read.error).toContain(message)
  })
})

describe('proofs', () => {
  it.each(PROOF_ALGORITHM_NAMES)('%s: verifies under the key that it shows', async (algorithm) => {
    const { key } = await newSigningKey(algorithm)
    const proof = await mintProof(key, REQUEST)
    const options = { typ: 'dpop+jwt', currentDate: new Date(REQUEST.iatSeconds * 1000) }
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options)
    expect(payload).toMatchObject({ htm: 'POST', htu: REQUEST.url, iat: REQUEST.iatSeconds })
    expect(protectedHeader.jwk).toEqual(key.publicJwk)
  })

  it('htu is without query and fragment, ath is the hash of the token (RFC 9449 §4.2)', async () => {
    const { key } = await newSigningKey()
    const url = `${REQUEST.url}?a=b#c`
    const proof = await mintProof(key, { ...REQUEST, url, token: 'a.b.c', nonce: 'n', jti: 'j' })
    expect(claimsOf(proof)).toEqual({
      jti: 'j',
      htm: 'POST',
      htu: REQUEST.url,
      iat: REQUEST.iatSeconds,
      ath: createHash('sha256').update('a.b.c').digest('base64url'),
      nonce: 'n',
    })
  })

  it('two proofs have two jti', async () => {
    const { key } = await newSigningKey()
    const [one, other] = await Promise.all([mintProof(key, REQUEST), mintProof(key, REQUEST)])
    expect(claimsOf(one)['jti']).not.toBe(claimsOf(other)['jti'])
  })
})

it('a token carries the header of RFC 9068 §2.1 and the claims as given', async () => {
  const { key } = await newSigningKey()
  const token = await mintToken(key, { iss: 'https://issuer.example.org', exp: 1 })
  expect(decodeProtectedHeader(token)).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: key.thumbprint })
  expect(claimsOf(token)).toEqual({ iss: 'https://issuer.example.org', exp: 1 })
})

function claimsOf(jws: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
