import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ecdsaDer } from '../../../../src/check/proof/ecdsa-der.ts'
import { publicKeyPem } from '../../../../src/check/proof/public-key-pem.ts'

const CURVES = [
  ['P-256', 'sha256', 32],
  ['P-384', 'sha384', 48],
  ['P-521', 'sha512', 66],
] as const

describe.each(CURVES)('A6 %s', (namedCurve, digest, half) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })

  test('a signature in DER form verifies as its fixed-length form does', () => {
    // Enough for both lengths of each integer; the property below goes through leading zeros.
    for (let i = 0; i < 50; i++) {
      const data = Buffer.from(`text ${i}`)
      const signature = sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      expect(verify(digest, data, publicKey, ecdsaDer(signature))).toBe(true)
      expect(verify(digest, Buffer.from(`text ${i + 1}`), publicKey, ecdsaDer(signature))).toBe(false)
    }
  })

  test('two different signatures never get one DER form, and none gets a form that is not minimal', () => {
    const octets = fc.uint8Array({ minLength: 2 * half, maxLength: 2 * half })
    fc.assert(
      fc.property(octets, fc.nat(half), (bytes, zeros) => {
        const signature = Buffer.from(bytes).fill(0, 0, zeros)
        expect(fixedLength(ecdsaDer(signature), half)).toEqual(signature)
      }),
    )
  })

  it('A7 the key out of its coordinates is the key', () => {
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    expect(createPublicKey(publicKeyPem(namedCurve, x, y)).equals(publicKey)).toBe(true)
  })
})

test('A7 an Ed25519 key out of its coordinate is the key', () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  expect(createPublicKey(publicKeyPem('Ed25519', x, '')).equals(publicKey)).toBe(true)
})

/** A strict reader of what ecdsaDer wrote; throws on anything that DER does not allow. */
function fixedLength(der: Buffer, half: number): Buffer {
  const head = der[1] === 0x81 ? 3 : 2
  expect([der[0], der[head - 1]]).toEqual([0x30, der.length - head])
  expect(head === 3).toBe(der.length - head >= 0x80)
  const parts: Buffer[] = []
  for (let at = head; at < der.length; ) {
    const length = der[at + 1] as number
    const value = der.subarray(at + 2, at + 2 + length)
    expect(der[at]).toBe(0x02)
    expect((value[0] as number) < 0x80).toBe(true)
    if (value.length > 1) expect(value[0] !== 0 || (value[1] as number) >= 0x80).toBe(true)
    const part = Buffer.alloc(half)
    const digits = value[0] === 0 ? value.subarray(1) : value
    digits.copy(part, half - digits.length)
    parts.push(part)
    at += 2 + length
  }
  expect(parts.length).toBe(2)
  return Buffer.concat(parts)
}
