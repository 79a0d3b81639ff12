/**
 * Makes a world in a folder: a certificate authority, SPIFFE certificates for all pods, an issuer, and the configurations
 * of Holdfast and Envoy. Private files are 0600. The authority's own key is never written: nobody needs it again.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Ca, issueCertificate, makeCa } from '../certificates.ts'
import type { Ports } from '../local/ports.ts'
import { adaptEnvoyConfig } from './envoy-config.ts'
import { CONSOLE_SECRET, holdfastConfig, ISSUER, originOf } from './holdfast-config.ts'
import { SERVICES, STRANGER_NAMES, spiffeIdOf, WORKLOADS } from './workloads.ts'
import { WORLD_FILE, type WorldDescription } from './world.ts'
import { type Write, writeCredentials, writeInto, writeIssuer, writeWorkloads } from './world-files.ts'

export const HOLDFAST_CONFIG = 'holdfast.yaml'
export const ENVOY_CONFIG = 'envoy.yaml'

/**
 * `sidecar` is the text of envoy/sidecar.yaml; without it the world has no Envoy. Resolves to the authority, for who wants
 * more certificates of it.
 */
export async function makeWorld(dir: string, ports: Ports, sidecar: string | undefined): Promise<Ca> {
  const write = writeInto(dir)
  const ca = await makeCertificates(write)
  await writeIssuer(write)
  write('nonce-secret', randomBytes(32).toString('base64url'))
  write(CONSOLE_SECRET, randomBytes(32).toString('base64url'))
  write(HOLDFAST_CONFIG, holdfastConfig(ports))
  if (sidecar !== undefined) write(ENVOY_CONFIG, envoyConfig(sidecar, dir, ports))
  const description: WorldDescription = {
    issuer: ISSUER,
    origins: Object.fromEntries(
      SERVICES.map((name) => [name, originOf(name, ports.envoy)]),
    ) as WorldDescription['origins'],
    ...(sidecar === undefined ? {} : { accessLog: 'access.log' }),
    revocations: 'revocations.json',
    console: { url: `http://127.0.0.1:${ports.holdfastAdmin}`, secretFile: CONSOLE_SECRET },
  }
  write(WORLD_FILE, `${JSON.stringify(description, null, 2)}\n`)
  return ca
}

/** Both trust domains are of one authority, as where bundles are federated: TLS alone lets the outsider in. */
async function makeCertificates(write: Write): Promise<Ca> {
  const ca = await makeCa('Holdfast drill')
  write('ca.crt', ca.certificatePem)
  const dns = ['localhost', ...SERVICES.map((name) => `${name}.localhost`)]
  const server = await issueCertificate(ca, { dns, ips: ['127.0.0.1'] })
  write('server.crt', server.certificatePem)
  write('server.key', server.keyPem)
  await writeWorkloads(write, ca, (workload) => ({ spiffeId: WORKLOADS[workload] }))
  for (const name of STRANGER_NAMES) {
    const spiffeId = spiffeIdOf(name)
    await writeCredentials(write, name, ca, spiffeId === undefined ? { commonName: name } : { spiffeId })
  }
  return ca
}

function envoyConfig(sidecar: string, dir: string, ports: Ports): string {
  return adaptEnvoyConfig(sidecar, {
    ports: { 10443: ports.envoy, 9902: ports.envoyAdmin, 9191: ports.holdfast, 8080: ports.upstream },
    files: {
      '/etc/envoy/tls/server.crt': join(dir, 'server.crt'),
      '/etc/envoy/tls/server.key': join(dir, 'server.key'),
      '/etc/envoy/tls/ca.crt': join(dir, 'ca.crt'),
      '/dev/stdout': join(dir, 'access.log'),
    },
  })
}

/** envoy/sidecar.yaml as it is shipped beside the code. */
export function readSidecarConfig(): string {
  return readFileSync(new URL('../../../envoy/sidecar.yaml', import.meta.url), 'utf8')
}
