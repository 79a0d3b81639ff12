/**
 * Holdfast in a mesh of real SPIRE: server and agent, an Envoy with its certificate by SDS (envoy/spire.yaml), workloads that the
 * agent attested. SVIDs live for seconds here, so that they are renewed while requests come in.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REASONS, type Reason } from '../../src/check/reasons.ts'
import { issueCertificate } from '../../src/drill/certificates.ts'
import { envoyStat } from '../support/envoy.ts'
import { runCommand, until } from '../support/running-holdfast.ts'
import type { CallerIdentity, Reply } from './world/caller.ts'
import { deregister } from './world/spire.ts'
import {
  connect,
  issuerOf,
  outcomeOf,
  RENEWAL_MS,
  renewed,
  replaceAuthority,
  send,
  sendOnce,
  tokenFor,
} from './world/steps.ts'
import { startTraffic } from './world/traffic.ts'
import { ID, type Listener, PARTNER, ROGUE, type SpireWorld, startWorld } from './world/world.ts'

/** The agent asks each second here, each fifth by default. */
const REMOVAL_MS = 15_000
const OK = { status: 200, reason: 'ok' }
const refused = (status: number, reason: Reason) => ({ status, reason, class: REASONS[reason].class })

let world: SpireWorld

beforeAll(async () => {
  world = await startWorld()
}, 120_000)
afterAll(() => world?.stop())

const stolenSoFar = () => world.holdfast.metric('holdfast_class_total', { class: 'stolen' })
const handshakesRefused = (listener: Listener) =>
  envoyStat(world.envoy, `listener.127.0.0.1_${world.ports[listener]}.ssl.fail_verify_error`)

/** Counted by Envoy's worker, told by its main thread. */
const expectHandshakesRefused = async (listener: Listener, count: number): Promise<void> => {
  await until('Envoy has counted the handshake', async () => (await handshakesRefused(listener)) >= count)
  expect(await handshakesRefused(listener)).toBe(count)
}

describe('who the caller is', () => {
  it('the agent gives each program its own identity, and one without an entry none', async () => {
    expect((await world.payments.svid()).spiffeId).toBe(ID.payments)
    expect((await world.reports.svid()).spiffeId).toBe(ID.reports)
    await expect(world.stranger.svid()).rejects.toThrow('no identity issued')
  })

  it('D8 D9 a workload-bound token passes with its workload, and the application is told which', async () => {
    const [svid, token] = [await world.payments.svid(), await tokenFor(world, ID.payments)]
    const reply = await sendOnce(connect(world, svid, svid.bundlePem), '/workload', token)
    expect(reply.status).toBe(200)
    const { headers } = JSON.parse(reply.body) as { headers: Record<string, string[]> }
    expect(headers['x-holdfast-peer']).toEqual([ID.payments])
  })

  it('D7 another workload with that token was forwarded it', async () => {
    const [svid, token] = [await world.reports.svid(), await tokenFor(world, ID.payments)]
    expect(await send(world, svid, '/workload', token)).toEqual(refused(403, 'peer_mismatch'))
  })

  it('B1 a certificate-bound token passes with its SVID; with that of another workload it is stolen', async () => {
    const svid = await world.payments.svid()
    const token = await tokenFor(world, ID.payments, svid)
    expect(await send(world, svid, '/certificate', token)).toEqual(OK)
    const thief = await world.reports.svid()
    expect(await send(world, thief, '/certificate', token)).toEqual(refused(401, 'certificate_mismatch'))
  })

  it('B9 no session can be resumed, which would bring the certificate of an earlier handshake', async () => {
    const [svid, token] = [await world.payments.svid(), await tokenFor(world, ID.payments)]
    const caller = connect(world, svid, svid.bundlePem)
    expect((await sendOnce(caller, '/workload', token)).status).toBe(200)
    expect(caller.tickets()).toBe(0)
  })
})

