/** Issuers are told apart by name, and routes name those that exist. */
import type { Finding } from '../fault.ts'
import { nearest } from '../nearest.ts'
import type { Sections } from './sections.ts'

export function issuerRules({ issuers, routes }: Sections): readonly Finding[] {
  const findings: Finding[] = []
  const known = new Set<string>()
  for (const [index, issuer] of issuers.entries()) {
    if (issuer === undefined) continue
    if (known.has(issuer.issuer)) {
      const message = 'is an issuer that stands above already; keep one entry for each'
      findings.push({ path: ['issuers', index, 'issuer'], message })
    }
    known.add(issuer.issuer)
  }
  // With a faulty entry the names are not all known: a route that names it is not to blame.
  if (issuers.includes(undefined)) return findings
  for (const [index, route] of routes.entries()) {
    for (const [at, name] of (route?.issuers ?? []).entries()) {
      if (known.has(name)) continue
      const near = nearest(name, known)
      const mend = near === undefined ? 'add it to issuers' : `did you mean ${near}?`
      findings.push({ path: ['routes', index, 'issuers', at], message: `is no configured issuer; ${mend}` })
    }
  }
  return findings
}
