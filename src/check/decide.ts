/** From a refusal, or none, to the verdict: the mode of the route has the last word. */
import type { Decision, Findings } from './decision.ts'
import { NO_PEER } from './peer/peer.ts'
import type { Refusal } from './refusal.ts'

export function noFindings(nowMs: number): Findings {
  return {
    nowMs,
    route: undefined,
    peer: NO_PEER,
    scheme: undefined,
    token: undefined,
    keyThumbprint: undefined,
    proofAgeSeconds: undefined,
    proofUse: undefined,
    held: [],
    nonce: undefined,
    degraded: [],
  }
}

/** Without a refusal: allow. With one: deny, unless the route only observes. */
export function decide(id: string, findings: Findings, refused: Refusal | undefined): Decision {
  const mode = findings.route?.mode ?? 'enforce'
  if (refused === undefined) {
    return { id, verdict: 'allow', reason: 'ok', mode, wouldDeny: false, refusal: undefined, findings }
  }
  const wouldDeny = mode === 'observe'
  return {
    id,
    verdict: wouldDeny ? 'allow' : 'deny',
    reason: refused.reason,
    mode,
    wouldDeny,
    refusal: refused,
    findings,
  }
}
