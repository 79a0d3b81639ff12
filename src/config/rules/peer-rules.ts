/** A route that asks who the peer is needs trust domains that are believed. */
import { parseSpiffeId } from '../../check/peer/spiffe-id.ts'
import type { Finding, PathPart } from '../fault.ts'
import type { Sections } from '../rules.ts'
import type { RouteConfig } from '../schema.ts'

export function peerRules({ peers, routes }: Sections): readonly Finding[] {
  if (peers === undefined) return []
  const believed: ReadonlySet<string> = new Set(peers.trustDomains)
  return routes.flatMap((route, index) =>
    route === undefined ? [] : [...bindingFaults(route, index, believed), ...allowedPeerFaults(route, index, believed)],
  )
}

function bindingFaults({ binding }: RouteConfig, index: number, believed: ReadonlySet<string>): readonly Finding[] {
  const rule = binding.anyOf === undefined ? 'allOf' : 'anyOf'
  const at = (binding.anyOf ?? binding.allOf ?? []).indexOf('workload')
  if (at === -1 || believed.size > 0) return []
  const message = 'needs the SPIFFE ID of the peer, but no trust domain is believed; add it to peers.trustDomains'
  return [{ path: ['routes', index, 'binding', rule, at], message }]
}

function allowedPeerFaults(route: RouteConfig, index: number, believed: ReadonlySet<string>): readonly Finding[] {
  const findings: Finding[] = []
  for (const [at, pattern] of route.require.peers.entries()) {
    const trustDomain = parseSpiffeId(pattern.replace(/\/\*$/, ''))?.trustDomain
    if (trustDomain === undefined || believed.has(trustDomain)) continue
    const path: PathPart[] = ['routes', index, 'require', 'peers', at]
    findings.push({
      path,
      message: `is of trust domain ${trustDomain}, which is not believed; add it to peers.trustDomains`,
    })
  }
  return findings
}
