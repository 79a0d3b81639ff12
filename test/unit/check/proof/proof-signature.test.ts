import { describe, expect, it } from 'vitest'
import { readCompactJws } from '../../../../src/check/codec/compact-jws.ts'
import { PROOF_ALGORITHM_NAMES } from '../../../../src/check/proof/proof-algorithms.ts'
import { isProofSignatureValid } from '../../../../src/check/proof/proof-signature.ts'
import { signBytes } from '../../../support/jws.ts'
import { makeHonest, sign, testKey } from './cases/honest.ts'

const jwsOf = (alg: (typeof PROOF_ALGORITHM_NAMES)[number]) => {
  const jws = readCompactJws(sign(makeHonest(alg)))
  if (jws === undefined) throw new Error('no JWS')
  return jws
}

describe.each(PROOF_ALGORITHM_NAMES)('A6 %s', (alg) => {
  const jws = jwsOf(alg)
  const { publicKey } = testKey(alg)

  it('its own signature', () => {
    expect(isProofSignatureValid(jws, alg, publicKey)).toBe(true)
  })

  it('not with one bit flipped, in any octet', () => {
    for (let i = 0; i < jws.signature.length; i++) {
      const signature = Buffer.from(jws.signature)
      signature[i] = (signature[i] as number) ^ 0x10
      expect(isProofSignatureValid({ ...jws, signature }, alg, publicKey)).toBe(false)
    }
  })

  it('not for another text', () => {
    expect(isProofSignatureValid({ ...jws, signingInput: `${jws.signingInput}A` }, alg, publicKey)).toBe(false)
  })

  it('not empty, not one octet shorter or longer', () => {
    for (const length of [0, jws.signature.length - 1, jws.signature.length + 1]) {
      const signature = Buffer.alloc(length)
      jws.signature.copy(signature)
      expect(isProofSignatureValid({ ...jws, signature }, alg, publicKey)).toBe(false)
    }
  })

  it('not zeros', () => {
    const signature = Buffer.alloc(jws.signature.length)
    expect(isProofSignatureValid({ ...jws, signature }, alg, publicKey)).toBe(false)
  })
})

it.each(['PS256', 'RS256'] as const)(
  'A6 %s: not without its leading zero octet, though it is the same number',
  (alg) => {
    const { jws, signature } = signatureWithLeadingZero(alg)
    const { publicKey } = testKey(alg)
    expect(isProofSignatureValid({ ...jws, signature }, alg, publicKey)).toBe(true)
    expect(isProofSignatureValid({ ...jws, signature: signature.subarray(1) }, alg, publicKey)).toBe(false)
  },
)

/** One signature in 256 begins with a zero octet. */
function signatureWithLeadingZero(alg: 'PS256' | 'RS256') {
  const jws = jwsOf(alg)
  for (let i = 0; ; i++) {
    const signingInput = `${jws.signingInput}${i}`
    const signature = signBytes(signingInput, testKey(alg))
    if (signature[0] === 0) return { jws: { ...jws, signingInput }, signature }
  }
}

describe('A5 one key, one algorithm', () => {
  it('a signature by PKCS #1 is none by PSS, and the other way round', () => {
    expect(isProofSignatureValid(jwsOf('RS256'), 'PS256', testKey('RS256').publicKey)).toBe(false)
    expect(isProofSignatureValid(jwsOf('PS256'), 'RS256', testKey('PS256').publicKey)).toBe(false)
  })

  it('a key of another type is a refusal, no exception', () => {
    expect(isProofSignatureValid(jwsOf('ES256'), 'ES256', testKey('Ed25519').publicKey)).toBe(false)
    expect(isProofSignatureValid(jwsOf('RS256'), 'RS256', testKey('ES256').publicKey)).toBe(false)
    expect(isProofSignatureValid(jwsOf('Ed25519'), 'Ed25519', testKey('RS256').publicKey)).toBe(false)
  })
})
