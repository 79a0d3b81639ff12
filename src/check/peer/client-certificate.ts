/**
 * The leaf that Envoy hands on: URL-encoded PEM to what we need of it (B2, D8, D9, D11). Envoy verified the handshake and
 * the chain; here the certificate is named by its DER, and its SPIFFE ID is read from its octets, never from `principal`.
 */
import { hash } from 'node:crypto'
import type { Cache } from '../cache.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import { type CertificateNames, readCertificate } from './certificate-fields.ts'
import { hasSpiffeScheme, parseSpiffeId, type SpiffeId } from './spiffe-id.ts'

export interface PeerCertificate {
  /** `x5t#S256`: base64url SHA-256 of the DER (RFC 8705 §3.1). */
  readonly thumbprint: string
  /** The one valid SPIFFE ID; undefined when no URI SAN has the scheme. */
  readonly spiffeId: SpiffeId | undefined
  readonly notBeforeSeconds: number
  /** Who issued it, and its serial number (issuer-serial.ts). */
  readonly issuerSerial: string
  /** As they stand in the certificate, for the comparison with a forwarded element. */
  readonly names: CertificateNames
}

const BEGIN = '-----BEGIN CERTIFICATE-----\n'
const END = '\n-----END CERTIFICATE-----'
/** Longer texts are read anew each time, so that the memory of the cache is bounded by its count. */
const MAX_CACHED_CHARACTERS = 8192

/**
 * Reads `source.certificate`, or `Cert` of a forwarded element. `cache` remembers good ones by the SHA-256 of the text.
 * Refuses `peer_ambiguous` (not exactly one PEM block of strict DER; more than one URI SAN with a SPIFFE ID among them;
 * an invalid SPIFFE ID) and `peer_untrusted` (an SVID that is no leaf for client authentication).
 */
export function readPeerCertificate(
  urlEncodedPem: string,
  cache: Cache<PeerCertificate>,
): Result<PeerCertificate, Refusal> {
  const key = hash('sha256', urlEncodedPem, 'base64url')
  const known = cache.get(key)
  if (known !== undefined) return ok(known)
  const read = readFresh(urlEncodedPem)
  if (read.ok && urlEncodedPem.length <= MAX_CACHED_CHARACTERS) cache.set(key, read.value)
  return read
}

function readFresh(urlEncodedPem: string): Result<PeerCertificate, Refusal> {
  const der = readPem(urlEncodedPem)
  if (der === undefined) return refuse('peer_ambiguous', 'the peer certificate is not one PEM block')
  const fields = readCertificate(der)
  if (fields === undefined) return refuse('peer_ambiguous', 'the peer certificate is not strict DER')
  const { names, notBeforeSeconds, issuerSerial } = fields
  const certificate = { thumbprint: hash('sha256', der, 'base64url'), notBeforeSeconds, issuerSerial, names }
  if (!names.uris.some(hasSpiffeScheme)) return ok({ ...certificate, spiffeId: undefined })

  if (names.uris.length !== 1) return refuse('peer_ambiguous', 'a SPIFFE ID and another URI SAN') // X509-SVID §2
  const spiffeId = parseSpiffeId(names.uris[0] ?? '')
  if (spiffeId === undefined) return refuse('peer_ambiguous', 'the SPIFFE ID of the certificate is not valid')
  if (spiffeId.path === '') return refuse('peer_untrusted', 'the SPIFFE ID names no workload') // X509-SVID §5.2
  if (fields.isAuthority) return refuse('peer_untrusted', 'a CA certificate as a leaf') // X509-SVID §4.1, §4.3
  if (fields.lacksDigitalSignature) return refuse('peer_untrusted', 'key usage without digitalSignature')
  if (fields.lacksClientAuth) return refuse('peer_untrusted', 'extended key usage without clientAuth') // X509-SVID §4.4
  return ok({ ...certificate, spiffeId })
}

/** Exactly one block with nothing around it, LF only, as Envoy writes it. Base64 must be the one text of its octets. */
function readPem(urlEncodedPem: string): Buffer | undefined {
  const text = percentDecode(urlEncodedPem)
  if (text === undefined || !text.startsWith(BEGIN)) return undefined
  const end = text.indexOf(END, BEGIN.length)
  const rest = text.slice(end + END.length)
  if (end === -1 || (rest !== '' && rest !== '\n')) return undefined
  const base64 = text.slice(BEGIN.length, end).replaceAll('\n', '')
  const der = Buffer.from(base64, 'base64')
  return der.toString('base64') === base64 ? der : undefined
}

/** RFC 3986 §2.1 only: a plus sign is a plus sign. Undefined for a percent sign that encodes nothing. */
function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
