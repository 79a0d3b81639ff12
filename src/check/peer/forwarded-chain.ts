/**
 * How far forwarded elements can be believed. Envoy writes URI and DNS names as they stand, so a certificate with a comma
 * or a semicolon in a name can write further pairs and elements (envoy-facts: XFCC). What stands before the names (`By`,
 * `Hash`, `Cert`, `Chain`, `Subject`) cannot be steered that way, and settles what the names may say.
 */
import type { Cache } from '../cache.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import { type PeerCertificate, readPeerCertificate } from './client-certificate.ts'
import { parseSpiffeId, type SpiffeId } from './spiffe-id.ts'
import type { XfccElement } from './xfcc.ts'

/** One hop as its element and certificate tell it; nothing is trusted yet. */
export interface PeerClaim {
  readonly spiffeId: SpiffeId | undefined
  readonly thumbprint: string
  /** This and the next: undefined when the certificate itself was not seen. */
  readonly notBeforeSeconds: number | undefined
  readonly issuerSerial: string | undefined
}

/**
 * The certificate that an element describes: `known` (of the connection), else its own `Cert`, else none. Refuses
 * `peer_ambiguous` when `Hash`, `Cert`, the first of `Chain`, the names and `known` do not all agree.
 */
export function certifyElement(
  element: XfccElement,
  known: PeerCertificate | undefined,
  certificates: Cache<PeerCertificate>,
): Result<PeerCertificate | undefined, Refusal> {
  let certificate = known
  for (const text of [element.certificate, leafOf(element.chain)]) {
    if (text === undefined) continue
    const read = readPeerCertificate(text, certificates)
    if (!read.ok) return read
    certificate ??= read.value
    if (read.value.thumbprint !== certificate.thumbprint)
      return refuse('peer_ambiguous', 'Cert or Chain is another certificate')
  }
  if (certificate === undefined) return ok(undefined)
  if (thumbprintOf(element) !== certificate.thumbprint)
    return refuse('peer_ambiguous', 'Hash is of another certificate')
  return hasNames(element, certificate)
    ? ok(certificate)
    : refuse('peer_ambiguous', 'URI or DNS are of another certificate')
}

/** A proxy may be set not to tell URI or DNS names; those that it tells are those of the certificate. */
function hasNames(element: XfccElement, { names }: PeerCertificate): boolean {
  const uriHolds = element.uri === '' || (names.uris.length === 1 && names.uris[0] === element.uri)
  const dnsHolds = element.dns.length === 0 || element.dns.join(',') === names.dns.join(',')
  return uriHolds && dnsHolds
}

const END_LINE = '-----END%20CERTIFICATE-----'

/** `Chain` holds the leaf first (envoy-facts). */
function leafOf(chain: string | undefined): string | undefined {
  if (chain === undefined) return undefined
  const end = chain.indexOf(END_LINE)
  return end === -1 ? chain : chain.slice(0, end + END_LINE.length)
}

/**
 * The identity that an element claims. With its certificate: that of the certificate. Without: `URI` counts, except
 * beside a DNS name, since `URI=spiffe://td/a;DNS=b` is also how a URI SAN `spiffe://td/a;DNS=b` looks.
 */
export function claimOf(element: XfccElement, certificate: PeerCertificate | undefined): Result<PeerClaim, Refusal> {
  if (certificate !== undefined) return ok(certificate)
  const spiffeId = parseSpiffeId(element.uri)
  if (spiffeId !== undefined && element.dns.length > 0) {
    return refuse('peer_ambiguous', 'URI and DNS without Cert could be one hostile name: forward Cert')
  }
  if (spiffeId?.path === '') return refuse('peer_untrusted', 'the SPIFFE ID names no workload') // X509-SVID §5.2
  return ok({ spiffeId, thumbprint: thumbprintOf(element), notBeforeSeconds: undefined, issuerSerial: undefined })
}

function thumbprintOf(element: XfccElement): string {
  return Buffer.from(element.hash, 'hex').toString('base64url')
}

/**
 * Whether each element was written by its own proxy, when some of them come without a certificate. One hostile name may
 * write several elements, but the first of them keeps the true `By` and `Cert` of the proxy it was shown to. So each must
 * either bring `Cert` (whose names it then repeats, certifyElement), or name in `By` the hop that the next element
 * describes; a second element for the same hop would then give the forgery away. Two elements need less: with the direct
 * peer known, a hostile name makes the count wrong.
 */
export function hopsAreVouchedFor(elements: readonly XfccElement[], directIsKnown: boolean): boolean {
  if (elements.length === 1 || elements.every((element) => element.certificate !== undefined)) return true
  if (!directIsKnown) return false
  if (elements.length === 2) return true
  const hops = elements.slice(1).map((element) => element.uri)
  if (new Set(hops).size !== hops.length) return false
  return elements.slice(0, -1).every((element, index) => {
    return element.certificate !== undefined || element.by.includes(hops[index] ?? '')
  })
}
