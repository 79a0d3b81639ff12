/**
 * What each reason says about impersonation: every reason stands here, so that a new one must be judged before it compiles.
 * `proven`: by cryptography, whoever sent it is not who may. `suspected`: a fault or a delay of an honest client looks the same.
 */
import type { Reason } from '../../check/reasons.ts'
import type { IncidentClass } from '../incident.ts'

export interface Judgement {
  readonly class: IncidentClass
  readonly confidence: 'proven' | 'suspected'
  readonly by: string
  /** Says more where the token names a workload as its holder and the peer is another one: proven then. */
  readonly byAnother?: string
  /** Nothing is said unless `byAnother` holds: the holder's own clock is his own affair. */
  readonly onlyByAnother?: true
}

const OTHER_WORKLOAD = 'by another workload than the holder that the token names'

export const JUDGEMENTS = {
  proof_replayed: judged(
    'replayed',
    'suspected',
    'one proof came twice from one sender: a retry of the same bytes looks the same',
  ),
  proof_key_mismatch: judged('stolen', 'proven', 'a valid signature by a key that the token is not bound to'),
  proof_token_mismatch: judged(
    'stolen',
    'suspected',
    'a proof made for another token: a client that has just renewed its token looks the same',
    `a proof made for another token, brought ${OTHER_WORKLOAD}`,
  ),
  certificate_mismatch: judged(
    'stolen',
    'proven',
    'the connection shows another certificate than the token is bound to',
  ),
  peer_mismatch: judged('forwarded', 'proven', `the token was brought ${OTHER_WORKLOAD}`),
  audience_mismatch: judged(
    'transplanted',
    'suspected',
    'a token for another service: a client or service that mixes its tokens up looks the same',
    `a token for another service, brought ${OTHER_WORKLOAD}`,
  ),
  proof_target_mismatch: judged(
    'transplanted',
    'suspected',
    'a proof made for another request: a wrong origin in client or route looks the same',
    `a proof made for another request, brought ${OTHER_WORKLOAD}`,
  ),
  proof_missing: judged(
    'downgraded',
    'suspected',
    'a bound token without a proof: a client that is configured wrongly looks the same',
    `a bound token without a proof, brought ${OTHER_WORKLOAD}`,
  ),
  binding_downgraded: judged(
    'downgraded',
    'suspected',
    'a bound token sent as a bearer token: a client that is configured wrongly looks the same',
    `a bound token sent as a bearer token ${OTHER_WORKLOAD}`,
  ),
  certificate_missing: judged(
    'downgraded',
    'suspected',
    'a bound token on a connection without a certificate: a proxy that is configured wrongly looks the same',
  ),
  session_cloned: judged('cloned', 'proven', 'two holders use one key, and neither knows the nonces of the other'),
  revoked: judged('revoked', 'proven', 'used after it was revoked'),
  token_expired: judged('stale', 'suspected', 'used after it expired: a client that renews late looks the same'),
  session_too_old: judged('stale', 'suspected', 'used after the session had reached its greatest age'),
  session_idle: judged('stale', 'suspected', 'used after the session had been idle for too long'),
  token_lifetime_exceeded: judged('stale', 'suspected', 'the token lives longer than the route accepts'),
  proof_stale: onlyByAnother('stale', `a proof out of its time, brought ${OTHER_WORKLOAD}`),
  proof_future: onlyByAnother('stale', `a proof ahead of its time, brought ${OTHER_WORKLOAD}`),

  // Renewal, round trips and missing rights are no incidents.
  certificate_rotated: undefined,
  nonce_required: undefined,
  nonce_stale: undefined,
  nonce_invalid: undefined,
  scope_insufficient: undefined,
  token_unbound: undefined,
  // What was never good says nothing of a session that is.
  token_missing: undefined,
  credentials_malformed: undefined,
  credentials_ambiguous: undefined,
  token_malformed: undefined,
  token_signature: undefined,
  token_type: undefined,
  token_not_yet_valid: undefined,
  token_inactive: undefined,
  issuer_untrusted: undefined,
  binding_unsupported: undefined,
  proof_malformed: undefined,
  proof_type: undefined,
  proof_algorithm: undefined,
  proof_key: undefined,
  proof_signature: undefined,
  peer_untrusted: undefined,
  peer_ambiguous: undefined,
  route_unknown: undefined,
  // Ours, not the caller's.
  replay_store_unavailable: undefined,
  revocation_stale: undefined,
  keys_unavailable: undefined,
  introspection_unavailable: undefined,
  deadline_exceeded: undefined,
  internal_error: undefined,
} as const satisfies Record<Reason, Judgement | undefined>

function judged(cls: IncidentClass, confidence: Judgement['confidence'], by: string, byAnother?: string): Judgement {
  return byAnother === undefined ? { class: cls, confidence, by } : { class: cls, confidence, by, byAnother }
}

function onlyByAnother(cls: IncidentClass, by: string): Judgement {
  return { class: cls, confidence: 'suspected', by, byAnother: by, onlyByAnother: true }
}
