/**
 * A token that names the workload which may use it, and the workload that brings it: bound to the SPIFFE ID, not to the
 * instance (requirements B, "Bind to the SPIFFE ID"). Weaker than a certificate, and it survives its renewal.
 */
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import type { Peer } from './peer.ts'

/**
 * `holder` is the SPIFFE ID of the verified token. Refuses `certificate_missing` (nobody showed a certificate),
 * `token_unbound` (the token names no workload) and `peer_mismatch` (another workload, or one without a believed ID).
 */
export function checkWorkloadBinding(holder: string | undefined, peer: Peer): Result<true, Refusal> {
  if (peer.certificateThumbprint === undefined) {
    return refuse('certificate_missing', 'a workload-bound token, and no client certificate from Envoy')
  }
  if (holder === undefined) return refuse('token_unbound', 'the token names no workload')
  return holder === peer.spiffeId ? ok(true) : refuse('peer_mismatch', 'the token is for another workload')
}
