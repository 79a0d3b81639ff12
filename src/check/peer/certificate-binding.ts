/**
 * A certificate-bound token and the certificate of the connection (RFC 8705 §3; B1, B4, B7, B12): the exact leaf, nothing
 * weaker. A renewed certificate of the same workload is refused too, but told apart from theft.
 */
import type { Cache } from '../cache.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import type { Peer } from './peer.ts'

/** Certificates seen here: `x5t#S256` to the SPIFFE ID that was believed. Bounded; only ever used to name a refusal. */
export type SeenCertificates = Cache<string>

/**
 * `x5tS256` is the member of the verified token's `cnf`, `holder` the workload that the token names, if any. Refuses
 * `certificate_missing`, `certificate_rotated` (the token's holder is the peer, or the peer's SPIFFE ID had that
 * certificate here) and `certificate_mismatch`.
 */
export function checkCertificateBinding(
  x5tS256: string,
  peer: Peer,
  holder: string | undefined,
  seen: SeenCertificates,
): Result<true, Refusal> {
  if (peer.certificateThumbprint === undefined) {
    return refuse('certificate_missing', 'a certificate-bound token, and no client certificate from Envoy')
  }
  if (peer.certificateThumbprint === x5tS256) return ok(true)
  const sameWorkload = peer.spiffeId !== undefined && (holder === peer.spiffeId || seen.get(x5tS256) === peer.spiffeId)
  return sameWorkload
    ? refuse('certificate_rotated', 'bound to another certificate of the same workload')
    : refuse('certificate_mismatch', 'bound to another certificate')
}
