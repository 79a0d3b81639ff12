/**
 * Who calls (D8, D11, D23 to D25, B6, B11): the certificate of the connection first; the forwarded header only where the
 * configuration says that our own Envoy writes it, counted from the right, and only as far as its form can be believed.
 */
import type { Cache } from '../cache.ts'
import { type Refusal, refuse } from '../refusal.ts'
import type { RequestFacts } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import { type PeerCertificate, readPeerCertificate } from './client-certificate.ts'
import { certifyElement, claimOf, hopsAreVouchedFor, type PeerClaim } from './forwarded-chain.ts'
import { NO_PEER, type Peer, type PeerPolicy } from './peer.ts'
import { parseForwardedClientCert } from './xfcc.ts'

/**
 * The caller, or NO_PEER where no certificate was shown. `source.principal` alone is never an identity (D11).
 * Refuses `peer_ambiguous` (contradictory, forged or malformed evidence) and `peer_untrusted` (foreign trust domain,
 * certificate that is no SVID leaf, hop that is not one of `proxies`).
 */
export function resolvePeer(
  facts: RequestFacts,
  policy: PeerPolicy,
  certificates: Cache<PeerCertificate>,
): Result<Peer, Refusal> {
  const direct = readDirect(facts, certificates)
  if (!direct.ok) return direct
  if (policy.forwardedFrom === 'envoy' && facts.forwardedClientCert.length > 0) {
    return resolveForwarded(facts, direct.value, policy, certificates)
  }
  if (direct.value === undefined) return ok(NO_PEER)
  // Envoy writes the header wherever it saw a certificate, so behind hops its absence is a contradiction. Without hops
  // the certificate of the connection says all that the header could.
  if (policy.forwardedFrom === 'envoy' && policy.trustedHops > 0) {
    return refuse('peer_ambiguous', 'a peer certificate without x-forwarded-client-cert, behind trusted hops')
  }
  return believe(direct.value, policy)
}

function readDirect(
  facts: RequestFacts,
  certificates: Cache<PeerCertificate>,
): Result<PeerCertificate | undefined, Refusal> {
  return facts.peerCertificate === '' ? ok(undefined) : readPeerCertificate(facts.peerCertificate, certificates)
}

function resolveForwarded(
  facts: RequestFacts,
  direct: PeerCertificate | undefined,
  policy: PeerPolicy,
  certificates: Cache<PeerCertificate>,
): Result<Peer, Refusal> {
  // A proxy that writes the header saw a certificate, and Envoy then tells a principal. Neither: somebody else wrote it, and
  // ALWAYS_FORWARD_ONLY, or a listener without TLS, let it pass (D23).
  if (direct === undefined && facts.peerPrincipal === '') {
    return refuse('peer_ambiguous', 'x-forwarded-client-cert on a connection that showed no certificate')
  }
  const parsed = parseForwardedClientCert(facts.forwardedClientCert)
  if (!parsed.ok) return parsed
  const elements = parsed.value
  if (elements.length !== policy.trustedHops + 1) {
    return refuse('peer_ambiguous', 'x-forwarded-client-cert has not trustedHops + 1 elements')
  }
  const claims: PeerClaim[] = []
  for (const [index, element] of elements.entries()) {
    const certified = certifyElement(element, index === elements.length - 1 ? direct : undefined, certificates)
    if (!certified.ok) return certified
    const claim = claimOf(element, certified.value)
    if (!claim.ok) return claim
    claims.push(claim.value)
  }
  if (!hopsAreVouchedFor(elements, direct !== undefined || isPrincipal(facts, elements.at(-1)?.uri))) {
    return refuse('peer_ambiguous', 'forwarded elements that one hostile certificate could have written: forward Cert')
  }
  for (const claim of claims.slice(1)) {
    const hop = believe(claim, policy)
    if (!hop.ok) return hop
    if (hop.value.spiffeId === undefined || !policy.proxies.has(hop.value.spiffeId)) {
      return refuse('peer_untrusted', 'a hop is not one of proxies')
    }
  }
  const caller = claims[0]
  return caller === undefined ? ok(NO_PEER) : believe(caller, policy)
}

function isPrincipal(facts: RequestFacts, uri: string | undefined): boolean {
  return uri !== undefined && uri !== '' && uri === facts.peerPrincipal
}

/** What the configuration lets us believe: no SPIFFE ID without trust domains, none of a domain that is not listed. */
function believe(claim: PeerClaim, policy: PeerPolicy): Result<Peer, Refusal> {
  const { spiffeId, thumbprint, notBeforeSeconds, issuerSerial } = claim
  const believed = policy.trustDomains.size > 0 ? spiffeId : undefined
  if (believed !== undefined && !policy.trustDomains.has(believed.trustDomain)) {
    return refuse('peer_untrusted', 'the trust domain of the peer is not one of trustDomains')
  }
  return ok({
    spiffeId: believed?.text,
    certificateThumbprint: thumbprint,
    certificateNotBeforeSeconds: notBeforeSeconds,
    certificateIssuerSerial: issuerSerial,
  })
}
