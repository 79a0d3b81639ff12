/** The configuration for `GET /config`: where secrets stand is shown, never what stands there. */
import type { Config } from './schema.ts'

/** A copy. References (`file:`, `env:`) stay; user, password and query of URLs do not. */
export function redacted(config: Config): Config {
  return {
    ...config,
    issuers: config.issuers.map((issuer) => ({
      ...issuer,
      keys: { ...issuer.keys, jwksUri: issuer.keys.jwksUri === undefined ? undefined : bareUrl(issuer.keys.jwksUri) },
    })),
    routes: config.routes.map((route) => ({
      ...route,
      resourceMetadata: route.resourceMetadata === null ? null : bareUrl(route.resourceMetadata),
    })),
  }
}

function bareUrl(text: string): string {
  const url = new URL(text)
  url.username = ''
  url.password = ''
  if (url.search !== '') url.search = '***'
  return url.href
}
