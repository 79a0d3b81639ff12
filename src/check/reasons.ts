/**
 * The closed set of reasons for a refusal. The tag is the metric label, the log field and the dynamic metadata;
 * the row says what it means for impersonation and how the wire answers. One table, so that no consumer has a
 * branch of its own (design: reasons).
 *
 * `answer` names the shapes of the wire, written out in challenge.ts:
 * - `proof`: 401 `DPoP error="invalid_dpop_proof"` (W1)
 * - `token`: 401 `invalid_token` in the challenge of the scheme used (W2 for DPoP, W6 for Bearer)
 * - `nonce`: 401 `DPoP error="use_dpop_nonce"` with one `DPoP-Nonce` (W3)
 * - `none`: 401 with challenges that name no error (W0)
 * - `request`: 400 `invalid_request` (W4)
 * - `scope`: 403 `insufficient_scope` (W5)
 * - `policy`: 403 without an OAuth error (W7)
 * - `unavailable`: 503 with `Retry-After` (W9)
 */
export type Answer = 'proof' | 'token' | 'nonce' | 'none' | 'request' | 'scope' | 'policy' | 'unavailable'

/** What a reason says about impersonation. `none` is for refusals that say nothing (a first nonce, a missing scope). */
export type Class =
  | 'replayed'
  | 'stolen'
  | 'forwarded'
  | 'transplanted'
  | 'downgraded'
  | 'cloned'
  | 'revoked'
  | 'stale'
  | 'unbound'
  | 'invalid'
  | 'unavailable'
  | 'none'

export interface ReasonRow {
  readonly class: Class
  readonly answer: Answer
  /** Fixed text for `error_description` and the body: nothing of the request, no quote, no backslash (RFC 6750 §3). */
  readonly publicText: string
  /** What it means and what to do, for operators (docs/reasons.md is generated from this). */
  readonly meaning: string
  /** MITRE ATT&CK techniques (catalogue v18); tactics are derived from the catalogue, never stored. */
  readonly attack: readonly string[]
  /** OWASP Non-Human Identities Top 10 (2025) items. */
  readonly nhi: readonly string[]
  /** NIST CSF 2.0 subcategories. */
  readonly csf: readonly string[]
}

function row(
  cls: Class,
  answer: Answer,
  publicText: string,
  meaning: string,
  attack: readonly string[] = [],
  nhi: readonly string[] = [],
  csf: readonly string[] = [],
): ReasonRow {
  return { class: cls, answer, publicText, meaning, attack, nhi, csf }
}

const USE_STOLEN = ['T1550.001'] as const
const FORGE = ['T1606'] as const

