/** What the tests do over and over: connect as somebody, send a token, see what became of it, wait for SPIRE. */
import { X509Certificate } from 'node:crypto'
import { makeHolder } from '../../support/parties.ts'
import { until } from '../../support/running-holdfast.ts'
import { type Caller, type CallerIdentity, makeCaller, type Reply } from './caller.ts'
import { ownCertificates } from './spire.ts'
import type { Svid, Workload } from './workloads.ts'
import { ID, type Listener, type SpireWorld } from './world.ts'

export const RENEWAL_MS = 60_000

export interface Outcome {
  readonly status: number
  readonly reason: unknown
  readonly class?: unknown
}

/** What of SPIRE's answers is read here. */
interface Authorities {
  readonly active?: { readonly authority_id: string }
  readonly prepared_authority?: { readonly authority_id: string }
}

export function connect(
  world: SpireWorld,
  identity: CallerIdentity,
  bundlePem: string,
  listener: Listener = 'own',
): Caller {
  return makeCaller(identity, { port: world.ports[listener], bundlePem, server: ID.app })
}

/** One request, then the connection ends. */
export async function sendOnce(caller: Caller, path: string, token: string): Promise<Reply> {
  try {
    return await caller.send(path, { authorization: `Bearer ${token}` })
  } finally {
    caller.close()
  }
}

/** A workload's request on a connection of its own. */
export async function send(
  world: SpireWorld,
  svid: Svid,
  path: string,
  token: string,
  listener: Listener = 'own',
): Promise<Outcome> {
  return outcomeOf(world, await sendOnce(connect(world, svid, svid.bundlePem, listener), path, token))
}

/** A token for a workload, bound to a certificate where one is given. */
export async function tokenFor(world: SpireWorld, clientId: string, boundTo?: Svid): Promise<string> {
  const cnf = boundTo === undefined ? undefined : { 'x5t#S256': boundTo.thumbprint }
  return (await makeHolder(world.parties, { client_id: clientId, cnf })).token
}

/** The reason is told by Holdfast's log: callers are not told. */
export async function outcomeOf({ holdfast }: SpireWorld, { status, headers }: Reply): Promise<Outcome> {
  if (status === 200) return { status, reason: 'ok' }
  const find = () => holdfast.logged('decision').find((line) => line['decision_id'] === headers['x-holdfast-decision'])
  await until('the decision is in the log', () => find() !== undefined)
  return { status, reason: find()?.['reason'], class: find()?.['class'] }
}

/** The next SVID that the agent has for it. */
export async function renewed(workload: Workload, old: Svid): Promise<Svid> {
  let svid = old
  const isNew = async () => {
    svid = await workload.svid()
    return svid.thumbprint !== old.thumbprint
  }
  await until('SPIRE has renewed the SVID', isNew, RENEWAL_MS)
  return svid
}

/**
 * As an operator replaces it: the new one is prepared, and signs once all know it; then the old one is tainted, so that what it
 * issued is renewed at once. Resolves to the id of the old one, which is still believed, when server and agent have renewed
 * their own too: an agent that no longer believes the certificate of its server ends (`rebootstrap_mode: never`).
 */
export async function replaceAuthority({ spire, payments }: SpireWorld): Promise<string> {
  const authority = async (...words: string[]) =>
    JSON.parse(await spire.command('localauthority', 'x509', ...words, '-output', 'json')) as Authorities
  const { bundlePem } = await payments.svid()
  const old = (await authority('show')).active?.authority_id ?? ''
  const next = (await authority('prepare')).prepared_authority?.authority_id ?? ''
  const before = await ownCertificates(spire)
  const known = async () => (await payments.svid()).bundlePem !== bundlePem
  await until('both authorities are known', known, RENEWAL_MS)
  await authority('activate', '-authorityID', next)
  await authority('taint', '-authorityID', old)
  const own = async () => {
    const { serverIssuer, agentSerial } = await ownCertificates(spire)
    return serverIssuer !== before.serverIssuer && agentSerial !== before.agentSerial
  }
  await until('server and agent have renewed what is their own', own, RENEWAL_MS)
  return old
}

/** Tells the authority that signed it. */
export function issuerOf({ certificatePem }: Svid): string {
  return new X509Certificate(certificatePem).issuer
}
