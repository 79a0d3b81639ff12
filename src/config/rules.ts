/**
 * Rules between keys of different sections. Each takes what parsed: a section or item with faults of its own is undefined,
 * and a rule that needs it is silent, so that one fault never shows as two.
 */
import type { Finding } from './fault.ts'
import { issuerRules } from './rules/issuer-rules.ts'
import { peerRules } from './rules/peer-rules.ts'
import { routeRules } from './rules/route-rules.ts'
import { storeRules } from './rules/store-rules.ts'
import type { Config, IssuerConfig, RouteConfig } from './schema.ts'

export type Sections = { readonly [K in keyof Omit<Config, 'issuers' | 'routes'>]: Config[K] | undefined } & {
  readonly issuers: readonly (IssuerConfig | undefined)[]
  readonly routes: readonly (RouteConfig | undefined)[]
}

const RULES: readonly ((sections: Sections) => readonly Finding[])[] = [storeRules, issuerRules, peerRules, routeRules]

export function checkRules(sections: Sections): readonly Finding[] {
  return RULES.flatMap((rule) => rule(sections))
}
