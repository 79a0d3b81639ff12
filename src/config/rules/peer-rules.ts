/** Whoever is told by a SPIFFE ID must be of a trust domain that is believed: callers that routes ask for, and proxies. */
import { parseSpiffeId } from '../../check/peer/spiffe-id.ts'
import type { Finding, PathPart } from '../fault.ts'
import type { RouteConfig } from '../schema.ts'
import type { Sections } from './sections.ts'

export function peerRules({ peers, routes }: Sections): readonly Finding[] {
  if (peers === undefined) return []
  const believed: ReadonlySet<string> = new Set(peers.trustDomains)
  return [
    ...unbelieved(peers.forwardedClientCert.proxies, ['peers', 'forwardedClientCert', 'proxies'], believed),
    ...routes.flatMap((route, index) => (route === undefined ? [] : routeFaults(route, index, believed))),
  ]
}

function routeFaults(route: RouteConfig, index: number, believed: ReadonlySet<string>): readonly Finding[] {
  const peers: PathPart[] = ['routes', index, 'require', 'peers']
  return [...bindingFaults(route, index, believed), ...unbelieved(route.require.peers, peers, believed)]
}

function bindingFaults({ binding }: RouteConfig, index: number, believed: ReadonlySet<string>): readonly Finding[] {
  const rule = binding.anyOf === undefined ? 'allOf' : 'anyOf'
  const at = (binding.anyOf ?? binding.allOf ?? []).indexOf('workload')
  if (at === -1 || believed.size > 0) return []
  const message = 'needs the SPIFFE ID of the peer, but no trust domain is believed; add it to peers.trustDomains'
  return [{ path: ['routes', index, 'binding', rule, at], message }]
}

/** SPIFFE IDs, or prefixes of them, that no peer could ever be shown to have. */
function unbelieved(
  patterns: readonly string[],
  list: readonly PathPart[],
  believed: ReadonlySet<string>,
): readonly Finding[] {
  return patterns.flatMap((pattern, at) => {
    const trustDomain = parseSpiffeId(pattern.replace(/\/\*$/, ''))?.trustDomain
    if (trustDomain === undefined || believed.has(trustDomain)) return []
    const message = `is of trust domain ${trustDomain}, which is not believed; add it to peers.trustDomains`
    return [{ path: [...list, at], message }]
  })
}
