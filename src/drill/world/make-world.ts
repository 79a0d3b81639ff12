/**
 * Makes a world in a folder: a certificate authority, SPIFFE certificates for all pods, an issuer, and the configurations
 * of Holdfast and Envoy. Private files are 0600. The authority's own key is never written: nobody needs it again.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Ca, issueCertificate, makeCa } from '../certificates.ts'
import type { Ports } from '../local/ports.ts'
import { newSigningKey } from '../mint.ts'
import { adaptEnvoyConfig } from './envoy-config.ts'
import { holdfastConfig, ISSUER, originOf } from './holdfast-config.ts'
import { PODS, SERVICES, WORKLOAD_NAMES, WORKLOADS } from './workloads.ts'
import { podName, WORLD_FILE, type WorldDescription } from './world.ts'

export const HOLDFAST_CONFIG = 'holdfast.yaml'
export const ENVOY_CONFIG = 'envoy.yaml'

type Write = (name: string, content: string | Buffer) => void

/**
 * `sidecar` is the text of envoy/sidecar.yaml; without it the world has no Envoy. Resolves to the authority, for who wants
 * more certificates of it.
 */
export async function makeWorld(dir: string, ports: Ports, sidecar: string | undefined): Promise<Ca> {
  const write: Write = (name, content) => writePrivate(join(dir, name), content)
  const ca = await makeCertificates(write)
  await makeIssuer(write)
  write('nonce-secret', randomBytes(32).toString('base64url'))
  write(HOLDFAST_CONFIG, holdfastConfig(ports))
  if (sidecar !== undefined) write(ENVOY_CONFIG, envoyConfig(sidecar, dir, ports))
  const description: WorldDescription = {
    issuer: ISSUER,
    origins: Object.fromEntries(
      SERVICES.map((name) => [name, originOf(name, ports.envoy)]),
    ) as WorldDescription['origins'],
    ...(sidecar === undefined ? {} : { accessLog: 'access.log' }),
    revocations: 'revocations.json',
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
  for (const workload of WORKLOAD_NAMES) {
    for (const pod of PODS) {
      const { certificatePem, keyPem } = await issueCertificate(ca, { spiffeId: WORKLOADS[workload] })
      write(`workloads/${podName(workload, pod)}.crt`, certificatePem)
      write(`workloads/${podName(workload, pod)}.key`, keyPem)
    }
  }
  return ca
}

async function makeIssuer(write: Write): Promise<void> {
  const { key, jwk } = await newSigningKey('ES256')
  write('issuer-key.json', `${JSON.stringify(jwk, null, 2)}\n`)
  const shown = { ...key.publicJwk, kid: key.thumbprint, alg: key.algorithm, use: 'sig' }
  write('jwks.json', `${JSON.stringify({ keys: [shown] }, null, 2)}\n`)
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

function writePrivate(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, content, { mode: 0o600 })
}

/** envoy/sidecar.yaml as it is shipped beside the code. */
export function readSidecarConfig(): string {
  return readFileSync(new URL('../../../envoy/sidecar.yaml', import.meta.url), 'utf8')
}
