/** Relative paths in the configuration count from its own folder, wherever the process was started. */
import { resolve } from 'node:path'
import type { Config } from './schema.ts'

export function absolutePaths(config: Config, folder: string): Config {
  const path = <T extends string | null | undefined>(value: T) =>
    (typeof value === 'string' ? resolve(folder, value) : value) as T
  const secret = (value: string | null) =>
    value?.startsWith('file:') ? `file:${resolve(folder, value.slice('file:'.length))}` : value
  const tlsFiles = (tls: Config['server']['tls']) =>
    tls && { certificate: path(tls.certificate), key: path(tls.key), clientCa: path(tls.clientCa) }
  const { redis } = config.store
  return {
    ...config,
    server: {
      ...config.server,
      clientSecret: secret(config.server.clientSecret),
      tls: tlsFiles(config.server.tls),
    },
    admin: { ...config.admin, tls: tlsFiles(config.admin.tls) },
    console: { ...config.console, secret: secret(config.console.secret) },
    store: {
      ...config.store,
      redis: {
        ...redis,
        password: secret(redis.password),
        tls: redis.tls && {
          ca: path(redis.tls.ca),
          certificate: path(redis.tls.certificate),
          key: path(redis.tls.key),
        },
      },
    },
    audit: { ...config.audit, file: path(config.audit.file), signingKey: secret(config.audit.signingKey) },
    ledger: { ...config.ledger, secret: secret(config.ledger.secret) },
    nonce: { ...config.nonce, secret: secret(config.nonce.secret) },
    revocation: { ...config.revocation, file: path(config.revocation.file) },
    issuers: config.issuers.map((issuer) => ({
      ...issuer,
      keys: { ...issuer.keys, jwksFile: path(issuer.keys.jwksFile) },
    })),
  }
}
