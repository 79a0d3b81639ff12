/**
 * A small certificate authority for the demo, the drill and the tests: ES256 only, X509-SVID leaves by default
 * (X509-SVID §4: CA=false, critical digitalSignature, serverAuth and clientAuth). Never used by `serve`.
 */
import 'reflect-metadata'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

type KeyPair = webcrypto.CryptoKeyPair
type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyAgreement' | 'keyCertSign' | 'cRLSign'
type ExtendedKeyUsage = 'serverAuth' | 'clientAuth'

export interface Ca {
  readonly name: string
  readonly certificatePem: string
  readonly keys: KeyPair
}

export interface IssuedCertificate {
  readonly certificatePem: string
  /** PKCS #8. */
  readonly keyPem: string
  readonly der: Buffer
  /** `x5t#S256`: base64url SHA-256 of the DER (RFC 8705 §3.1). */
  readonly thumbprint: string
}

export interface CertificateWishes {
  readonly spiffeId?: string
  /** More URI SANs, behind the SPIFFE ID, as they stand. */
  readonly uris?: readonly string[]
  readonly dns?: readonly string[]
  readonly ips?: readonly string[]
  readonly commonName?: string
  /** CA=true in the basic constraints; no leaf has it. */
  readonly ca?: boolean
  /** Default: digitalSignature. Null leaves the extension out. */
  readonly keyUsages?: readonly KeyUsage[] | null
  /** Default: serverAuth and clientAuth. Null leaves the extension out. */
  readonly extendedKeyUsages?: readonly ExtendedKeyUsage[] | null
  /** Default: one minute ago. */
  readonly notBefore?: Date
  /** Default: one day ahead. */
  readonly notAfter?: Date
  /** Default: a fresh P-256 key, as a workload that renews its SVID has one. */
  readonly keyPair?: KeyPair
}

const KEY = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** A fresh key that `issueCertificate` takes as `keyPair`. */
export function makeKeyPair(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
}

/** A self-signed root, good from one minute ago for a day, or as long as is said. */
export async function makeCa(name: string, lifeMs: number = DAY_MS): Promise<Ca> {
  const keys = await makeKeyPair()
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [name] }],
    notBefore: new Date(now - MINUTE_MS),
    notAfter: new Date(now + lifeMs),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { name, certificatePem: pem(Buffer.from(certificate.rawData)), keys }
}

/** A certificate signed by `ca`; by default a correct X509-SVID leaf with no name in it but what is wished. */
export async function issueCertificate(ca: Ca, wishes: CertificateWishes): Promise<IssuedCertificate> {
  const keys = wishes.keyPair ?? (await makeKeyPair())
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ O: ['Holdfast drill'] }, ...(wishes.commonName === undefined ? [] : [{ CN: [wishes.commonName] }])],
    issuer: [{ CN: [ca.name] }],
    notBefore: wishes.notBefore ?? new Date(now - MINUTE_MS),
    notAfter: wishes.notAfter ?? new Date(now + DAY_MS),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    extensions: await extensionsOf(ca, wishes),
  })
  const der = Buffer.from(certificate.rawData)
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    certificatePem: pem(der),
    keyPem: pem(Buffer.from(pkcs8), 'PRIVATE KEY'),
    der,
    thumbprint: createHash('sha256').update(der).digest('base64url'),
  }
}

async function extensionsOf(ca: Ca, wishes: CertificateWishes): Promise<x509.Extension[]> {
  const extensions: x509.Extension[] = [new x509.BasicConstraintsExtension(wishes.ca ?? false, undefined, true)]
  const usages = wishes.keyUsages === undefined ? (['digitalSignature'] as const) : wishes.keyUsages
  if (usages !== null) {
    const flags = usages.reduce((sum, usage) => sum | x509.KeyUsageFlags[usage], 0)
    extensions.push(new x509.KeyUsagesExtension(flags, true))
  }
  const purposes =
    wishes.extendedKeyUsages === undefined ? (['serverAuth', 'clientAuth'] as const) : wishes.extendedKeyUsages
  if (purposes !== null) {
    extensions.push(new x509.ExtendedKeyUsageExtension(purposes.map((purpose) => x509.ExtendedKeyUsage[purpose])))
  }
  const names: { type: 'url' | 'dns' | 'ip'; value: string }[] = [
    ...(wishes.spiffeId === undefined ? [] : [{ type: 'url' as const, value: wishes.spiffeId }]),
    ...(wishes.uris ?? []).map((value) => ({ type: 'url' as const, value })),
    ...(wishes.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(wishes.ips ?? []).map((value) => ({ type: 'ip' as const, value })),
  ]
  if (names.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(names))
  extensions.push(await x509.AuthorityKeyIdentifierExtension.create(ca.keys.publicKey))
  return extensions
}

/** Positive and 128 bits (RFC 5280 §4.1.2.2). */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f)
  return bytes.toString('hex')
}

/** RFC 7468: 64 characters a line, a line feed at the end. */
function pem(der: Buffer, label = 'CERTIFICATE'): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
