/**
 * The whole request on one page: every step in order, each an early return. The outcome is a refusal until the last line says
 * otherwise. Pure but for its ports; time is read once. Proof defects are told before the nonce, and the replay mark comes last,
 * so that nothing that failed an earlier step can burn a `jti` (RFC 9449 §4.3, A0).
 */
import type { KeyObject } from 'node:crypto'
import type { Cache } from './cache.ts'
import type { Clock } from './clock.ts'
import { readCredentials } from './credentials.ts'
import { decide, noFindings } from './decide.ts'
import type { Decision, Findings } from './decision.ts'
import { checkNonce, isNextNonceDue, issueNonce } from './fence.ts'
import type { StepBegun } from './observer.ts'
import type { SeenCertificates } from './peer/certificate-binding.ts'
import type { PeerCertificate } from './peer/client-certificate.ts'
import type { Peer, PeerPolicy } from './peer/peer.ts'
import { resolvePeer } from './peer/resolve-peer.ts'
import { checkCertificate, checkRouteBinding, checkScheme } from './policy/binding.ts'
import { checkLifecycle, recordUse, type SessionActivity } from './policy/lifecycle.ts'
import { checkRequiredPeer, checkScopes } from './policy/requirements.ts'
import { type VerifiedProof, verifyDpopProof } from './proof/dpop-proof.ts'
import { expectedProof } from './proof/expected-proof.ts'
import { holderTag, senderOf } from './proof/holder-tag.ts'
import type { Nonces } from './proof/nonce.ts'
import { proofUseOf } from './proof/proof-use.ts'
import type { Refusal } from './refusal.ts'
import { checkReplay } from './replay/check-replay.ts'
import type { ReplayStore } from './replay/replay-store.ts'
import type { RequestFacts } from './request-facts.ts'
import { errorOf } from './result.ts'
import { checkRevocation } from './revocation/check-revocation.ts'
import type { RevocationList } from './revocation/revocation.ts'
import { findRoute, type RouteTable } from './routes.ts'
import { checkAudience, checkIssuerAllowed } from './token/token-for-route.ts'
import { type TokenDeps, verifyToken } from './token/verify-token.ts'

export interface CheckDeps {
  readonly clock: Clock
  readonly routes: RouteTable
  readonly peers: PeerPolicy
  readonly peerCertificates: Cache<PeerCertificate>
  readonly seenCertificates: SeenCertificates
  readonly token: TokenDeps
  readonly proofKeys: Cache<KeyObject>
  readonly nonces: Nonces
  readonly activity: SessionActivity
  readonly revocations: RevocationList
  readonly replay: ReplayStore
  /** Where `onStoreOutage: insecureMemory` marks while `replay` cannot. */
  readonly standIn: ReplayStore
  readonly stepBegun: StepBegun
  /** Enforcement scope: which checkpoints share one replay memory. */
  readonly scope: string
}

/** Never throws for anything that a request may hold; a fault of a port is the caller's to catch, and to deny. */
export async function check(facts: RequestFacts, decisionId: string, deps: CheckDeps): Promise<Decision> {
  const findings = noFindings(deps.clock.nowMs())
  const refused = await firstRefusal(facts, decisionId, deps, findings)
  return decide(decisionId, findings, refused)
}

async function firstRefusal(
  facts: RequestFacts,
  decisionId: string,
  deps: CheckDeps,
  findings: Findings,
): Promise<Refusal | undefined> {
  const { nowMs } = findings

  // The route, and the peer that Envoy saw.
  const found = findRoute(facts, deps.routes)
  if (!found.ok) return found.error
  const route = found.value
  findings.route = route
  if (route.mode === 'off' || (route.cors && facts.corsPreflight)) return undefined
  if (facts.fault !== undefined) return facts.fault

  const resolved = resolvePeer(facts, deps.peers, deps.peerCertificates)
  if (!resolved.ok) return resolved.error
  const peer = resolved.value
  findings.peer = peer
  rememberCertificate(peer, deps.seenCertificates)

  // Credentials (RFC 9110 §11.4) and access token (RFC 9068 §4).
  const sent = readCredentials(facts)
  if (!sent.ok) return sent.error
  const credentials = sent.value
  findings.scheme = credentials.scheme

  deps.stepBegun?.('token', decisionId)
  const verified = await verifyToken(credentials.token, deps.token, nowMs)
  if (!verified.ok) return verified.error
  const token = verified.value
  findings.token = token
  const misdirected =
    errorOf(checkIssuerAllowed(token, route)) ?? errorOf(checkAudience(token, route)) ?? checkScheme(credentials, token)
  if (misdirected !== undefined) return misdirected

  // Every binding of the token (RFC 9449 §4.3, RFC 8705 §3), then what the route demands.
  deps.stepBegun?.('proof', decisionId)
  let proof: VerifiedProof | undefined
  if (credentials.scheme === 'dpop') {
    const expected = expectedProof(facts, credentials, token, route, nowMs)
    const shown = verifyDpopProof(credentials.proof ?? '', expected, deps.proofKeys)
    if (!shown.ok) return shown.error
    proof = shown.value
    findings.keyThumbprint = proof.thumbprint
    findings.proofAgeSeconds = proof.ageSeconds
    findings.held.push('dpop')
  }
  const unbound = checkCertificate(token, peer, deps.seenCertificates, findings.held)
  if (unbound !== undefined) return unbound
  const unheld = checkRouteBinding(token, peer, route, findings.held)
  if (unheld !== undefined) return unheld

  // Nonce (RFC 9449 §9) and fence. From here to the mark nothing is awaited: a store takes the fence that was looked at
  // last for the one under which the nonce was judged.
  deps.stepBegun?.('policy', decisionId)
  if (proof !== undefined) {
    const fence = deps.replay.fence(proof.thumbprint)
    const holder = holderTag(senderOf(peer, facts))
    const { refused, shown } = checkNonce(proof, route, deps.nonces, fence, nowMs)
    findings.proofUse = proofUseOf(proof, route, holder, shown)
    if (refused !== undefined || (route.nonce !== 'off' && isNextNonceDue(shown))) {
      const isNext = refused === undefined && shown !== undefined
      findings.nonce = issueNonce(proof.thumbprint, deps.nonces, fence, holder, nowMs, isNext)
    }
    if (refused !== undefined) return refused
  }
  // Who may call, how old the session may be, and what was revoked.
  const barred =
    checkRequiredPeer(peer, route) ??
    checkScopes(token, route) ??
    checkLifecycle(token, route, deps.activity, nowMs) ??
    checkRevocation(findings, deps.revocations)
  if (barred !== undefined) return barred

  // Single use (RFC 9449 §11.1), the last step before allow.
  if (proof !== undefined) {
    deps.stepBegun?.('replay', decisionId)
    const used = await checkReplay(proof, facts, findings, decisionId, deps)
    if (used !== undefined) return used
  }
  recordUse(token, route, deps.activity, nowMs)
  return undefined
}

/** So that a rotated certificate can be told from a foreign one later (`certificate_rotated`). */
function rememberCertificate(peer: Peer, seen: SeenCertificates): void {
  const { certificateThumbprint, spiffeId } = peer
  if (certificateThumbprint === undefined || spiffeId === undefined) return
  if (seen.get(certificateThumbprint) === undefined) seen.set(certificateThumbprint, spiffeId)
}
