/**
 * Rules between keys of different sections. Each takes what parsed: a section or item with faults of its own is undefined,
 * and a rule that needs it is silent, so that one fault never shows as two.
 */
import type { Finding } from './fault.ts'
import { auditRules } from './rules/audit-rules.ts'
import { consoleRules } from './rules/console-rules.ts'
import { issuerRules } from './rules/issuer-rules.ts'
import { ledgerRules } from './rules/ledger-rules.ts'
import { peerRules } from './rules/peer-rules.ts'
import { routeRules } from './rules/route-rules.ts'
import type { Sections } from './rules/sections.ts'
import { storeRules } from './rules/store-rules.ts'

const RULES: readonly ((sections: Sections) => readonly Finding[])[] = [
  storeRules,
  issuerRules,
  peerRules,
  routeRules,
  auditRules,
  ledgerRules,
  consoleRules,
]

export function checkRules(sections: Sections): readonly Finding[] {
  return RULES.flatMap((rule) => rule(sections))
}
