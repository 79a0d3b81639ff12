/** Names as a certificate has them against names as text, written by the test itself in the ways that tools write them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/check/peer/certificate-fields.ts'
import { parseIssuerSerial } from '../../src/check/peer/issuer-serial.ts'
import { makeDer, nameOf, tlv } from '../support/certificates.ts'

/** Hex of the object identifier, and what tools call it. */
const TYPES = [
  ['550403', 'CN'],
  ['55040a', 'O'],
  ['55040b', 'organizationalUnitName'],
  ['550406', 'c'],
  ['0992268993f22c640119', 'DC'],
  ['2a864886f70d010901', 'emailAddress'],
  ['2b0601040182371401', '1.3.6.1.4.1.311.20.1'],
] as const
const attribute = fc.record({
  type: fc.constantFrom(...TYPES),
  value: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('#a', ' a ', 'a,O=b', '"', '\\', 'Ǆ', 'ẞ'),
  ),
})
const names = fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
type Name = typeof names extends fc.Arbitrary<infer N> ? N : never
const serials = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((octets) => Buffer.from(octets))

const derOf = (name: Name): Buffer => {
  return nameOf(...name.map((part) => part.map(({ type, value }) => [type[0], tlv(12, Buffer.from(value))] as const)))
}
const everyOctet = (value: string): string => Buffer.from(value).toString('hex').replace(/../g, '\\$&')
const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, everyOctet)}"`
const asDer = (value: string): string => `#${tlv(12, Buffer.from(value)).toString('hex')}`
const textOf = (name: Name, comma: string, write: (value: string) => string): string => {
  return name.map((part) => part.map(({ type, value }) => `${type[1]}=${write(value)}`).join(' + ')).join(comma)
}
/** Independent of the code under test: -1 is ff, 128 is 0080. */
const signedHex = (octets: Buffer): string => {
  const magnitude = octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  const value = (octets[0] ?? 0) < 0x80 ? magnitude : magnitude - 256n ** BigInt(octets.length)
  return value.toString(16)
}
const certified = (name: Name, serial: Buffer): string | undefined => {
  return readCertificate(makeDer({ issuer: derOf(name), serialOctets: serial }))?.issuerSerial
}

describe('issuer and serial number', () => {
  it('E16 text in any usual form names the certificate', () => {
    fc.assert(
      fc.property(names, serials, (name, serial) => {
        const expected = certified(name, serial)
        expect(expected).toBeDefined()
        for (const ordered of [name, name.toReversed()]) {
          for (const write of [everyOctet, quoted, asDer]) {
            const issuer = textOf(ordered, ', ', write)
            expect(parseIssuerSerial(`serial=${signedHex(serial)} issuer=${issuer}`)).toBe(expected)
          }
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('E16 the one spelling stays what it is, on one line', () => {
    fc.assert(
      fc.property(names, serials, (name, serial) => {
        const text = certified(name, serial) ?? ''
        expect(parseIssuerSerial(text)).toBe(text)
        expect(text).not.toMatch(/\p{Cc}/u)
      }),
      { numRuns: 3000 },
    )
  })

  it('E16 two names are one only where case, white space or the order of all parts differ', () => {
    const plain = fc.record({ type: fc.constantFrom(...TYPES), value: fc.stringMatching(/^[a-c,+=#"\\]{1,4}$/) })
    const parts = fc.array(fc.array(plain, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    const meaning = (name: Name): string[] => {
      const sets = name.map((part) => JSON.stringify(part.map(({ type, value }) => [type[0], value]).sort()))
      return [sets.join(), sets.toReversed().join()].sort()
    }
    const serial = Buffer.of(1)
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = meaning(one)[0] === meaning(other)[0]
        expect(certified(one, serial) === certified(other, serial)).toBe(same)
      }),
      { numRuns: 3000 },
    )
  })

  it('E16 never throws on any text', () => {
    const pieces = fc.constantFrom(
      'CN',
      'O',
      '=',
      ',',
      '+',
      '"',
      '\\',
      '#',
      '0c',
      ' ',
      'a',
      '1.2',
      'serial=1',
      'issuer=',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 20 }),
        (parts) => {
          const text = `serial=1 issuer=${parts.join('')}`
          const normal = parseIssuerSerial(text)
          if (normal !== undefined) expect(parseIssuerSerial(normal)).toBe(normal)
        },
      ),
      { numRuns: 10_000 },
    )
  })
})