describe('rotation', () => {
  it('B7 B8 B9 a token bound to the SVID before is stale, not stolen, and a renewed token passes', async () => {
    const before = await world.payments.svid()
    // Told by its holder; and, where the token names no SPIFFE ID, by the workload that was seen with that certificate.
    const [named, nameless] = [
      await tokenFor(world, ID.payments, before),
      await tokenFor(world, 'payments-batch', before),
    ]
    const kept = connect(world, before, before.bundlePem)
    const onKept = async (token: string) =>
      outcomeOf(world, await kept.send('/certificate', { authorization: `Bearer ${token}` }))
    for (const token of [named, nameless]) expect(await onKept(token)).toEqual(OK)
    const [stolen, unbound] = [await stolenSoFar(), await tokenFor(world, ID.payments)]
    expect(await send(world, before, '/workload', unbound)).toEqual(OK)

    const after = await renewed(world.payments, before)
    for (const token of [named, nameless]) {
      expect(await send(world, after, '/certificate', token)).toEqual(refused(401, 'certificate_rotated'))
    }
    expect(await send(world, after, '/workload', unbound)).toEqual(OK)
    const fresh = await tokenFor(world, ID.payments, after)
    expect(await send(world, after, '/certificate', fresh)).toEqual(OK)
    // A connection keeps the certificate of its handshake, so there it is the other way round.
    expect(await onKept(named)).toEqual(OK)
    expect(await onKept(fresh)).toEqual(refused(401, 'certificate_rotated'))
    kept.close()
    expect(await stolenSoFar()).toBe(stolen)

    const thief = await world.reports.svid()
    expect(await send(world, thief, '/certificate', named)).toEqual(refused(401, 'certificate_mismatch'))
    expect(await stolenSoFar()).toBe(stolen + 1)
  })

  it('B8 D22 Envoy is renewed, the authority replaced, the old one removed: no request of a DPoP client fails', async () => {
    const traffic = await startTraffic(world)
    const shownByEnvoy = () => [...traffic.serverCertificates().values()]
    try {
      await until('Envoy has renewed its SVID twice', () => traffic.serverCertificates().size >= 3, RENEWAL_MS)

      const old = await world.payments.svid()
      const oldAuthority = await replaceAuthority(world)
      const isNew = () => issuerOf(traffic.svid()) !== issuerOf(old)
      await until('the client has an SVID of the new authority', isNew, RENEWAL_MS)
      await until('so has Envoy', () => shownByEnvoy().includes(issuerOf(traffic.svid())), RENEWAL_MS)

      const token = await tokenFor(world, ID.payments)
      const asOld = () => connect(world, old, traffic.svid().bundlePem)
      const onKept = asOld()
      const kept = async () => (await onKept.send('/workload', { authorization: `Bearer ${token}` })).status
      expect(await kept()).toBe(200)
      const handshakes = await handshakesRefused('own')
      await world.spire.command('localauthority', 'x509', 'revoke', '-authorityID', oldAuthority)
      const fails = () =>
        sendOnce(asOld(), '/workload', token).then(
          () => false,
          () => true,
        )
      await until('the old SVID opens no connection any more', fails, REMOVAL_MS)
      await expectHandshakesRefused('own', handshakes + 1)
      expect(Date.parse(new X509Certificate(old.certificatePem).validTo)).toBeGreaterThan(Date.now())
      // An open one is not looked at again: max_connection_duration ends it, not the removal.
      expect(await kept()).toBe(200)
      onKept.close()
    } finally {
      await traffic.stop()
    }
    expect([...traffic.statuses().keys()]).toEqual([200])
    expect(traffic.statuses().get(200)).toBeGreaterThan(100)
    expect(traffic.keptConnections()).toBe(1)
  })

  it('B9 a connection that has lived its time ends between two requests', async () => {
    const [svid, token] = [await world.payments.svid(), await tokenFor(world, ID.payments)]
    const caller = connect(world, svid, svid.bundlePem, 'federated')
    const send = async () => (await caller.send('/workload', { authorization: `Bearer ${token}` })).status
    await until('it goes on over a third connection', async () => {
      expect(await send()).toBe(200)
      return caller.connections() >= 3
    })
    caller.close()
  })
})

