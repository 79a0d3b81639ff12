/**
 * SPIRE, an Envoy that has its certificate from it, Holdfast behind, an application, two workloads; and two foreign trust
 * domains that this Envoy federates with: one of a SPIRE server of its own, one whose authority we hold, to forge with.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ca, makeCa } from '../../../src/drill/certificates.ts'
import { freePort } from '../../../src/drill/local/ports.ts'
import { startEnvoy, type TestEnvoy } from '../../support/envoy.ts'
import { configText, makeParties, type Parties, routeOf } from '../../support/parties.ts'
import { type RunningHoldfast, startServing, until } from '../../support/running-holdfast.ts'
import { startUpstream } from '../../support/upstream.ts'
import { AUTHORITY } from './caller.ts'
import { envoyConfig } from './envoy-config.ts'
import { register, type SpireServer, startSpireAgent, startSpireServer } from './spire.ts'
import { envoySelectors, makeWorkload, type Workload } from './workloads.ts'

export const TRUST_DOMAIN = 'example.org'
export const PARTNER = 'partner.example'
export const ROGUE = 'rogue.example'
export const ID = {
  app: `spiffe://${TRUST_DOMAIN}/app`,
  payments: `spiffe://${TRUST_DOMAIN}/payments`,
  reports: `spiffe://${TRUST_DOMAIN}/reports`,
} as const

/** Renewed at half their life, counted from ten seconds before the issue: 20 s are renewed each 5 s, 60 s each 25 s. */
const TTL_SECONDS = { app: 20, workload: 60 }
const IDENTITY_MS = 60_000

/** `own`: as envoy/spire.yaml has it. `federated`: believes the federated trust domains as well. */
export type Listener = 'own' | 'federated'

export interface SpireWorld {
  readonly parties: Parties
  readonly spire: SpireServer
  readonly partner: SpireServer
  readonly rogue: Ca
  readonly payments: Workload
  readonly reports: Workload
  /** A program that no entry fits. */
  readonly stranger: Workload
  readonly envoy: TestEnvoy
  readonly holdfast: RunningHoldfast
  /** Of Holdfast. */
  readonly configFile: string
  /** Of Envoy. */
  readonly ports: Readonly<Record<Listener, number>>
  /** Folder for what a test writes. */
  readonly dir: string
  stop(): Promise<void>
}

export async function startWorld(): Promise<SpireWorld> {
  const stops: (() => unknown)[] = []
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    return { ...(await start(stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(stops: (() => unknown)[]): Promise<Omit<SpireWorld, 'stop'>> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-spire-'))
  stops.push(() => rmSync(dir, { recursive: true, force: true }))
  const [spire, partner] = [await startSpireServer(dir, TRUST_DOMAIN), await startSpireServer(dir, PARTNER)]
  stops.push(spire.stop, partner.stop)
  const rogue = await makeCa(ROGUE)
  await federate(dir, spire, PARTNER, await partner.bundle())
  await federate(dir, spire, ROGUE, rogue.certificatePem)

  const agentSocket = join(dir, 'agent.sock')
  const [payments, reports, stranger] = [
    makeWorkload(dir, 'payments', agentSocket),
    makeWorkload(dir, 'reports', agentSocket),
    makeWorkload(dir, 'stranger', agentSocket),
  ]
  await register(spire, {
    spiffeId: ID.app,
    selectors: envoySelectors(),
    ttlSeconds: TTL_SECONDS.app,
    federatesWith: [PARTNER, ROGUE],
  })
  for (const [spiffeId, { selectors }] of [[ID.payments, payments] as const, [ID.reports, reports] as const]) {
    await register(spire, { spiffeId, selectors, ttlSeconds: TTL_SECONDS.workload })
  }
  const agent = await startSpireAgent(dir, spire)
  stops.push(agent.stop)
  for (const workload of [payments, reports])
    await until('the agent knows the entries', () => has(workload), IDENTITY_MS)

  const parties = await makeParties()
  stops.push(parties.forget)
  const app = await startUpstream()
  stops.push(app.stop)
  const [grpc, admin, envoyAdmin] = [await freePort(), await freePort(), await freePort()]
  const configFile = parties.write('holdfast.yaml', holdfastConfig(grpc, admin))
  const holdfast = await startServing(configFile, admin)
  stops.push(() => holdfast.stop())
  const ports = { own: await freePort(), federated: await freePort() }
  const accessLog = join(dir, 'access.log')
  const envoy = await startEnvoy({
    config: envoyConfig({ ...ports, admin: envoyAdmin, app: app.port, holdfast: grpc, agentSocket, accessLog }),
    name: 'spire',
  })
  stops.push(envoy.stop)
  return { parties, spire, partner, rogue, payments, reports, stranger, envoy, holdfast, configFile, ports, dir }
}

async function federate(dir: string, spire: SpireServer, trustDomain: string, bundlePem: string): Promise<void> {
  const file = join(dir, `${trustDomain}.pem`)
  writeFileSync(file, bundlePem)
  await spire.command('bundle', 'set', '-id', `spiffe://${trustDomain}`, '-path', file)
}

function holdfastConfig(grpc: number, admin: number): string {
  const route = (name: string, binding: object) => routeOf(name, AUTHORITY, `/${name}`, { binding })
  return configText(
    { grpc, admin },
    [
      route('workload', { anyOf: ['workload'] }),
      route('certificate', { anyOf: ['certificate'] }),
      // As docs/spire.md recommends.
      route('dpop', { allOf: ['dpop', 'workload'] }),
    ],
    {
      peers: { trustDomains: [TRUST_DOMAIN], forwardedClientCert: { from: 'envoy', trustedHops: 0 } },
      revocation: { file: 'revocations.json' },
    },
  )
}

function has(workload: Workload): Promise<boolean> {
  return workload.svid().then(
    () => true,
    () => false,
  )
}
