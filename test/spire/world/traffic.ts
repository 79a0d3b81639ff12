/**
 * A DPoP client that never pauses: each request with a fresh proof, by turns on a new connection with the SVID of the moment and
 * on one that it keeps. It takes up nonces as every DPoP client does (RFC 9449 §9); all else that is not 200 is a failure.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { makeHolder, proofOf } from '../../support/parties.ts'
import { AUTHORITY, type Caller, makeCaller, type Reply } from './caller.ts'
import type { Svid } from './workloads.ts'
import { ID, type SpireWorld } from './world.ts'

export interface Traffic {
  /** How often each status came; 0 for a request without an answer. */
  statuses(): ReadonlyMap<number, number>
  /** Certificates that Envoy showed on new connections: fingerprint to issuer. */
  serverCertificates(): ReadonlyMap<string, string>
  /** What new connections are made with. */
  svid(): Svid
  /** Of the connection that it keeps: 1 as long as Envoy did not close it. */
  keptConnections(): number
  stop(): Promise<void>
}

const PAUSE_MS = 20
const SVID_MS = 500

export async function startTraffic(world: SpireWorld): Promise<Traffic> {
  const holder = await makeHolder(world.parties, { client_id: ID.payments })
  const statuses = new Map<number, number>()
  const certificates = new Map<string, string>()
  let svid = await world.payments.svid()
  let nonce: string | undefined
  let running = true

  const connect = (): Caller => makeCaller(svid, { port: world.ports.own, bundlePem: svid.bundlePem, server: ID.app })
  const once = async (caller: Caller): Promise<Reply> => {
    const dpop = await proofOf(holder, 'GET', `https://${AUTHORITY}/dpop`, nonce)
    const reply = await caller.send('/dpop', { authorization: `DPoP ${holder.token}`, dpop })
    nonce = reply.headers['dpop-nonce'] ?? nonce
    return reply
  }
  const exchange = async (caller: Caller): Promise<Reply> => {
    const first = await once(caller)
    return first.status === 401 && first.body.includes('use_dpop_nonce') ? once(caller) : first
  }
  const count = (status: number): void => void statuses.set(status, (statuses.get(status) ?? 0) + 1)

  const kept = connect()
  const sending = (async () => {
    while (running) {
      const fresh = connect()
      for (const caller of [fresh, kept]) {
        const reply = await exchange(caller).catch(() => undefined)
        count(reply?.status ?? 0)
        const shown = caller === fresh ? reply?.serverCertificate : undefined
        if (shown !== undefined) certificates.set(shown.fingerprint256, shown.issuer)
      }
      fresh.close()
      await sleep(PAUSE_MS)
    }
  })()
  const renewing = (async () => {
    while (running) {
      // A workload goes on with the SVID that it has while the agent does not answer.
      svid = await world.payments.svid().catch(() => svid)
      await sleep(SVID_MS)
    }
  })()

  return {
    statuses: () => statuses,
    serverCertificates: () => certificates,
    svid: () => svid,
    keptConnections: () => kept.connections(),
    async stop() {
      running = false
      await Promise.all([sending, renewing])
      kept.close()
    },
  }
}