export const REASONS = {
  token_missing: row(
    'invalid',
    'none',
    'an access token is required',
    'No usable credentials: no Authorization header, another scheme, or a token in the query only.',
  ),
  credentials_malformed: row(
    'invalid',
    'request',
    'the Authorization header is malformed',
    'The header does not follow the grammar of RFC 9110 §11.4: scheme, spaces, one token68. Or a header exceeds its size limit.',
  ),
  credentials_ambiguous: row(
    'invalid',
    'request',
    'the request carries more than one credential',
    'More than one token, or more than one proof. Which one counts must never be a matter of parsing order (RFC 9449 §4.3 item 1, §7.2).',
    ['T1557'],
    ['NHI4'],
    ['DE.CM-01'],
  ),
  token_malformed: row(
    'invalid',
    'token',
    'the access token is malformed',
    'Not a compact JWS with strict base64url and strict JSON, or a required claim is missing or of the wrong type (RFC 9068 §2.2).',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  token_signature: row(
    'invalid',
    'token',
    'the access token is not valid',
    'No trusted key verifies the signature, the algorithm is not allowed for the issuer, or the key is unknown.',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  token_type: row(
    'invalid',
    'token',
    'the token is not an access token',
    'The typ header names another kind of token (RFC 9068 §4). An issuer that predates RFC 9068 needs insecureAnyTokenType.',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  token_expired: row(
    'stale',
    'token',
    'the access token expired',
    'exp has passed. The client renews its token.',
    [],
    ['NHI7'],
    ['PR.AA-01'],
  ),
  token_not_yet_valid: row(
    'invalid',
    'token',
    'the access token is not valid yet',
    'nbf or iat lies in the future beyond the allowed skew: look at the clocks.',
  ),
  issuer_untrusted: row(
    'invalid',
    'token',
    'the issuer is not accepted here',
    'iss is not a configured issuer, or not one of this route. Compared exactly, without normalisation (RFC 9068 §4).',
    FORGE,
    ['NHI3', 'NHI8'],
    ['PR.AA-03'],
  ),
  token_inactive: row(
    'invalid',
    'token',
    'the access token is not active',
    'The issuer says so by introspection (RFC 7662 §2.2).',
    ['T1078.004'],
    ['NHI1'],
    ['PR.AA-01'],
  ),
  audience_mismatch: row(
    'transplanted',
    'token',
    'the access token is for another audience',
    'A token for another service was brought here: passed through by a service that should have exchanged it, or stolen.',
    USE_STOLEN,
    ['NHI5', 'NHI8'],
    ['PR.AA-05'],
  ),
  token_unbound: row(
    'unbound',
    'token',
    'a sender-constrained access token is required',
    'A plain bearer token where the route demands a binding, or a token without a key under the DPoP scheme.',
    USE_STOLEN,
    ['NHI4'],
    ['PR.AA-04'],
  ),
  proof_missing: row(
    'downgraded',
    'proof',
    'a DPoP proof is required',
    'The DPoP scheme without a DPoP header (RFC 9449 §7.1). A token copied out of a log looks like this.',
    USE_STOLEN,
    ['NHI4'],
    ['PR.AA-04'],
  ),
  binding_downgraded: row(
    'downgraded',
    'token',
    'a bound access token must be sent with its proof',
    'A DPoP-bound token sent as Bearer (RFC 9449 §7.2): somebody holds the token without its key, or the client is wrong.',
    USE_STOLEN,
    ['NHI4'],
    ['PR.AA-04'],
  ),
  binding_unsupported: row(
    'invalid',
    'token',
    'the binding of the access token is not supported',
    'cnf holds a member that is not understood. It is refused, never ignored: an unknown binding must not become a bearer token.',
    [],
    ['NHI4'],
    ['PR.AA-04'],
  ),
  proof_malformed: row(
    'invalid',
    'proof',
    'the DPoP proof is malformed',
    'Not a compact JWS with strict base64url and strict JSON, or a required claim is missing or of the wrong type (RFC 9449 §4.3 items 2, 3).',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  proof_type: row(
    'invalid',
    'proof',
    'the DPoP proof has the wrong type',
    'typ is not dpop+jwt (RFC 9449 §4.3 item 4): another kind of JWT is used as a proof.',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  proof_algorithm: row(
    'invalid',
    'proof',
    'the DPoP proof uses an algorithm that is not accepted',
    'alg is not on the route list (RFC 9449 §4.3 item 5). The challenge names the list in algs.',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  proof_key: row(
    'invalid',
    'proof',
    'the key in the DPoP proof is not acceptable',
    'The jwk is absent, private, weak, or does not fit alg (RFC 9449 §4.3 items 6, 7).',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  proof_signature: row(
    'invalid',
    'proof',
    'the signature of the DPoP proof is not valid',
    'The proof was altered, or signed by another key than the one it shows.',
    FORGE,
    ['NHI4'],
    ['DE.CM-09'],
  ),
  proof_key_mismatch: row(
    'stolen',
    'token',
    'the access token is bound to another key',
    'A valid proof by a key that the token is not bound to: the token was taken without its key.',
    ['T1550.001', 'T1528'],
    ['NHI2', 'NHI4'],
    ['PR.AA-03', 'PR.AA-04', 'DE.CM-09'],
  ),
  proof_token_mismatch: row(
    'stolen',
    'proof',
    'the DPoP proof was made for another access token',
    'ath is the hash of another token (RFC 9449 §4.3 item 12): proof and token come from different places.',
    USE_STOLEN,
    ['NHI9'],
    ['PR.AA-04'],
  ),
  proof_target_mismatch: row(
    'transplanted',
    'proof',
    'the DPoP proof was made for another request',
    'htm or htu name another method or target URI (RFC 9449 §4.3 items 8, 9): the proof was carried over from another request, or the route origin is not what clients sign.',
    USE_STOLEN,
    ['NHI8'],
    ['PR.AA-04'],
  ),
  proof_stale: row(
    'stale',
    'proof',
    'the DPoP proof is too old',
    'iat lies further back than maxAgeSeconds (RFC 9449 §11.1).',
    [],
    ['NHI4'],
    [],
  ),
  proof_future: row(
    'stale',
    'proof',
    'the DPoP proof is dated in the future',
    'iat lies further ahead than futureSkewSeconds: look at the clocks, or the proof was made in advance.',
    [],
    ['NHI4'],
    [],
  ),
  proof_replayed: row(
    'replayed',
    'proof',
    'the DPoP proof was used before',
    'The same proof a second time. A client that retries signs anew; anything else recorded a request and sent it again.',
    ['T1550.001', 'T1557'],
    ['NHI4'],
    ['DE.AE-02'],
  ),
  nonce_required: row(
    'none',
    'nonce',
    'a nonce is required in the DPoP proof',
    'The proof has no nonce where the route or the fence wants one. Clients retry with the nonce they are handed.',
  ),
  nonce_stale: row(
    'none',
    'nonce',
    'the nonce in the DPoP proof is too old',
    'A genuine nonce, older than two periods or minted before the fence.',
  ),
  nonce_invalid: row(
    'none',
    'nonce',
    'the nonce in the DPoP proof is not valid',
    'Not one of our nonces, or minted for another key or scope. The first time says nothing; repetition does.',
  ),
  session_cloned: row(
    'cloned',
    'token',
    'the session is in use by another holder',
    'Two live holders of one key: the nonce lineage forked.',
    USE_STOLEN,
    ['NHI2', 'NHI9'],
    ['DE.AE-03'],
  ),
  certificate_missing: row(
    'downgraded',
    'token',
    'a client certificate is required',
    'A token that is bound to a certificate or a workload, on a connection that shows none. Also when Envoy is not told to include it.',
    USE_STOLEN,
    ['NHI4'],
    ['PR.AA-04'],
  ),
  certificate_mismatch: row(
    'stolen',
    'token',
    'the access token is bound to another certificate',
    'Another certificate of another identity: the token was taken without its certificate (RFC 8705 §3).',
    ['T1550.001', 'T1649'],
    ['NHI2', 'NHI9'],
    ['RS.AN-03'],
  ),
  certificate_rotated: row(
    'stale',
    'token',
    'the certificate was renewed, renew the access token',
    'Another certificate of the same workload: not an incident, the token must be renewed with it (RFC 8705 §6.3).',
    [],
    ['NHI7'],
    ['PR.AA-02'],
  ),
  peer_mismatch: row(
    'forwarded',
    'policy',
    'the caller may not use this access token',
    'The right token, with the right proof if any, but another workload brings it.',
    USE_STOLEN,
    ['NHI9'],
    ['PR.AA-04', 'DE.AE-03'],
  ),
  peer_untrusted: row(
    'invalid',
    'policy',
    'the caller is not accepted here',
    'The peer is of a foreign trust domain, is no valid workload certificate, or is not on the list of the route.',
    ['T1649'],
    ['NHI3', 'NHI8'],
    ['PR.AA-03'],
  ),
  peer_ambiguous: row(
    'invalid',
    'policy',
    'the identity of the caller is not clear',
    'A forged or contradictory x-forwarded-client-cert, or a certificate with more than one SPIFFE ID.',
    ['T1557'],
    ['NHI4'],
    ['DE.CM-01'],
  ),
  token_lifetime_exceeded: row(
    'stale',
    'token',
    'the access token lives longer than is accepted here',
    'exp minus iat exceeds maxLifetimeSeconds of the route: the issuer hands out tokens that are worth stealing.',
    [],
    ['NHI7'],
    ['PR.AA-01'],
  ),
  session_too_old: row(
    'stale',
    'token',
    'the session is too old',
    'Older than maxAgeSeconds, counted from auth_time, else iat.',
    [],
    ['NHI1', 'NHI7'],
    ['PR.AA-01'],
  ),
  session_idle: row(
    'stale',
    'token',
    'the session was idle for too long',
    'No use for idleSeconds, counted from the later of iat and the last use on record.',
    [],
    ['NHI1', 'NHI7'],
    ['PR.AA-01'],
  ),
  revoked: row(
    'revoked',
    'token',
    'the access token is not accepted any more',
    'A revocation matches; the log says of which kind and id.',
    ['T1078.004'],
    ['NHI1'],
    ['PR.AA-01'],
  ),
  scope_insufficient: row(
    'none',
    'scope',
    'the scope is not sufficient',
    'The token is good, a scope that the route requires is missing.',
    [],
    [],
    ['PR.AA-05'],
  ),
  route_unknown: row(
    'invalid',
    'policy',
    'there is no such route',
    'No route matches, Envoy named an unknown one, or the path can be read as more than one route.',
    [],
    [],
    ['PR.AA-05'],
  ),
  replay_store_unavailable: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The memory of used proofs does not answer or is full; without it single use cannot be shown.',
  ),
  revocation_stale: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The revocation list cannot be shown to be fresh.',
  ),
  keys_unavailable: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The keys of the issuer could not be fetched, and no good set is left.',
  ),
  introspection_unavailable: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The introspection endpoint does not answer.',
  ),
  deadline_exceeded: row(
    'unavailable',
    'unavailable',
    'try again later',
    'No decision within deadlineMs, or more checks in flight than maxConcurrentChecks.',
  ),
  internal_error: row(
    'unavailable',
    'unavailable',
    'try again later',
    'A fault of ours, or a Check that does not come from our Envoy; the log has it.',
  ),
} as const satisfies Record<string, ReasonRow>

export type Reason = keyof typeof REASONS

export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[]
