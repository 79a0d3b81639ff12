import type { Config, IssuerConfig, RouteConfig } from '../schema.ts'

/** What parsed of the file; undefined where a section or item has faults of its own. */
export type Sections = { readonly [K in keyof Omit<Config, 'issuers' | 'routes'>]: Config[K] | undefined } & {
  readonly issuers: readonly (IssuerConfig | undefined)[]
  readonly routes: readonly (RouteConfig | undefined)[]
}
