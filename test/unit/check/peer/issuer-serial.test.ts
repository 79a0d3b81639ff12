import { describe, expect, it } from 'vitest'
import { readCertificate } from '../../../../src/check/peer/certificate-fields.ts'
import { parseIssuerSerial } from '../../../../src/check/peer/issuer-serial.ts'
import { type DerAttribute, makeDer, nameOf, seq, tlv } from '../../../support/certificates.ts'

const COMMON_NAME = '550403'
const ORGANIZATION = '55040a'
/** 1.3.6.1.4.1.99999 */
const PRIVATE = '2b06010401868d1f'
const NORMAL = 'serial=1234 issuer=CN=example ca,O=example'

const attribute = (oid: string, text: string, tag = 0x0c): DerAttribute => [oid, tlv(tag, Buffer.from(text, 'latin1'))]
const read = (issuer: Buffer, serial = Buffer.of(0x12, 0x34)) => {
  return readCertificate(makeDer({ issuer, serialOctets: serial }))?.issuerSerial
}
const nameOnly = (text: string | undefined) => text?.replace(/^serial=\S+ issuer=/, '')

describe('parseIssuerSerial', () => {
  it.each([
    ['as RFC 4514 writes it', 'serial=1234 issuer=CN=Example CA,O=Example'],
    ['as OpenSSL 3.0 prints it', 'issuer=O = Example, CN = Example CA serial=1234'],
    ['as OpenSSL 3.2 prints it', 'issuer=O=Example, CN=Example CA serial=1234'],
    ['on two lines', 'issuer=O = Example, CN = Example CA\nserial=1234\n'],
    ['the other order of parts', 'serial=1234 issuer=O=Example,CN=Example CA'],
    ['colons', 'serial=12:34 issuer=CN=Example CA,O=Example'],
    ['colons, lower case, a leading zero', 'serial=00:12:34 issuer=CN=Example CA,O=Example'],
    ['0x', 'serial=0x1234 issuer=CN=Example CA,O=Example'],
    ['a decimal', 'serial=dec:4660 issuer=CN=Example CA,O=Example'],
    ['other case and white space', 'SERIAL = 1234 issuer = cn=EXAMPLE   ca , o=example '],
    ['long names of types', 'serial=1234 issuer=commonName=Example CA,organizationName=Example'],
    ['types as numbers', 'serial=1234 issuer=2.5.4.3=Example CA,OID.2.5.4.10=Example'],
    ['values as DER', 'serial=1234 issuer=CN=#0c0a4578616d706c65204341,O=#13074578616d706c65'],
    ['quotes', 'serial=1234 issuer=CN="Example CA",O="Example"'],
    ['escaped octets', 'serial=1234 issuer=CN=\\45xample CA,O=Example'],
    ['letters that are one under NFKC', 'serial=1234 issuer=CN=\uff25xample CA,O=Example'],
  ])('E16 takes %s', (_, text) => expect(parseIssuerSerial(text)).toBe(NORMAL))

  it.each([
    ['another serial', 'serial=1235 issuer=CN=Example CA,O=Example'],
    ['the serial as hex that was meant as a decimal', 'serial=4660 issuer=CN=Example CA,O=Example'],
    ['its negative', 'serial=-1234 issuer=CN=Example CA,O=Example'],
    ['a part more', 'serial=1234 issuer=CN=Example CA,O=Example,C=US'],
    ['a part less', 'serial=1234 issuer=CN=Example CA'],
    ['parts swapped', 'serial=1234 issuer=CN=Example,O=Example CA'],
    ['two parts as one', 'serial=1234 issuer=CN=Example CA+O=Example'],
    ['another type', 'serial=1234 issuer=CN=Example CA,OU=Example'],
    ['a comma inside a value', 'serial=1234 issuer=CN=Example CA\\,O=Example'],
  ])('E16 is another certificate: %s', (_, text) => {
    const other = parseIssuerSerial(text)
    expect(other).toBeDefined()
    expect(other).not.toBe(NORMAL)
  })

  it.each([
    ['nothing', ''],
    ['no issuer', 'serial=1234'],
    ['an empty issuer', 'serial=1234 issuer='],
    ['no serial', 'issuer=CN=a'],
    ['no digits', 'serial= issuer=CN=a'],
    ['digits that are none', 'serial=12g4 issuer=CN=a'],
    ['colons in the wrong places', 'serial=1:234 issuer=CN=a'],
    ['a decimal with letters', 'serial=dec:12ab issuer=CN=a'],
    ["OpenSSL's old form with slashes", 'serial=1234 issuer=/O=Example/CN=Example CA'],
    ['a type that nobody knows', 'serial=1234 issuer=FOO=a'],
    ['a type without a value', 'serial=1234 issuer=CN'],
    ['a comma that is not escaped', 'serial=1234 issuer=O=Example, Inc.,CN=a'],
    ['a quote that is not closed', 'serial=1234 issuer=CN="a'],
    ['text behind a quote', 'serial=1234 issuer=CN="a"b'],
    ['a comma at the end', 'serial=1234 issuer=CN=a,'],
    ['a backslash that escapes nothing', 'serial=1234 issuer=CN=a\\x'],
    ['a backslash at the end', 'serial=1234 issuer=CN=a\\'],
    ['octets that are no UTF-8', 'serial=1234 issuer=CN=\\FF'],
    ['half a DER value', 'serial=1234 issuer=CN=#0c0a45'],
    ['two DER values', 'serial=1234 issuer=CN=#0c01450c0145'],
    ['a hash sign and no hex', 'serial=1234 issuer=CN=#x'],
    ['a semicolon', 'serial=1234 issuer=CN=a;O=b'],
  ])('E16 refuses %s', (_, text) => expect(parseIssuerSerial(text)).toBeUndefined())
})

