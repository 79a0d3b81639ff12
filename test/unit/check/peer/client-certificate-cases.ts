/** One certificate of a workload that is right in everything, and the same with one thing wrong (B2, D8, D9, D11). */
import type { Reason } from '../../../../src/check/reasons.ts'
import {
  type DerWishes,
  envoyEncode,
  envoyPem,
  extension,
  generalizedTime,
  makeDer,
  PURPOSE,
  pemOf,
  seq,
  tlv,
  utcTime,
} from '../../../support/certificates.ts'

export const ID = 'spiffe://example.org/ns/shop/sa/payments'
const BOTH = [PURPOSE.serverAuth, PURPOSE.clientAuth]
const DIGITAL_SIGNATURE = 0x80

/** Makes the octets of the right one, with changes. */
export function svid(changes: DerWishes = {}): Buffer {
  return makeDer({ uris: [ID], ca: false, keyUsage: DIGITAL_SIGNATURE, extendedKeyUsage: BOTH, ...changes })
}

const der = svid()
const pem = pemOf(der)
const encoded = envoyPem(der)

export interface Case {
  readonly requirement: string
  readonly name: string
  readonly text: string
}

const taken = (requirement: string, name: string, wishes: DerWishes): Case => {
  return { requirement, name, text: envoyPem(svid(wishes)) }
}

/** The SPIFFE ID is ID. */
export const IDENTIFIED: readonly Case[] = [
  { requirement: 'B2', name: 'as Envoy writes it', text: encoded },
  { requirement: 'B2', name: 'without the line feed at its end', text: encoded.slice(0, -'%0A'.length) },
  { requirement: 'B2', name: 'a plus sign that is not encoded', text: encoded.replaceAll('%2B', '+') },
  { requirement: 'B2', name: 'the base64 on one line', text: envoyEncode(onOneLine(pem)) },
  taken('D8', 'DNS SANs beside the one URI SAN', { dns: ['payments.example.org', 'localhost'] }),
  taken('D9', 'key usage absent (X509-SVID §5.2)', without('keyUsage')),
  taken('D9', 'basic constraints absent', without('ca')),
  taken('D9', 'extended key usage absent', without('extendedKeyUsage')),
  taken('D9', 'clientAuth alone', { extendedKeyUsage: [PURPOSE.clientAuth] }),
  taken('D9', 'other uses beside digitalSignature', { keyUsage: DIGITAL_SIGNATURE | 0x20 }),
]

/** A good certificate without a SPIFFE ID: it binds by its thumbprint only. */
export const UNIDENTIFIED: readonly Case[] = [
  taken('D11', 'no SAN', { uris: [] }),
  taken('D11', 'a DNS SAN that spells a SPIFFE ID', { uris: [], dns: [ID] }),
  taken('D8', 'a URI SAN of another scheme', { uris: ['https://example.org/payments'] }),
  taken('D8', 'two URI SANs of other schemes', { uris: ['https://example.org/a', 'urn:x:y'] }),
  taken('D9', 'a self-signed one as OpenSSL makes it, CA=true', { uris: [], ca: true }),
]

export interface Refused extends Case {
  readonly reason: Reason
}

const ambiguous = (requirement: string, name: string, text: string): Refused => {
  return { requirement, name, text, reason: 'peer_ambiguous' }
}
const wrongDer = (requirement: string, name: string, bytes: Buffer): Refused => {
  return ambiguous(requirement, name, envoyPem(bytes))
}
const untrusted = (requirement: string, name: string, wishes: DerWishes): Refused => {
  return { ...taken(requirement, name, wishes), reason: 'peer_untrusted' }
}

const SAN = '551d11'