describe('foreign trust domains', () => {
  /** From the other SPIRE server. */
  const partner = async (): Promise<CallerIdentity> => {
    await world.partner.command('x509', 'mint', '-spiffeID', `spiffe://${PARTNER}/payments`, '-write', world.dir)
    const read = (name: string) => readFileSync(join(world.dir, name), 'utf8')
    return { certificatePem: read('svid.pem'), keyPem: read('key.pem') }
  }
  const rogue = (spiffeId: string): Promise<CallerIdentity> => issueCertificate(world.rogue, { spiffeId })

  /** To be sent: what goes wrong before that is no refusal. */
  const prepare = async (listener: Listener, identity: CallerIdentity): Promise<() => Promise<Reply>> => {
    const [{ bundlePem }, token] = [await world.payments.svid(), await tokenFor(world, ID.payments)]
    return () => sendOnce(connect(world, identity, bundlePem, listener), '/workload', token)
  }
  const attempt = async (listener: Listener, identity: CallerIdentity): Promise<Reply> =>
    (await prepare(listener, identity))()

  /** In the handshake: no answer, counted by Envoy, not asked of Holdfast. */
  const expectRefusedByEnvoy = async (listener: Listener, identity: CallerIdentity): Promise<void> => {
    const sent = await prepare(listener, identity)
    const [asked, before] = [await world.holdfast.metric('holdfast_decisions_total'), await handshakesRefused(listener)]
    await expect(sent()).rejects.toThrow()
    await expectHandshakesRefused(listener, before + 1)
    expect(await world.holdfast.metric('holdfast_decisions_total')).toBe(asked)
  }

  it('D10 an SVID of a foreign SPIRE server ends at Envoy, in the handshake', async () => {
    await expectRefusedByEnvoy('own', await partner())
  })

  it('D10 where Envoy takes federated domains, Holdfast believes those of its own list only', async () => {
    const reply = await attempt('federated', await partner())
    expect(await outcomeOf(world, reply)).toEqual(refused(403, 'peer_untrusted'))
    const [svid, token] = [await world.payments.svid(), await tokenFor(world, ID.payments)]
    expect(await send(world, svid, '/workload', token, 'federated')).toEqual(OK)
  })

  it.each(['own', 'federated'] as const)(
    'D10 a federated authority cannot forge a name of ours: %s',
    async (listener) => {
      await expectRefusedByEnvoy(listener, await rogue(ID.payments))
    },
  )

  it('D10 with a name of its own it gets as far as Holdfast: what Envoy refused was the name', async () => {
    const reply = await attempt('federated', await rogue(`spiffe://${ROGUE}/payments`))
    expect(await outcomeOf(world, reply)).toEqual(refused(403, 'peer_untrusted'))
  })
})

describe('a workload that is cut off', () => {
  // Last: it is the end of this workload.
  it('without its entry it gets no SVID; what it has and has open ends with a revocation', async () => {
    const [svid, token] = [await world.reports.svid(), await tokenFor(world, ID.reports)]
    const caller = connect(world, svid, svid.bundlePem)
    const onKept = async () => outcomeOf(world, await caller.send('/workload', { authorization: `Bearer ${token}` }))
    expect(await onKept()).toEqual(OK)

    await deregister(world.spire, ID.reports)
    const gone = () =>
      world.reports.svid().then(
        () => false,
        (error: Error) => error.message.includes('no identity issued'),
      )
    await until('the agent gives it none', gone, REMOVAL_MS)
    expect(await send(world, svid, '/workload', token)).toEqual(OK)
    expect(await onKept()).toEqual(OK)

    const { code } = await runCommand(['revoke', 'workload', ID.reports, '--config', world.configFile])
    expect(code).toBe(0)
    await until('Holdfast has taken it up', async () => (await onKept()).reason === 'revoked', REMOVAL_MS)
    expect(await send(world, svid, '/workload', token)).toEqual(refused(401, 'revoked'))
    caller.close()
  })
})
