/** The one schema of the configuration file; the reference page, `holdfast schema` and the loader all come from it. */
import * as z from 'zod'
import { audit } from './schema/audit.ts'
import { issuers } from './schema/issuers.ts'
import { console as consoleSection, ledger } from './schema/ledger.ts'
import { peers } from './schema/peers.ts'
import { routes } from './schema/routes.ts'
import { admin, log, server } from './schema/server.ts'
import { nonce, revocation, scope, store } from './schema/state.ts'
import { tracing } from './schema/tracing.ts'

export const configSchema = z
  .strictObject({
    server,
    admin,
    console: consoleSection,
    log,
    audit,
    ledger,
    tracing,
    store,
    scope,
    nonce,
    revocation,
    peers,
    issuers,
    routes,
  })
  .describe('Configuration of Holdfast.')

/** The configuration with its defaults; the loader has made the paths of files absolute. */
export type Config = z.output<typeof configSchema>
export type RouteConfig = Config['routes'][number]
export type IssuerConfig = Config['issuers'][number]

/** JSON Schema (draft 2020-12) of the file as people write it. Rules between keys are not in it: `check-config` has them. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: 'Holdfast configuration', ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' }) }
}
