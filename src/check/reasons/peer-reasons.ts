/** Reasons that concern the workload at the other end of the connection. */
import { type ReasonRow, row, USE_STOLEN } from './row.ts'

export const PEER_REASONS = {
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
} as const satisfies Record<string, ReasonRow>
