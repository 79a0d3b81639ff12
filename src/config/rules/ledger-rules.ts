/** Containment needs a list that it can write to, and routes that exist; workloads that share must be believed. */
import { parseSpiffeId } from '../../check/peer/spiffe-id.ts'
import type { Finding, PathPart } from '../fault.ts'
import { nearest } from '../nearest.ts'
import type { Config } from '../schema.ts'
import type { Sections } from './sections.ts'

export function ledgerRules(sections: Sections): readonly Finding[] {
  const { ledger } = sections
  return ledger === undefined ? [] : [...containmentFaults(ledger, sections), ...sharingFaults(ledger, sections)]
}

function containmentFaults(ledger: Config['ledger'], sections: Sections): readonly Finding[] {
  if (ledger.containment.length === 0) return []
  const { store, revocation, routes } = sections
  const findings: Finding[] = []
  const add = (message: string, ...path: readonly PathPart[]): void =>
    void findings.push({ path: ['ledger', 'containment', ...path], message })
  if (!ledger.enabled) add('finds nothing without the ledger; set ledger.enabled: true, or leave it empty')
  if (store?.kind === 'memory' && revocation?.file === null) {
    add('has no list to write to; set store.kind: redis, or revocation.file')
  }
  // With a faulty route the names are not all known: who names it is not to blame.
  if (routes.includes(undefined)) return findings
  const known = new Set(routes.map((route) => route?.name ?? ''))
  for (const [index, rule] of ledger.containment.entries()) {
    for (const [at, name] of (rule.routes ?? []).entries()) {
      if (known.has(name)) continue
      const near = nearest(name, known)
      const mend = near === undefined ? 'take it off the list' : `did you mean ${near}?`
      add(`is no configured route; ${mend}`, index, 'routes', at)
    }
  }
  return findings
}

function sharingFaults({ sharing }: Config['ledger'], { peers }: Sections): readonly Finding[] {
  if (peers === undefined) return []
  const believed: ReadonlySet<string> = new Set(peers.trustDomains)
  return sharing.flatMap((one, index) =>
    one.peers.flatMap((pattern, at) => {
      const trustDomain = parseSpiffeId(pattern.replace(/\/\*$/, ''))?.trustDomain
      if (trustDomain === undefined || believed.has(trustDomain)) return []
      const message = `is of trust domain ${trustDomain}, which is not believed; add it to peers.trustDomains`
      return [{ path: ['ledger', 'sharing', index, 'peers', at], message }]
    }),
  )
}
