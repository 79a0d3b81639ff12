/**
 * What ties the token to its holder (steps 5 and 6). Every member of `cnf` must hold, whatever the route demands: a bound
 * token is never a bearer token. Then the route's rule is held against what was shown.
 */
import type { Credentials } from '../credentials.ts'
import { checkCertificateBinding, type SeenCertificates } from '../peer/certificate-binding.ts'
import type { Peer } from '../peer/peer.ts'
import { checkWorkloadBinding } from '../peer/workload-binding.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { Binding, RoutePlan } from '../route-plan.ts'
import type { VerifiedToken } from '../token/verified-token.ts'

/**
 * The scheme against the token's key, before any proof is looked at. Refuses with binding_downgraded (A24), token_unbound
 * (A26), proof_missing (A25).
 */
export function checkScheme(credentials: Credentials, token: VerifiedToken): Refusal | undefined {
  const { jkt } = token.confirmation
  if (credentials.scheme === 'bearer') {
    return jkt === undefined ? undefined : refusal('binding_downgraded', 'a DPoP-bound token under the Bearer scheme')
  }
  if (jkt === undefined) return refusal('token_unbound', 'the DPoP scheme with a token that has no cnf.jkt')
  return credentials.proof === undefined ? refusal('proof_missing', 'the DPoP scheme without a DPoP header') : undefined
}

/** Refuses with certificate_missing, certificate_mismatch, certificate_rotated; notes in `held` what was shown. */
export function checkCertificate(
  token: VerifiedToken,
  peer: Peer,
  seen: SeenCertificates,
  held: Binding[],
): Refusal | undefined {
  const { x5tS256 } = token.confirmation
  if (x5tS256 === undefined) return undefined
  const shown = checkCertificateBinding(x5tS256, peer, token.holder, seen)
  if (!shown.ok) return shown.error
  held.push('certificate')
  return undefined
}

/**
 * The route's rule over `held`; `workload` is shown here, since it needs no `cnf`: the token's holder must be the peer. Refuses
 * with token_unbound, or with the workload binding's own reasons (certificate_missing, peer_mismatch) where nothing else
 * satisfies the route.
 */
export function checkRouteBinding(
  token: VerifiedToken,
  peer: Peer,
  route: RoutePlan,
  held: Binding[],
): Refusal | undefined {
  const { accepted, rule } = route.binding
  const workload = accepted.has('workload') ? checkWorkloadBinding(token.holder, peer) : undefined
  if (workload?.ok === true) held.push('workload')
  const satisfied =
    rule === 'anyOf'
      ? accepted.has('insecureBearer') || held.some((binding) => accepted.has(binding))
      : [...accepted].every((binding) => binding !== 'insecureBearer' && held.includes(binding))
  if (satisfied) return undefined
  const onlyWorkloadUnmet = [...accepted].every((binding) => binding === 'workload' || held.some((b) => b === binding))
  const told = rule === 'anyOf' || onlyWorkloadUnmet
  if (workload?.ok === false && told) return workload.error
  return refusal('token_unbound', 'the token has no binding that the route accepts, or lacks one that it demands')
}
