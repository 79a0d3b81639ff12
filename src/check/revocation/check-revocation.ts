/** Step 9: everything that the request shows, held against the list. A revoked proof key or peer counts like its token. */
import type { Findings } from '../decision.ts'
import type { Peer } from '../peer/peer.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { VerifiedToken } from '../token/verified-token.ts'
import type { RevocationList, RevocationQuery } from './revocation.ts'

/** Refuses with revoked, revocation_stale. */
export function checkRevocation(findings: Findings, list: RevocationList): Refusal | undefined {
  const { token, peer } = findings
  if (token === undefined) return refusal('internal_error', 'no verified token to look up')
  const outcome = list.find(revocationQuery(token, peer), findings.nowMs / 1000)
  switch (outcome.kind) {
    case 'clear':
      return undefined
    case 'stale':
      if (findings.route?.onRevocationStale !== 'insecureAllow') return refusal('revocation_stale', outcome.detail)
      findings.degraded.push('insecureStaleRevocations')
      return undefined
    case 'revoked': {
      const { id, kind } = outcome.revocation
      return refusal('revoked', 'a revocation matches', { revocation: { id, kind } })
    }
  }
}

/** What a request with this token from this peer shows that may be revoked. */
export function revocationQuery(token: VerifiedToken, peer: Peer): RevocationQuery {
  const { jkt, x5tS256 } = token.confirmation
  return {
    tokenSha256: token.sha256,
    tokenId: token.tokenId,
    issuer: token.issuer,
    sessionId: token.sessionId,
    subject: token.subject,
    client: token.client,
    keyThumbprint: jkt,
    certificateThumbprints: known(peer.certificateThumbprint, x5tS256),
    certificateIssuerSerial: peer.certificateIssuerSerial,
    certificateNotBeforeSeconds: peer.certificateNotBeforeSeconds,
    workloads: known(peer.spiffeId, token.holder),
    issuedAtSeconds: token.issuedAtSeconds,
  }
}

function known(first: string | undefined, second: string | undefined): readonly string[] {
  if (first === undefined) return second === undefined ? NONE : [second]
  return second === undefined || second === first ? [first] : [first, second]
}

const NONE: readonly string[] = []
