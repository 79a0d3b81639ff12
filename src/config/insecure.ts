/** Which weakenings are in force: for the log at the start, a gauge, and `check-config`. */
import { isLocal, parseListen } from './listen.ts'
import type { Config, IssuerConfig, RouteConfig } from './schema.ts'

/** Configuration paths, in the order of the file; empty when nothing is weakened. */
export function insecureSettings(config: Config): readonly string[] {
  return [
    ...(isExposed(config.server) ? ['server.listen'] : []),
    // What opens the console, and what it shows, would pass readable.
    ...(config.console.enabled && isExposed(config.admin) ? ['admin.listen'] : []),
    ...config.issuers.flatMap((issuer, i) => issuerSettings(issuer).map((setting) => `issuers[${i}].${setting}`)),
    ...config.routes.flatMap((route, i) => routeSettings(route).map((setting) => `routes[${i}].${setting}`)),
  ]
}

/** Plaintext on an address that other machines can reach: tokens and identities pass readable, and anyone may ask. */
function isExposed({ listen, tls }: Pick<Config['server'], 'listen' | 'tls'>): boolean {
  const address = parseListen(listen)
  return tls === null && address.ok && !isLocal(address.value)
}

function issuerSettings(issuer: IssuerConfig): readonly string[] {
  const settings: string[] = []
  if (issuer.keys.insecureHttp) settings.push('keys.insecureHttp')
  if (issuer.insecureAnyTokenType) settings.push('insecureAnyTokenType')
  if (issuer.insecureIgnoredConfirmations.length > 0) settings.push('insecureIgnoredConfirmations')
  return settings
}

function routeSettings({ binding, onStoreOutage, onRevocationStale }: RouteConfig): readonly string[] {
  const settings: string[] = []
  if (binding.anyOf?.includes('insecureBearer')) settings.push('binding.insecureBearer')
  if (onStoreOutage !== 'deny') settings.push(`onStoreOutage.${onStoreOutage}`)
  if (onRevocationStale !== 'deny') settings.push(`onRevocationStale.${onRevocationStale}`)
  return settings
}
