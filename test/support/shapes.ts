/** The shapes of envoy/, each as a running world: its own files, a real Envoy (or two), Holdfast behind, an application. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ca, issueCertificate } from '../../src/drill/certificates.ts'
import type { Child } from '../../src/drill/local/child.ts'
import { ownMain, startHoldfast } from '../../src/drill/local/holdfast.ts'
import { freePort, freePorts, type Ports } from '../../src/drill/local/ports.ts'
import type { Stage } from '../../src/drill/session.ts'
import { envoyTarget } from '../../src/drill/target/envoy-target.ts'
import { adaptEnvoyConfig } from '../../src/drill/world/envoy-config.ts'
import { HOLDFAST_CONFIG, makeWorld } from '../../src/drill/world/make-world.ts'
import { startUpstream } from '../../src/drill/world/upstream.ts'
import { loadWorld } from '../../src/drill/world/world.ts'
import { startEnvoy, type TestEnvoy } from './envoy.ts'

export const SHAPES = ['sidecar', 'unix-socket', 'gateway'] as const
export type Shape = (typeof SHAPES)[number]

export const EDGE = 'spiffe://example.org/ns/edge/sa/edge'
const GATEWAY = 'spiffe://example.org/ns/gateway/sa/gateway'

export interface RunningShape {
  readonly stage: Stage
  readonly dir: string
  readonly ca: Ca
  readonly holdfast: Child
  /** The Envoy that asks Holdfast. */
  readonly envoy: TestEnvoy
  stop(): Promise<void>
}

export function readShape(name: string): string {
  return readFileSync(`envoy/${name}.yaml`, 'utf8')
}

/** `change` is the last word on Holdfast's configuration. */
export async function startShape(shape: Shape, change = (config: string) => config): Promise<RunningShape> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-shape-'))
  const stops: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })]
  const stop = async () => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    const ports = await freePorts()
    const ca = await makeWorld(dir, ports, readShape('sidecar'))
    const configFile = join(dir, HOLDFAST_CONFIG)
    writeFileSync(configFile, change(holdfastConfigFor(shape, readFileSync(configFile, 'utf8'), dir, ports)))
    const upstream = await startUpstream(ports.upstream)
    stops.push(upstream.stop)
    const holdfast = await startHoldfast(ownMain(), configFile, ports.holdfastAdmin)
    stops.push(holdfast.stop)
    const envoys = shape === 'gateway' ? await gatewayConfigs(dir, ports, ca) : [ownConfig(shape, dir, ports)]
    const running: TestEnvoy[] = []
    for (const config of envoys) {
      const envoy = await startEnvoy({ config, name: shape })
      stops.push(envoy.stop)
      running.push(envoy)
    }
    const world = await loadWorld(dir)
    if (!world.ok) throw new Error(world.error)
    const target = envoyTarget(world.value, new URL(`https://127.0.0.1:${ports.envoy}`))
    stops.push(target.close)
    const [envoy] = running
    if (envoy === undefined) throw new Error('a shape has an Envoy')
    const stage = { world: world.value, target, nowSeconds: () => Math.floor(Date.now() / 1000) }
    return { stage, dir, ca, holdfast, envoy, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function holdfastConfigFor(shape: Shape, text: string, dir: string, ports: Ports): string {
  switch (shape) {
    case 'sidecar':
      return text
    case 'unix-socket':
      return replaced(text, `127.0.0.1:${ports.holdfast}`, `unix://${join(dir, 'holdfast.sock')}`)
    case 'gateway':
      return replaced(text, '{ from: envoy }', `{ from: envoy, trustedHops: 1, proxies: ["${EDGE}"] }`)
  }
}

/** Throws when there is nothing to replace. */
export function replaced(text: string, old: string, fresh: string): string {
  if (!text.includes(old)) throw new Error(`the world's configuration has no ${old}`)
  return text.replace(old, fresh)
}

function ownConfig(shape: 'sidecar' | 'unix-socket', dir: string, ports: Ports): string {
  const overSocket = shape === 'unix-socket'
  return adaptEnvoyConfig(readShape(shape), {
    ports: {
      10443: ports.envoy,
      9902: ports.envoyAdmin,
      8080: ports.upstream,
      ...(overSocket ? {} : { 9191: ports.holdfast }),
    },
    files: {
      ...tlsFiles(dir, 'server'),
      '/dev/stdout': join(dir, 'access.log'),
      ...(overSocket ? { '/run/holdfast/holdfast.sock': join(dir, 'holdfast.sock') } : {}),
    },
  })
}

/** The hop that asks Holdfast, then the edge in front of it. */
async function gatewayConfigs(dir: string, ports: Ports, ca: Ca): Promise<string[]> {
  const inner = await issueCertificate(ca, { spiffeId: GATEWAY, dns: ['gateway.example.org'] })
  const edge = await issueCertificate(ca, { spiffeId: EDGE })
  for (const [name, { certificatePem, keyPem }] of [['inner', inner] as const, ['client', edge] as const]) {
    writeFileSync(join(dir, `${name}.crt`), certificatePem)
    writeFileSync(join(dir, `${name}.key`), keyPem, { mode: 0o600 })
  }
  const [innerPort, edgeAdmin] = [await freePort(), await freePort()]
  return [
    adaptEnvoyConfig(readShape('gateway'), {
      ports: { 10444: innerPort, 9902: ports.envoyAdmin, 8080: ports.upstream, 9191: ports.holdfast },
      files: { ...tlsFiles(dir, 'inner'), '/dev/stdout': join(dir, 'access.log') },
    }),
    adaptEnvoyConfig(readShape('gateway-edge'), {
      ports: { 10443: ports.envoy, 10444: innerPort, 9903: edgeAdmin },
      files: {
        ...tlsFiles(dir, 'server'),
        '/etc/envoy/tls/client.crt': join(dir, 'client.crt'),
        '/etc/envoy/tls/client.key': join(dir, 'client.key'),
      },
    }),
  ]
}

function tlsFiles(dir: string, server: string): Record<string, string> {
  return {
    '/etc/envoy/tls/server.crt': join(dir, `${server}.crt`),
    '/etc/envoy/tls/server.key': join(dir, `${server}.key`),
    '/etc/envoy/tls/ca.crt': join(dir, 'ca.crt'),
  }
}
