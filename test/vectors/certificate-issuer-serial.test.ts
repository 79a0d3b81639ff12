/** Certificates that OpenSSL made, and what `openssl x509 -noout -serial -issuer` prints of them. */
import { describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/check/peer/certificate-fields.ts'
import { parseIssuerSerial } from '../../src/check/peer/issuer-serial.ts'
import { readVectors } from '../support/vectors.ts'

interface Input {
  readonly derBase64: string
  readonly serial: string
  /** As printed by default. */
  readonly oneline: string
  /** As printed with -nameopt RFC2253. */
  readonly rfc2253: string
}
interface Expected {
  readonly issuerSerial: string
}

describe.each(readVectors<Input, Expected>('certificate-issuer-serial.json'))(
  'E16 $source: $name',
  ({ input, expected: { issuerSerial } }) => {
    it('is read from the certificate', () => {
      expect(readCertificate(Buffer.from(input.derBase64, 'base64'))?.issuerSerial).toBe(issuerSerial)
    })

    it.each([
      ['as printed', `issuer=${input.oneline} serial=${input.serial}`],
      ['by RFC 2253, the serial first', `serial=${input.serial} issuer=${input.rfc2253}`],
      ['as newer versions print it', `issuer=${input.oneline.replaceAll(' = ', '=')} serial=${input.serial}`],
      ['in its one spelling', issuerSerial],
    ])('is read from text: %s', (_, text) => expect(parseIssuerSerial(text)).toBe(issuerSerial))
  },
)
