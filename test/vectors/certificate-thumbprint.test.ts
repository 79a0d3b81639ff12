import { createHash, X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/check/codec/strict-json.ts'
import { readPeerCertificate } from '../../src/check/peer/client-certificate.ts'
import { readVectors } from '../support/vectors.ts'

interface Input {
  readonly derBase64: string
  readonly jwk: JsonObject
}
interface Expected {
  readonly x5tS256: string
  readonly x5tS256Hex: string
  readonly publicKeySha256: string
}

it.each(readVectors<Input, Expected>('certificate-thumbprint.json'))(
  'B2 $source: $name by its certificate, not by its key',
  ({ input, expected }) => {
    const certificate = new X509Certificate(Buffer.from(input.derBase64, 'base64'))
    const pem = `-----BEGIN CERTIFICATE-----\n${input.derBase64}\n-----END CERTIFICATE-----\n`
    const read = readPeerCertificate(encodeURIComponent(pem), new Map())
    expect(read.ok && read.value.thumbprint).toBe(expected.x5tS256)
    expect(Buffer.from(expected.x5tS256, 'base64url').toString('hex')).toBe(expected.x5tS256Hex)

    // The vector itself: the key is that of the certificate, and its hash is another.
    const { kty, crv, x, y } = input.jwk
    expect(certificate.publicKey.export({ format: 'jwk' })).toEqual({ kty, crv, x, y })
    const spki = certificate.publicKey.export({ format: 'der', type: 'spki' })
    expect(createHash('sha256').update(spki).digest('base64url')).toBe(expected.publicKeySha256)
    expect(expected.publicKeySha256).not.toBe(expected.x5tS256)
  },
)
