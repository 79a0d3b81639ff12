/**
 * The few fields of an X.509 certificate that decide about a workload (RFC 5280 §4.1, §4.2.1.3, .6, .9, .12), read from the
 * octets. Nothing is verified here: that is Envoy's handshake.
 */
import { type DerElement, readInside, readSingle, readTime, TAG } from './der.ts'
import { issuerSerialText } from './issuer-serial.ts'
import { readName } from './name-from-der.ts'

export interface CertificateNames {
  readonly uris: readonly string[]
  readonly dns: readonly string[]
}

export interface CertificateFields {
  readonly notBeforeSeconds: number
  /** Who issued it, and its serial number (issuer-serial.ts). */
  readonly issuerSerial: string
  readonly names: CertificateNames
  /** CA=true, keyCertSign or cRLSign. */
  readonly isAuthority: boolean
  /** The key usage extension is there and does not list it; an absent one says nothing (X509-SVID §5.2). */
  readonly lacksDigitalSignature: boolean
  /** The extended key usage extension is there and does not list it. */
  readonly lacksClientAuth: boolean
}

const OID = {
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  clientAuth: '2b06010505070302',
} as const

/** `[0]` version and `[3]` extensions of the TBSCertificate; `[2]` and `[6]` of a GeneralName. */
const VERSION = 0xa0
const EXTENSIONS = 0xa3
const DNS_NAME = 0x82
const URI_NAME = 0x86

/** Undefined when it is not one certificate in strict DER, or has an extension twice (RFC 5280 §4.2). */
export function readCertificate(der: Buffer): CertificateFields | undefined {
  const certificate = readSequence(der)
  const all = certificate?.length === 3 ? readInside(certificate[0], TAG.sequence) : undefined
  if (all === undefined) return undefined
  const tbs = all[0]?.tag === VERSION ? all.slice(1) : all
  const [serial, , issuer, validity] = tbs
  if (serial?.tag !== TAG.integer || tbs.length < 6) return undefined
  const notBeforeSeconds = readTime(readInside(validity, TAG.sequence)?.[0])
  const extensions = readExtensions(tbs)
  const name = readName(issuer)
  const issuerSerial = name === undefined ? undefined : issuerSerialText(serial.content, name)
  if (notBeforeSeconds === undefined || issuerSerial === undefined || extensions === undefined) return undefined

  const names = readNames(extensions.get(OID.subjectAltName))
  const ca = readIsCa(extensions.get(OID.basicConstraints))
  const usage = readKeyUsage(extensions.get(OID.keyUsage))
  const purposes = readPurposes(extensions.get(OID.extendedKeyUsage))
  if (names === undefined || ca === undefined || usage === undefined || purposes === undefined) return undefined
  return {
    notBeforeSeconds,
    issuerSerial,
    names,
    isAuthority: ca || usage.authority,
    lacksDigitalSignature: usage.present && !usage.digitalSignature,
    lacksClientAuth: purposes.present && !purposes.clientAuth,
  }
}

function readSequence(bytes: Buffer): readonly DerElement[] | undefined {
  return readInside(readSingle(bytes, TAG.sequence), TAG.sequence)
}

function readExtensions(tbs: readonly DerElement[]): Map<string, Buffer> | undefined {
  const byOid = new Map<string, Buffer>()
  const holder = tbs.slice(6).find((element) => element.tag === EXTENSIONS)
  if (holder === undefined) return byOid
  const list = readSequence(holder.content)
  if (list === undefined) return undefined
  for (const extension of list) {
    const parts = readInside(extension, TAG.sequence)
    const [oid, value] = [parts?.[0], parts?.at(-1)]
    if (oid?.tag !== TAG.objectIdentifier || value?.tag !== TAG.octetString) return undefined
    const name = oid.content.toString('hex')
    if (byOid.has(name)) return undefined
    byOid.set(name, value.content)
  }
  return byOid
}

/** IA5String is 7-bit; latin1 keeps every other octet visible, and such a text is no SPIFFE ID. */
function readNames(value: Buffer | undefined): CertificateNames | undefined {
  const list = value === undefined ? [] : readSequence(value)
  if (list === undefined) return undefined
  const texts = (tag: number): string[] =>
    list.filter((name) => name.tag === tag).map((name) => name.content.toString('latin1'))
  return { uris: texts(URI_NAME), dns: texts(DNS_NAME) }
}

function readIsCa(value: Buffer | undefined): boolean | undefined {
  if (value === undefined) return false
  const parts = readSequence(value)
  if (parts === undefined) return undefined
  return parts[0]?.tag === TAG.boolean && parts[0].content[0] !== 0
}

/** Bits from the left: 0 digitalSignature, 5 keyCertSign, 6 cRLSign. */
function readKeyUsage(
  value: Buffer | undefined,
): { present: boolean; digitalSignature: boolean; authority: boolean } | undefined {
  if (value === undefined) return { present: false, digitalSignature: false, authority: false }
  const bits = readSingle(value, TAG.bitString)
  if (bits === undefined || bits.content.length < 1) return undefined
  const first = bits.content[1] ?? 0
  return { present: true, digitalSignature: (first & 0x80) !== 0, authority: (first & 0x06) !== 0 }
}

function readPurposes(value: Buffer | undefined): { present: boolean; clientAuth: boolean } | undefined {
  if (value === undefined) return { present: false, clientAuth: false }
  const purposes = readSequence(value)
  if (purposes === undefined) return undefined
  return { present: true, clientAuth: purposes.some((purpose) => purpose.content.toString('hex') === OID.clientAuth) }
}