describe('issuer and serial number of a certificate', () => {
  const issuer = nameOf([attribute(ORGANIZATION, 'Example')], [attribute(COMMON_NAME, 'Example CA')])

  it('E16 is what a text of it says', () => expect(read(issuer)).toBe(NORMAL))

  it.each([
    ['0', '00', '0'],
    ['a leading zero octet', '00ff', 'ff'],
    ['a negative number', 'ff', '-1'],
    ['another negative number', 'ff38', '-c8'],
    ['twenty octets', '7f'.repeat(20), '7f'.repeat(20)],
  ])('E16 reads the serial: %s', (_, octets, hex) => {
    expect(read(issuer, Buffer.from(octets, 'hex'))).toMatch(new RegExp(`^serial=${hex} `))
  })

  it.each([
    ['PrintableString', 19, 'Example'],
    ['NumericString', 18, '42'],
    ['TeletexString, which holds Latin-1', 20, 'Z\u00fcrich'],
    ['IA5String', 22, 'a@b.example'],
    ['VisibleString', 26, 'Example'],
  ])('E16 reads %s', (_, tag, text) => {
    expect(nameOnly(read(nameOf([attribute(COMMON_NAME, text, tag)])))).toBe(`CN=${text.toLowerCase()}`)
  })

  it.each([
    ['BMPString', 30, '65e5672c', 'CN=日本'],
    ['UniversalString', 28, '0001f600', 'CN=😀'],
    ['UTF8String', 12, 'f09f9880', 'CN=😀'],
    ['BMPString of odd length', 30, '65e567', 'CN=#1e0365e567'],
    ['BMPString with half a pair', 30, 'd83d', 'CN=#1e02d83d'],
    ['UniversalString beyond Unicode', 28, '00110000', 'CN=#1c0400110000'],
    ['UTF8String that is none', 12, 'ff', 'CN=#0c01ff'],
    ['what is no text', 2, '05', 'CN=#020105'],
    ['what is no text and long', 4, '00'.repeat(200), `CN=#0481c8${'00'.repeat(200)}`],
  ])('E16 reads octets of %s', (_, tag, hex, expected) => {
    const text = read(nameOf([[COMMON_NAME, tlv(tag, Buffer.from(hex, 'hex'))]]))
    expect(nameOnly(text)).toBe(expected)
    expect(parseIssuerSerial(text ?? '')).toBe(text)
  })

  it('E16 a type that nobody knows is named by its number', () => {
    const text = read(nameOf([attribute(PRIVATE, 'x')]))
    expect(nameOnly(text)).toBe('1.3.6.1.4.1.99999=x')
    expect(parseIssuerSerial(text ?? '')).toBe(text)
  })

  it('E16 control characters cannot break the line', () => {
    const text = read(nameOf([attribute(COMMON_NAME, 'a\x1b[2J\x00b')]))
    expect(nameOnly(text)).toBe('CN=a\\1b[2j\\00b')
    expect(parseIssuerSerial(text ?? '')).toBe(text)
  })

  it.each([
    ['an empty serial', makeDer({ issuer, serialOctets: Buffer.alloc(0) })],
    ['an issuer that is no sequence', makeDer({ issuer: tlv(0x31, Buffer.alloc(0)) })],
    ['an empty part', makeDer({ issuer: seq(tlv(0x31, Buffer.alloc(0))) })],
    ['a part that is no set', makeDer({ issuer: seq(seq()) })],
    ['an attribute without a value', makeDer({ issuer: seq(tlv(0x31, seq(tlv(6, Buffer.from('550403', 'hex'))))) })],
    [
      'an attribute with two values',
      makeDer({ issuer: nameOf([[COMMON_NAME, Buffer.from('0c00 0c00'.replace(' ', ''), 'hex')]]) }),
    ],
    ['a type without an end', makeDer({ issuer: nameOf([attribute('5504ff', 'x')]) })],
    ['a type of no octets', makeDer({ issuer: nameOf([attribute('', 'x')]) })],
    ['a type that is far too long', makeDer({ issuer: nameOf([attribute(`${'ff'.repeat(64)}01`, 'x')]) })],
  ])('B2 a certificate with %s is none', (_, der) => expect(readCertificate(der)).toBeUndefined())
})
