/**
 * One decision as a log entry: who, what, where and why, and never a byte of a token, proof, nonce or key. Hashes stand for
 * them, the same ones as in Envoy's dynamic metadata. Claims of a verified token may be named, bounded and made printable;
 * of the request itself only method, peer address and trace ids are.
 */
import type { CheckEvent } from '../check/observer.ts'
import { printable } from '../check/printable.ts'
import { REASONS } from '../check/reasons.ts'
import { sessionOf } from '../check/session.ts'
import { shortHash } from '../check/short-hash.ts'

type DecisionRecord = Readonly<Record<string, unknown>>

export function decisionRecord({ decision, facts, durationMs }: CheckEvent): DecisionRecord {
  const { findings, refusal, reason } = decision
  const { token, peer, route, keyThumbprint } = findings
  const record: Record<string, unknown> = {
    decision_id: decision.id,
    verdict: decision.verdict,
    mode: decision.mode,
    reason,
    would_deny: decision.wouldDeny,
    duration_ms: Math.round(durationMs * 1000) / 1000,
    method: printable(facts.method),
  }
  if (route !== undefined) record['route'] = route.name
  if (facts.sourceAddress !== '') record['source_address'] = printable(facts.sourceAddress)
  if (peer.spiffeId !== undefined) record['peer'] = peer.spiffeId
  if (peer.certificateThumbprint !== undefined) record['certificate'] = shortHash(peer.certificateThumbprint)
  if (findings.scheme !== undefined) record['scheme'] = findings.scheme
  if (keyThumbprint !== undefined) record['key'] = shortHash(keyThumbprint)
  if (findings.proofAgeSeconds !== undefined) record['proof_age_seconds'] = findings.proofAgeSeconds
  if (findings.degraded.length > 0) record['degraded'] = findings.degraded.join(',')
  if (token !== undefined) {
    record['issuer'] = token.issuer
    if (token.subject !== undefined) record['subject'] = printable(token.subject)
    if (token.client !== undefined) record['client'] = printable(token.client)
    record['token'] = token.sha256.slice(0, SHORT_HASH_DIGITS)
    record['session'] = shortHash(sessionOf(token).key)
    record['binding'] = findings.held.length === 0 ? 'none' : findings.held.join(',')
  }
  if (reason !== 'ok') {
    const { class: cls, attack, nhi, csf } = REASONS[reason]
    Object.assign(record, { class: cls, attack, nhi, csf })
  }
  if (refusal !== undefined) {
    record['detail'] = refusal.detail
    if (refusal.firstUse !== undefined) {
      record['first_use'] = { sender: refusal.firstUse.sender, at: new Date(refusal.firstUse.atMs).toISOString() }
    }
    if (refusal.foreignKey !== undefined) record['foreign_key'] = shortHash(refusal.foreignKey)
    if (refusal.revocation !== undefined) {
      record['revocation'] = { id: printable(refusal.revocation.id), kind: refusal.revocation.kind }
    }
  }
  if (facts.traceparent !== undefined) {
    // version-traceid-parentid-flags: the grammar was checked when the facts were read (W3C Trace Context §3.2).
    const [, traceId, spanId] = facts.traceparent.split('-')
    record['trace_id'] = traceId
    record['span_id'] = spanId
  }
  return record
}

const SHORT_HASH_DIGITS = 16
