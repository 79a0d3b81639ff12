/** Replicas of Holdfast as processes of their own, each with its console: for what only several show of one ledger. */
import type { Incident } from '../../src/ledger/incident.ts'
import type { Reading } from '../../src/ledger/ledger-store.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'
import { ask, checkOf, type Verdict } from './checks.ts'
import { type CheckClient, makeCheckClient } from './envoy-messages.ts'
import { configText, type Holder, type Parties, proofOf, routeOf } from './parties.ts'
import { freePort } from './ports.ts'
import { type RunningHoldfast, startServing } from './running-holdfast.ts'

const AUTHORITY = 'api.example.com'
const CONSOLE = 'console-secret-0123456789'
const ROUTES = [
  routeOf('legacy', AUTHORITY, '/legacy', { mode: 'observe' }),
  routeOf('other', AUTHORITY, '/other'),
  routeOf('api', AUTHORITY, '/', { onRevocationStale: 'insecureAllow' }),
]

export interface Replica {
  readonly file: string
  readonly admin: number
  holdfast: RunningHoldfast
  readonly client: CheckClient
}

const replicas: Replica[] = []

/** Until it serves. `more`: sections of the configuration. */
export async function startReplica(
  parties: Parties,
  name: string,
  more: Readonly<Record<string, unknown>>,
): Promise<Replica> {
  const ports = { grpc: await freePort(), admin: await freePort() }
  parties.write('console-secret', CONSOLE)
  const sections = { console: { enabled: true, secret: 'file:console-secret' }, ...more }
  parties.write(`${name}.yaml`, configText(ports, ROUTES, sections))
  const file = `${parties.dir}/${name}.yaml`
  const holdfast = await startServing(file, ports.admin)
  const made = { file, admin: ports.admin, holdfast, client: makeCheckClient(`127.0.0.1:${ports.grpc}`) }
  replicas.push(made)
  return made
}

export async function stopReplicas(): Promise<void> {
  for (const { client, holdfast } of replicas.splice(0)) {
    client.close()
    await holdfast.stop()
  }
}

async function send({ client }: Replica, address: string, path: string, fields: [string, string][]): Promise<Verdict> {
  const request = checkOf({ authority: AUTHORITY, path, fields })
  const source = { address: { socket_address: { address } } }
  return ask(client, { attributes: { ...request.attributes, source } })
}

/** On the route `api`, or another one by its path. */
export function sendProof(
  at: Replica,
  { token }: Holder,
  proof: string,
  address: string,
  path = '/',
): Promise<Verdict> {
  return send(at, address, path, [
    ['authorization', `DPoP ${token}`],
    ['dpop', proof],
  ])
}

export function freshProof(holder: Holder, nonce?: string, path = '/'): Promise<string> {
  return proofOf(holder, 'GET', `https://${AUTHORITY}${path}`, nonce)
}

/** A request with a fresh proof, from this address; once more where a nonce is demanded, as behind the fence of a start. */
export async function sendFresh(at: Replica, holder: Holder, address: string, path = '/'): Promise<Verdict> {
  const first = await sendProof(at, holder, await freshProof(holder, undefined, path), address, path)
  if (first.reason !== 'nonce_required') return first
  return sendProof(at, holder, await freshProof(holder, first.nonce, path), address, path)
}

/** On the route `legacy`, which only observes. */
export function sendBearer(at: Replica, { token }: Holder, address: string): Promise<Verdict> {
  return send(at, address, '/legacy', [['authorization', `Bearer ${token}`]])
}

/** What the console answers below `/console/`. */
export async function consolePage(at: Replica, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${CONSOLE}` }
  return (await fetch(`http://127.0.0.1:${at.admin}/console/${path}`, { headers })).text()
}

export async function incidentsOf(at: Replica): Promise<readonly Incident[]> {
  return (JSON.parse(await consolePage(at, 'api/incidents?limit=100')) as Reading<Incident>).found
}

export async function sessionsOf(at: Replica): Promise<readonly SessionRecord[]> {
  const page = JSON.parse(await consolePage(at, 'api/sessions?limit=100')) as { sessions: SessionRecord[] }
  return page.sessions
}
