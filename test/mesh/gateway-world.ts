/**
 * The chart's example behind Envoy Gateway, as a running world: real Envoy with the rendered configuration, real Holdfast with
 * the configuration of the chart, real Redis, an application, and the workloads of the drill as callers. TLS on both sides
 * of Envoy, with the names that the policies demand.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Ca, type IssuedCertificate, issueCertificate } from '../../src/drill/certificates.ts'
import { freePort, freePorts, type Ports } from '../../src/drill/local/ports.ts'
import type { Stage } from '../../src/drill/session.ts'
import { envoyTarget } from '../../src/drill/target/envoy-target.ts'
import type { Answer } from '../../src/drill/target/target.ts'
import { makeWorld } from '../../src/drill/world/make-world.ts'
import { startUpstream } from '../../src/drill/world/upstream.ts'
import { loadWorld } from '../../src/drill/world/world.ts'
import { startEnvoy, type TestEnvoy } from '../support/envoy.ts'
import { startRedis } from '../support/redis.ts'
import { startServing, until } from '../support/running-holdfast.ts'
import { APP, HOLDFAST, writeEnvoyFiles } from './envoy-files.ts'
import { CHART_FILE, type Node, objectsIn, readCheckout, readRendered } from './envoy-gateway.ts'

/** The name of the example, which is also its `origin` and `audience`. */
const HOST = 'payments.example.com'
const ISSUER = 'https://as.example.com'

export interface GatewayWorld {
  readonly stage: Stage
  readonly envoy: TestEnvoy
  readonly httpsPort: number
  readonly caPem: string
  /** What Holdfast's log says of the decision; rejects when it says nothing. */
  logged(answer: Answer): Promise<Record<string, unknown>>
  stopHoldfast(): Promise<void>
  /** Holdfast at the same address, with a certificate of the same authority for another name. */
  startImpostor(): Promise<void>
  stop(): Promise<void>
}

export async function startGatewayWorld(): Promise<GatewayWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-gateway-'))
  const stops: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    const ports = await freePorts()
    const ca = await makeWorld(dir, ports, undefined)
    const redis = await startRedis()
    stops.push(redis.stop)
    const upstream = await startUpstream(ports.upstream)
    stops.push(upstream.stop)
    await writeServerSecrets(dir, ca, 'r-holdfast.holdfast-system.svc')
    const configFile = join(dir, 'chart.yaml')
    writeFileSync(configFile, holdfastConfig(dir, ports, redis.url))
    let holdfast = await startServing(configFile, ports.holdfastAdmin)
    stops.push(() => holdfast.stop())
    const envoy = await startEnvoy({ config: await envoyConfig(dir, ports, ca), name: 'gateway' })
    stops.push(envoy.stop)
    const stage = await stageOf(dir, ports)
    stops.push(stage.target.close)
    const logged = async ({ decisionId }: Answer): Promise<Record<string, unknown>> => {
      const find = () => holdfast.logged('decision').find((line) => line['decision_id'] === decisionId)
      await until('the decision is logged', () => find() !== undefined)
      return find() ?? {}
    }
    return {
      ...{ stage, envoy, httpsPort: ports.envoy, caPem: ca.certificatePem, logged, stop },
      stopHoldfast: () => holdfast.stop(),
      async startImpostor() {
        await writeServerSecrets(dir, ca, 'someone-else.holdfast-system.svc')
        holdfast = await startServing(configFile, ports.holdfastAdmin)
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What the Secrets `holdfast-nonce` and `holdfast-server-tls` would hold. */
async function writeServerSecrets(dir: string, ca: Ca, name: string): Promise<void> {
  const own = await issueCertificate(ca, { dns: [name] })
  mkdirSync(join(dir, 'secrets/server-tls'), { recursive: true })
  const files = {
    'nonce-secret': readFileSync(join(dir, 'nonce-secret'), 'utf8'),
    'server-tls/tls.crt': own.certificatePem,
    'server-tls/tls.key': own.keyPem,
    'server-tls/ca.crt': ca.certificatePem,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, 'secrets', name), text, { mode: 0o600 })
}

/**
 * The chart's own text; changed are addresses, the folder of the secrets, and where the issuer's keys come from. A decision has
 * time, since a busy machine is not what is tried, and each is logged.
 */
function holdfastConfig(dir: string, ports: Ports, redisUrl: string): string {
  const map = objectsIn(readCheckout(CHART_FILE)).find(({ kind }) => kind === 'ConfigMap')
  const text: string = map?.['data']['holdfast.yaml']
  const config = parse(text.replaceAll('/etc/holdfast/secrets', join(dir, 'secrets'))) as Node
  config['server'] = { ...config['server'], listen: `127.0.0.1:${ports.holdfast}`, drainSeconds: 0, deadlineMs: 9_000 }
  config['admin'] = { ...config['admin'], listen: `127.0.0.1:${ports.holdfastAdmin}` }
  config['store'].redis.url = redisUrl
  config['issuers'][0].keys = { jwksFile: join(dir, 'jwks.json') }
  config['log'] = { decisions: 'all' }
  return JSON.stringify(config)
}

async function envoyConfig(dir: string, ports: Ports, ca: Ca): Promise<string> {
  const [server, client] = [
    await issueCertificate(ca, { dns: [HOST] }),
    await issueCertificate(ca, { dns: ['gateway'] }),
  ]
  const trusted = { validationContext: { trustedCa: { inlineString: ca.certificatePem } } }
  return writeEnvoyFiles(readRendered(), dir, {
    ports: { https: ports.envoy, ready: await freePort(), admin: ports.envoyAdmin },
    endpoints: { [APP]: ports.upstream, [HOLDFAST]: ports.holdfast },
    secrets: {
      'gateways/public-certificate': pair(server),
      'gateways/r-holdfast/ca.crt': trusted,
      'envoy-gateway-system/gateway-client-certificate': pair(client),
      'r-holdfast/holdfast-system-ca': trusted,
    },
    accessLog: join(dir, 'access.log'),
  })
}

function pair({ certificatePem, keyPem }: IssuedCertificate): Node {
  return {
    tlsCertificate: { certificateChain: { inlineString: certificatePem }, privateKey: { inlineString: keyPem } },
  }
}

async function stageOf(dir: string, ports: Ports): Promise<Stage> {
  const loaded = await loadWorld(dir)
  if (!loaded.ok) throw new Error(loaded.error)
  const origins = { ...loaded.value.origins, payments: `https://${HOST}` }
  const world = { ...loaded.value, issuer: ISSUER, origins }
  const target = envoyTarget(world, new URL(`https://127.0.0.1:${ports.envoy}`))
  return { world, target, nowSeconds: () => Math.floor(Date.now() / 1000) }
}
