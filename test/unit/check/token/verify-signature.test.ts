import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { CompactSign } from 'jose'
import { describe, expect, it } from 'vitest'
import { TOKEN_ALGORITHM_NAMES } from '../../../../src/check/token/token-algorithms.ts'
import { verifySignature } from '../../../../src/check/token/verify-signature.ts'
import { encode } from '../../../support/jws.ts'

const PAIRS = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed25519: generateKeyPairSync('ed25519'),
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

function pairFor(algorithm: string): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm.startsWith('Ed')) return PAIRS.Ed25519
  if (!algorithm.startsWith('ES')) return PAIRS.RSA
  return PAIRS[algorithm === 'ES256' ? 'P-256' : algorithm === 'ES384' ? 'P-384' : 'P-521']
}

function issuerKey(key: KeyObject, algorithm?: string) {
  return { issuer: 'https://as.example.com', kid: 'k', algorithm, key }
}

function signByNode(algorithm: string, privateKey: KeyObject): string {
  const input = `${encode({ alg: algorithm })}.${encode({ sub: 'x' })}`
  const digest = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`
  const rsa = { padding: algorithm.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING }
  const options = algorithm.startsWith('ES')
    ? { dsaEncoding: 'ieee-p1363' as const }
    : algorithm.startsWith('Ed')
      ? {}
      : { ...rsa, ...(algorithm.startsWith('PS') && { saltLength: constants.RSA_PSS_SALTLEN_DIGEST }) }
  return `${input}.${sign(digest, Buffer.from(input), { key: privateKey, ...options }).toString('base64url')}`
}

function signByJose(algorithm: string, privateKey: KeyObject): Promise<string> {
  return new CompactSign(Buffer.from('{"sub":"x"}')).setProtectedHeader({ alg: algorithm }).sign(privateKey)
}

describe('verifySignature', () => {
  for (const algorithm of TOKEN_ALGORITHM_NAMES) {
    it(`C5 ${algorithm}: takes what node:crypto and jose sign, refuses what another key signed`, async () => {
      const { privateKey, publicKey } = pairFor(algorithm)
      const byNode = signByNode(algorithm, privateKey)
      const byJose = await signByJose(algorithm, privateKey)
      expect(await verifySignature(byNode, issuerKey(publicKey), algorithm)).toEqual({ ok: true, value: true })
      expect(await verifySignature(byJose, issuerKey(publicKey, algorithm), algorithm)).toEqual({
        ok: true,
        value: true,
      })

      const tampered = byNode.replace(encode({ sub: 'x' }), encode({ sub: 'y' }))
      const refused = await verifySignature(tampered, issuerKey(publicKey), algorithm)
      expect(!refused.ok && refused.error.reason).toBe('token_signature')
    })

    it(`C5 ${algorithm}: refuses a key of another type, curve or mark`, async () => {
      const { privateKey, publicKey } = pairFor(algorithm)
      const text = signByNode(algorithm, privateKey)
      for (const other of Object.values(PAIRS)) {
        if (other.publicKey === publicKey) continue
        const refused = await verifySignature(text, issuerKey(other.publicKey), algorithm)
        expect(!refused.ok && refused.error.reason).toBe('token_signature')
      }
      const mark = algorithm === 'RS256' ? 'PS256' : 'RS256'
      const refused = await verifySignature(text, issuerKey(publicKey, mark), algorithm)
      expect(!refused.ok && refused.error.reason).toBe('token_signature')
    })
  }

  it('C5 a key marked with either name of Ed25519 serves both (RFC 9864)', async () => {
    const { privateKey, publicKey } = PAIRS.Ed25519
    for (const [mark, algorithm] of [
      ['EdDSA', 'Ed25519'],
      ['Ed25519', 'EdDSA'],
    ] as const) {
      const result = await verifySignature(signByNode(algorithm, privateKey), issuerKey(publicKey, mark), algorithm)
      expect(result.ok).toBe(true)
    }
  })

  it('C5 a key of another type that is marked as Ed25519 serves nothing', async () => {
    const { privateKey, publicKey } = PAIRS.RSA
    const refused = await verifySignature(signByNode('RS256', privateKey), issuerKey(publicKey, 'EdDSA'), 'RS256')
    expect(!refused.ok && refused.error.reason).toBe('token_signature')
  })

  it('C5 the algorithm of the header must be the one that was looked up', async () => {
    const { privateKey, publicKey } = PAIRS.RSA
    const refused = await verifySignature(signByNode('RS256', privateKey), issuerKey(publicKey), 'PS256')
    expect(!refused.ok && refused.error.reason).toBe('token_signature')
  })

  it('C5 a private key is no key to verify with', async () => {
    const { privateKey } = PAIRS['P-256']
    const text = signByNode('ES256', privateKey)
    const refused = await verifySignature(text, issuerKey(privateKey), 'ES256')
    const taken = await verifySignature(text, issuerKey(createPublicKey(privateKey)), 'ES256')
    expect(!refused.ok && refused.error.reason).toBe('token_signature')
    expect(taken.ok).toBe(true)
  })

  it('C5 algorithms that no key can have are refused', async () => {
    const { privateKey, publicKey } = PAIRS['P-256']
    const text = signByNode('ES256', privateKey)
    for (const algorithm of ['none', 'HS256', 'ES256K', 'ML-DSA-44', 'constructor', '']) {
      const refused = await verifySignature(text, issuerKey(publicKey), algorithm)
      expect(!refused.ok && refused.error.reason).toBe('token_signature')
    }
  })
})
