/**
 * The story of docs/incident.md on two real replicas and a real Redis: token and key of a CI runner are in a build artifact, and
 * another workload uses both. One route asks for the workload too and refuses it; another asks for the key alone.
 */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type IssuedCertificate, issueCertificate } from '../../src/drill/certificates.ts'
import { envoyPem } from './certificates.ts'
import { ask, checkOf, type Verdict } from './checks.ts'
import { type CheckClient, makeCheckClient } from './envoy-messages.ts'
import { configText, type Holder, makeHolder, makeParties, type Parties, proofOf, routeOf } from './parties.ts'
import { freePort } from './ports.ts'
import { startRedis } from './redis.ts'
import { MAIN, type RunningHoldfast, startServing } from './running-holdfast.ts'

/** A pod: its certificate, and where Envoy sees it. */
export interface Workload {
  readonly spiffeId: string
  readonly address: string
  readonly certificate: IssuedCertificate
}

export interface Replica {
  readonly holdfast: RunningHoldfast
  readonly client: CheckClient
}

export interface IncidentWorld {
  readonly replicas: readonly [Replica, Replica]
  readonly runner: Workload
  readonly preview: Workload
  /** Of this runner; `claims` over the usual ones. */
  session(workload: Workload, sid: string, claims?: Readonly<Record<string, unknown>>): Promise<Holder>
  /** A request with a fresh proof; once more where a nonce is demanded. */
  send(at: Replica, from: Workload, holder: Holder, service: Service): Promise<Verdict>
  /** Time goes on, and what was seen is written. */
  step(): Promise<void>
  /** `holdfast` as it is typed, in the folder of the configuration: what it writes, and how it ends. */
  type(args: readonly string[]): Promise<{ code: number; output: string }>
  stopServing(): Promise<void>
  forget(): Promise<void>
}

export type Service = 'deploy' | 'artifacts'

const ROUTES = [
  routeOf('deploy', 'deploy.example.org', '/', { binding: { allOf: ['dpop', 'workload'] } }),
  routeOf('artifacts', 'artifacts.example.org', '/'),
]

/** As long as a window can be, so that no run of the story lies in two of them. */
const LEDGER = { concurrentWindowSeconds: 86_400 }
/** Of one step of the story, so that its times differ and their order is that of the steps. */
const STEP_MS = 2_000

export async function makeIncidentWorld(): Promise<IncidentWorld> {
  const parties = await makeParties()
  const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const keys = generateKeyPairSync('ed25519')
  parties.write('audit-key.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  parties.write('audit-public.pem', keys.publicKey.export({ type: 'spki', format: 'pem' }))
  const replica = async (config: string, auditFile: string): Promise<Replica> => {
    const ports = { grpc: await freePort(), admin: await freePort() }
    const store = { kind: 'redis', redis: { url: redis.url } }
    const audit = { file: auditFile, signingKey: 'file:audit-key.pem', headEverySeconds: 3600 }
    const file = parties.write(config, configText(ports, ROUTES, { store, audit, ledger: LEDGER }))
    const holdfast = await startServing(file, ports.admin)
    return { holdfast, client: makeCheckClient(`127.0.0.1:${ports.grpc}`) }
  }
  const replicas = [
    await replica('holdfast.yaml', 'audit.jsonl'),
    await replica('holdfast-2.yaml', 'audit-2.jsonl'),
  ] as const
  const stopServing = async (): Promise<void> => {
    for (const { client, holdfast } of replicas) {
      client.close()
      await holdfast.stop()
    }
  }
  return {
    replicas,
    runner: await workload(parties, 'spiffe://example.org/ns/ci/sa/runner', '10.4.17.9'),
    preview: await workload(parties, 'spiffe://example.org/ns/web/sa/preview', '10.4.80.33'),
    session: ({ spiffeId }, sid, claims = {}) => makeHolder(parties, { sid, client_id: spiffeId, ...claims }),
    send,
    step: () => sleep(STEP_MS),
    type: (args) => typed(args, parties.dir),
    stopServing,
    async forget() {
      await stopServing()
      await redis.stop()
      parties.forget()
    },
  }
}

async function workload({ ca }: Parties, spiffeId: string, address: string): Promise<Workload> {
  return { spiffeId, address, certificate: await issueCertificate(ca, { spiffeId }) }
}

async function send({ client }: Replica, from: Workload, holder: Holder, service: Service): Promise<Verdict> {
  const authority = `${service}.example.org`
  const path = service === 'deploy' ? '/v1/releases' : '/v1/files'
  const once = async (nonce: string | undefined): Promise<Verdict> => {
    const proof = await proofOf(holder, 'POST', `https://${authority}${path}`, nonce)
    const fields = [['authorization', `DPoP ${holder.token}`] as const, ['dpop', proof] as const]
    const { attributes } = checkOf({ method: 'POST', authority, path, fields })
    const source = {
      address: { socket_address: { address: from.address } },
      principal: from.spiffeId,
      certificate: envoyPem(from.certificate.der),
    }
    return ask(client, { attributes: { ...attributes, source } })
  }
  const first = await once(undefined)
  return first.reason === 'nonce_required' ? once(first.nonce) : first
}

function typed(args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  const env = { ...process.env, HOLDFAST_CONFIG: undefined }
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd, env }, (error, stdout, stderr) => {
      const output = (stdout + stderr).replaceAll(`${hostname()}-`, 'holdfast-')
      resolve({ code: Number(error?.code ?? 0), output })
    })
  })
}
