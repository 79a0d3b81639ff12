/** Step 9: everything that the request shows, held against the list. A revoked proof key or peer counts like its token. */
import type { Findings } from '../decision.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { RevocationList, RevocationQuery } from './revocation.ts'

/** Refuses with revoked, revocation_stale. */
export function checkRevocation(findings: Findings, list: RevocationList): Refusal | undefined {
  const query = queryOf(findings)
  if (query === undefined) return refusal('internal_error', 'no verified token to look up')
  const outcome = list.find(query, findings.nowMs / 1000)
  switch (outcome.kind) {
    case 'clear':
      return undefined
    case 'stale':
      return refusal('revocation_stale', outcome.detail)
    case 'revoked': {
      const { id, kind } = outcome.revocation
      return refusal('revoked', 'a revocation matches', { revocation: { id, kind } })
    }
  }
}

function queryOf(findings: Findings): RevocationQuery | undefined {
  const { token, peer } = findings
  if (token === undefined) return undefined
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
