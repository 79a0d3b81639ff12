/**
 * Certificates and forwarded headers as Envoy writes them, right or hostile. `makeDer` makes
 * the octets of any certificate at once, unsigned and independent of the code under test, for names that no CA issues.
 */
import { createHash } from 'node:crypto'

/** What `source.certificate` holds (envoy-facts): line feeds, spaces and `+/=` of the PEM percent-encoded. */
export function envoyPem(der: Buffer): string {
  return envoyEncode(pemOf(der))
}

export function envoyEncode(pem: string): string {
  return pem
    .replaceAll('\n', '%0A')
    .replaceAll(' ', '%20')
    .replaceAll('+', '%2B')
    .replaceAll('/', '%2F')
    .replaceAll('=', '%3D')
}

export function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

export function hexOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex')
}

export function thumbprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64url')
}

export interface Told {
  readonly der: Buffer
  readonly uris?: readonly string[]
  readonly dns?: readonly string[]
  readonly by?: readonly string[]
  readonly cert?: boolean
  readonly chain?: boolean
  /** As RFC 2253 writes it. */
  readonly subject?: string
}

/** One element as Envoy 1.40 writes it: Subject quoted, URI and DNS names as they stand. */
export function envoyElement({
  der,
  uris = [],
  dns = [],
  by = [],
  cert = false,
  chain = false,
  subject,
}: Told): string {
  const pairs = [
    ...by.map((name) => `By=${name}`),
    `Hash=${hexOf(der)}`,
    ...(cert ? [`Cert="${envoyPem(der)}"`] : []),
    ...(chain ? [`Chain="${envoyPem(der)}"`] : []),
    ...(subject === undefined ? [] : [`Subject="${subject}"`]),
    ...(uris.length === 0 ? ['URI='] : uris.map((uri) => `URI=${uri}`)),
    ...dns.map((name) => `DNS=${name}`),
  ]
  return pairs.join(';')
}

export interface DerWishes {
  readonly uris?: readonly string[]
  readonly dns?: readonly string[]
  /** `basicConstraints` with this value of CA; undefined: no such extension. */
  readonly ca?: boolean
  /** First octet of the bit string. */
  readonly keyUsage?: number
  readonly extendedKeyUsage?: readonly string[]
  readonly notBefore?: Buffer
  /** More extensions, whole. */
  readonly extensions?: readonly Buffer[]
  readonly serial?: number
  /** The content of the INTEGER instead. */
  readonly serialOctets?: Buffer
  /** The Name whole; default: an empty one. */
  readonly issuer?: Buffer
}

/** Object identifier as hex, and the value whole. */
export type DerAttribute = readonly [oid: string, value: Buffer]

/** A Name: its parts in order, each a set of attributes. */
export function nameOf(...parts: readonly (readonly DerAttribute[])[]): Buffer {
  const attribute = ([oid, value]: DerAttribute): Buffer => seq(tlv(6, Buffer.from(oid, 'hex')), value)
  return seq(...parts.map((attributes) => tlv(0x31, Buffer.concat(attributes.map(attribute)))))
}

const OID = { keyUsage: '551d0f', subjectAltName: '551d11', basicConstraints: '551d13', extendedKeyUsage: '551d25' }
export const PURPOSE = { serverAuth: '2b06010505070301', clientAuth: '2b06010505070302' }

/** Names are written as latin1, so that a test can put in any octet. */
export function makeDer(wishes: DerWishes): Buffer {
  const { uris = [], dns = [], ca, keyUsage, extendedKeyUsage, serial = 1 } = wishes
  const names = [
    ...uris.map((uri) => tlv(0x86, Buffer.from(uri, 'latin1'))),
    ...dns.map((name) => tlv(0x82, Buffer.from(name, 'latin1'))),
  ]
  const extensions = [
    ...(ca === undefined ? [] : [extension(OID.basicConstraints, seq(...(ca ? [tlv(1, Buffer.from([0xff]))] : [])))]),
    ...(keyUsage === undefined ? [] : [extension(OID.keyUsage, tlv(3, Buffer.from([0, keyUsage])))]),
    ...(extendedKeyUsage === undefined
      ? []
      : [extension(OID.extendedKeyUsage, seq(...extendedKeyUsage.map((oid) => tlv(6, Buffer.from(oid, 'hex')))))]),
    ...(names.length === 0 ? [] : [extension(OID.subjectAltName, seq(...names))]),
    ...(wishes.extensions ?? []),
  ]
  const notBefore = wishes.notBefore ?? utcTime('260101000000Z')
  const algorithm = seq(tlv(6, Buffer.from('2a8648ce3d040302', 'hex')))
  const tbs = seq(
    tlv(0xa0, tlv(2, Buffer.from([2]))),
    tlv(2, wishes.serialOctets ?? Buffer.from([serial])),
    algorithm,
    wishes.issuer ?? seq(),
    seq(notBefore, utcTime('491231235959Z')),
    seq(),
    seq(algorithm, tlv(3, Buffer.from([0]))),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, seq(...extensions))]),
  )
  return seq(tbs, algorithm, tlv(3, Buffer.from([0, 1])))
}

export function utcTime(text: string): Buffer {
  return tlv(0x17, Buffer.from(text))
}

export function generalizedTime(text: string): Buffer {
  return tlv(0x18, Buffer.from(text))
}

export function extension(oid: string, value: Buffer): Buffer {
  return seq(tlv(6, Buffer.from(oid, 'hex')), tlv(4, value))
}

export function seq(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

export function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content
  const octets = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...octets]), content])
}
