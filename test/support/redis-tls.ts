/** Redis that speaks TLS only, and only to clients with a certificate of its CA. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { freePort } from './ports.ts'
import { type RedisServer, startRedis } from './redis.ts'

export interface TlsRedis {
  readonly url: string
  readonly server: RedisServer
  readonly client: { readonly ca: string; readonly cert: string; readonly key: string }
  stop(): Promise<void>
}

export async function startTlsRedis(): Promise<TlsRedis> {
  const ca = await makeCa('Redis CA')
  const own = await issueCertificate(ca, { dns: ['localhost'], ips: ['127.0.0.1'] })
  const clients = await issueCertificate(ca, { commonName: 'holdfast' })
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-redis-tls-'))
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const certificate = file('server.crt', own.certificatePem)
  const key = file('server.key', own.keyPem)
  const caFile = file('ca.crt', ca.certificatePem)
  const port = await freePort()
  const client = { ca: ca.certificatePem, cert: clients.certificatePem, key: clients.keyPem }
  const server = await startRedis({
    port,
    admin: { tls: client },
    args: [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'yes'],
      ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', caFile],
    ],
  })
  return {
    url: `rediss://127.0.0.1:${port}`,
    server,
    client,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