export const REFUSED: readonly Refused[] = [
  ambiguous('B2', 'empty', ''),
  ambiguous('B2', 'CRLF line ends', envoyEncode(pem.replaceAll('\n', '\r\n')).replaceAll('\r', '%0D')),
  ambiguous('B2', 'a plus sign meant as a space', encoded.replace('BEGIN%20', 'BEGIN+')),
  ambiguous('B2', 'text before the block', `hello%0A${encoded}`),
  ambiguous('B2', 'text behind the block', `${encoded}hello`),
  ambiguous('B2', 'an empty line behind the block', `${encoded}%0A`),
  ambiguous('B2', 'two blocks', encoded + encoded),
  ambiguous('B2', 'another kind of block', encoded.replaceAll('CERTIFICATE', 'PUBLIC%20KEY')),
  ambiguous('B2', 'no end', encoded.slice(0, -30)),
  ambiguous('B2', 'a percent sign that encodes nothing', `${encoded.slice(0, 60)}%zz${encoded.slice(60)}`),
  ambiguous('B2', 'a percent sign at the end', `${encoded}%`),
  ambiguous('B2', 'octets that are not UTF-8', `%ff${encoded}`),
  ambiguous('B2', 'encoded twice', encoded.replaceAll('%', '%25')),
  ambiguous('B2', 'base64 with a character of none', envoyEncode(pem.replace('-\nM', '-\nM!'))),
  ambiguous('B2', 'base64 with a space', envoyEncode(pem.replace('-\nM', '-\nM '))),
  ambiguous('B2', 'base64 with bits to spare', envoyEncode(pemOf(Buffer.from('zz')).replace('eno=', 'enp='))),
  ambiguous('B2', 'base64url', envoyEncode(`-----BEGIN CERTIFICATE-----\n-_-_\n-----END CERTIFICATE-----\n`)),
  ambiguous('B2', 'an empty block', envoyEncode('-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n')),
  wrongDer('B2', 'octets behind the certificate', Buffer.concat([der, Buffer.from([0])])),
  wrongDer('B2', 'a certificate cut short', der.subarray(0, -1)),
  wrongDer('B2', 'two certificates in one block', Buffer.concat([der, der])),
  wrongDer('B2', 'a key instead of a certificate', seq(seq(), tlv(3, Buffer.from([0])))),
  wrongDer('B2', 'a time without its zone', svid({ notBefore: utcTime('260101000000') })),
  wrongDer('B2', 'a day that does not exist', svid({ notBefore: utcTime('260230000000Z') })),
  wrongDer('B2', 'a time with fractions', svid({ notBefore: generalizedTime('20260101000000.5Z') })),
  wrongDer('D8', 'SANs twice', svid({ extensions: [extension(SAN, seq(tlv(0x86, Buffer.from(ID))))] })),
  wrongDer('D8', 'SANs that are no sequence', makeDer({ extensions: [extension(SAN, tlv(0x86, Buffer.from(ID)))] })),
  wrongDer('D8', 'octets behind the SANs', makeDer({ extensions: [extension(SAN, Buffer.concat([seq(), seq()]))] })),
  wrongDer('D9', 'key usage that is no bit string', makeDer({ extensions: [extension('551d0f', seq())] })),
  wrongDer(
    'D9',
    'basic constraints that are no sequence',
    makeDer({ extensions: [extension('551d13', tlv(1, Buffer.of(255)))] }),
  ),

  { ...taken('D8', 'two SPIFFE IDs', { uris: [ID, 'spiffe://example.org/b'] }), reason: 'peer_ambiguous' },
  { ...taken('D8', 'the same SPIFFE ID twice', { uris: [ID, ID] }), reason: 'peer_ambiguous' },
  { ...taken('D8', 'another URI SAN behind it', { uris: [ID, 'https://example.org'] }), reason: 'peer_ambiguous' },
  { ...taken('D8', 'another URI SAN before it', { uris: ['https://example.org', ID] }), reason: 'peer_ambiguous' },
  { ...taken('D6', 'the scheme in upper case', { uris: ['SPIFFE://example.org/a'] }), reason: 'peer_ambiguous' },
  { ...taken('D1', 'a SPIFFE ID without slashes', { uris: ['spiffe:example.org'] }), reason: 'peer_ambiguous' },
  { ...taken('D4', 'a NUL in the SPIFFE ID', { uris: [`${ID}\0.evil`] }), reason: 'peer_ambiguous' },
  { ...taken('D4', 'a letter beyond ASCII', { uris: [`${ID}\u00e9`] }), reason: 'peer_ambiguous' },
  { ...taken('D25', 'pairs in the SPIFFE ID', { uris: [`${ID};DNS=x`] }), reason: 'peer_ambiguous' },

  untrusted('D9', 'CA=true', { ca: true }),
  untrusted('D9', 'keyCertSign', { keyUsage: DIGITAL_SIGNATURE | 0x04 }),
  untrusted('D9', 'cRLSign', { keyUsage: DIGITAL_SIGNATURE | 0x02 }),
  untrusted('D9', 'key usage without digitalSignature', { keyUsage: 0x20 }),
  untrusted('D9', 'key usage of nothing', { keyUsage: 0 }),
  untrusted('D9', 'serverAuth alone', { extendedKeyUsage: [PURPOSE.serverAuth] }),
  untrusted('D9', 'extended key usage of nothing', { extendedKeyUsage: [] }),
  untrusted('D9', 'the ID of the trust domain itself', { uris: ['spiffe://example.org'] }),
]

function onOneLine(text: string): string {
  const [first, ...rest] = text.trimEnd().split('\n')
  return `${first}\n${rest.slice(0, -1).join('')}\n${rest.at(-1)}\n`
}

function without(key: keyof DerWishes): DerWishes {
  return { [key]: undefined } as DerWishes
}
