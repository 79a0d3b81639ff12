/**
 * The ledger in running processes: two replicas write one session, what neither sees alone is found, Redis goes away and no
 * decision waits for it, and what was lost meanwhile is told. The same for one process with the embedded ledger.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openLedgerStore } from '../../src/app/ledger/open-store.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Case } from '../../src/ledger/case/case.ts'
import type { LedgerStore, Written } from '../../src/ledger/ledger-store.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'
import {
  consolePage,
  freshProof,
  incidentsOf,
  type Replica,
  sendBearer,
  sendFresh,
  sendProof,
  sessionsOf,
  startReplica,
  stopReplicas,
} from '../support/ledger-replicas.ts'
import { ISSUER, makeHolder, makeParties, type Parties } from '../support/parties.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { runCommand, startServing, until } from '../support/running-holdfast.ts'

describe('two replicas on Redis', () => {
  let parties: Parties
  let redis: RedisServer
  let one: Replica
  let two: Replica
  let store: LedgerStore

  beforeAll(async () => {
    parties = await makeParties()
    redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    const more = { store: { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 100 } } }
    one = await startReplica(parties, 'one', more)
    two = await startReplica(parties, 'two', more)
    const loaded = await loadConfig(one.file)
    if (!loaded.ok) throw new Error('must load')
    store = await openLedgerStore(loaded.config, { redis: undefined }, Date.now)
  })
  afterAll(async () => {
    await store?.close()
    await stopReplicas()
    await redis?.stop()
    parties?.forget()
  })

  const read = async <T>(result: Promise<Written<T>>): Promise<T | undefined> => {
    const written = await result
    return written.ok ? written.value : undefined
  }
  const bySubject = async (subject: string): Promise<readonly SessionRecord[]> =>
    (await read(store.sessionsBy({ relation: 'subject', value: subject }, 10)))?.found ?? []

  it('write what they see of one session into one record', async () => {
    const holder = await makeHolder(parties, { sub: 'shared', sid: 'session-of-two' })
    for (const at of [one, two, one]) expect((await sendFresh(at, holder, '10.0.0.1')).allowed).toBe(true)
    const written = async () => (await bySubject('shared'))[0]
    await until('both have written', async () => (await written())?.verdicts.ok === 3)
    const uses = (await written())?.uses
    expect(await bySubject('shared')).toMatchObject([
      {
        issuer: ISSUER,
        keyThumbprint: holder.key.thumbprint,
        held: ['dpop'],
        senders: [{ address: '10.0.0.1', count: uses }],
        routes: [{ route: 'api', count: uses }],
        incidents: [],
      },
    ])
    expect(JSON.stringify(await bySubject('shared'))).not.toContain('session-of-two')
  })

  it('find together that an unbound token has two holders, though it was let pass each time', async () => {
    const leaked = await makeHolder(parties, { sub: 'leaked', cnf: undefined })
    const uses = async (): Promise<number> => (await bySubject('leaked'))[0]?.uses ?? 0
    for (const [i, [at, address]] of (
      [
        [one, '10.0.0.1'],
        [two, '203.0.113.9'],
        [one, '10.0.0.1'],
      ] as const
    ).entries()) {
      expect((await sendBearer(at, leaked, address)).allowed).toBe(true)
      await until('it is written', async () => (await uses()) === i + 1)
    }
    const found = async () => (await incidentsOf(two)).filter(({ subject }) => subject === 'leaked')
    await until('it is found', async () => (await found()).some((one) => one.class === 'concurrent'))
    expect((await found()).filter((one) => one.class === 'concurrent')).toMatchObject([
      {
        confidence: 'suspected',
        outcome: 'allowed',
        sender: { address: '10.0.0.1' },
        counterpart: { sender: { address: '203.0.113.9' } },
      },
    ])
    const metric = (at: Replica) => at.holdfast.metric('holdfast_incidents_total', { class: 'concurrent' })
    expect((await metric(one)) + (await metric(two))).toBe(1)
  })

  it('tell a stolen token at once, with both keys, in ledger, log and counters', async () => {
    const holder = await makeHolder(parties, { sub: 'robbed' })
    const thief = await makeHolder(parties)
    expect((await sendFresh(one, { token: holder.token, key: thief.key }, '203.0.113.9')).reason).toBe(
      'proof_key_mismatch',
    )
    const found = async () => (await incidentsOf(two)).filter(({ subject }) => subject === 'robbed')
    await until('it is written', async () => (await found()).length > 0)
    expect(await found()).toMatchObject([
      {
        class: 'stolen',
        outcome: 'denied',
        key: holder.key.thumbprint,
        foreignKey: thief.key.thumbprint,
        sender: { address: '203.0.113.9' },
      },
    ])
    const logged = one.holdfast.logged('incident').filter((line) => line['class'] === 'stolen')
    expect(logged).toMatchObject([{ reason: 'proof_key_mismatch', source_address: '203.0.113.9' }])
  })

  it('decide as ever while Redis is paused, count what is lost, and tell the gap afterwards', async () => {
    const token = await makeHolder(parties, { sub: 'through-the-outage', cnf: undefined })
    const tookMs: number[] = []
    const decide = async (): Promise<void> => {
      const startedMs = performance.now()
      expect((await sendBearer(one, token, '10.0.0.1')).allowed).toBe(true)
      tookMs.push(performance.now() - startedMs)
    }
    const dropped = () => one.holdfast.metric('holdfast_ledger_dropped_total')
    const state = async () => JSON.parse((await one.holdfast.page('/readyz')).body).components.ledger
    const before = await dropped()
    redis.pause()
    try {
      // What is handed over while the server is silent is lost; what comes then waits.
      await until('something is lost', async () => {
        await decide()
        return (await dropped()) > before
      })
      for (let i = 0; i < 50; i++) await decide()
      await until('it is told', async () => (await state()).detail !== 'written')
      expect((await state()).ready).toBe(true)
    } finally {
      redis.resume()
    }
    await until('it is written again', async () => (await state()).detail === 'written')
    // Nothing on this path asks Redis: a decision that waited for the ledger would have waited for seconds.
    expect(tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.95)]).toBeLessThan(500)
    const lost = (await dropped()) - before
    expect(lost).toBeGreaterThan(0)
    const gaps = await read(store.gaps())
    expect(gaps?.reduce((sum, gap) => sum + gap.dropped, 0)).toBe(lost)
    const [record] = await bySubject('through-the-outage')
    expect(record?.uses).toBeLessThanOrEqual(tookMs.length)
    expect((record?.uses ?? 0) + lost).toBeGreaterThanOrEqual(tookMs.length)
  })

  it('the ledger outlives a process, and a last flush is written at the end', async () => {
    const holder = await makeHolder(parties, { sub: 'at-the-end' })
    expect((await sendFresh(two, holder, '10.0.0.2')).allowed).toBe(true)
    await two.holdfast.stop()
    expect(await bySubject('at-the-end')).toMatchObject([{ verdicts: { ok: 1 } }])
    two.holdfast = await startServing(two.file, two.admin)
    expect((await sessionsOf(two)).some(({ subject }) => subject === 'at-the-end')).toBe(true)
    // The names are those of before: the secret is configured.
    expect((await sendFresh(two, holder, '10.0.0.2')).allowed).toBe(true)
    await until('it is written', async () => (await bySubject('at-the-end'))[0]?.verdicts.ok === 2)
  })
})

describe('several workers', () => {
  let parties: Parties
  let redis: RedisServer
  beforeAll(async () => {
    parties = await makeParties()
    redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  })
  afterAll(async () => {
    await stopReplicas()
    await redis?.stop()
    parties?.forget()
  })

  it('write, and their supervisor shows it', async () => {
    const store = { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 100 } }
    const both = await startReplica(parties, 'workers', { store, server: { workers: 2 } })
    const holder = await makeHolder(parties, { sub: 'of-the-workers' })
    expect((await sendFresh(both, holder, '10.0.0.1')).allowed).toBe(true)
    const shown = async () => (await sessionsOf(both)).find(({ subject }) => subject === 'of-the-workers')
    await until('it is shown', async () => (await shown()) !== undefined)
    expect(await both.holdfast.metric('holdfast_ledger_dropped_total')).toBe(0)
    const lastSuccess = () => both.holdfast.metric('holdfast_ledger_last_success_timestamp_seconds')
    await until('the flush is over', async () => (await lastSuccess()) > 0)
    const caseOf = async (): Promise<Case> =>
      JSON.parse(await consolePage(both, 'api/case?kind=subject&value=of-the-workers'))
    expect(await caseOf()).toMatchObject({
      alive: [{ session: { subject: 'of-the-workers' } }],
      revoked: [],
      missing: [],
    })
    expect((await runCommand(['revoke', 'subject', 'of-the-workers', '--config', both.file])).code).toBe(0)
    expect(await caseOf()).toMatchObject({ alive: [], revoked: [{ kind: 'subject', inForce: true }] })
  })
})

describe('one process with the embedded ledger', () => {
  let parties: Parties
  beforeAll(async () => {
    parties = await makeParties()
  })
  afterEach(stopReplicas)
  afterAll(() => parties?.forget())

  it('shows sessions and incidents in its console', async () => {
    const alone = await startReplica(parties, 'alone', {})
    const holder = await makeHolder(parties, { sub: 'alone' })
    const { nonce } = await sendFresh(alone, holder, '10.0.0.1')
    const recorded = await freshProof(holder, nonce)
    expect((await sendProof(alone, holder, recorded, '10.0.0.1')).allowed).toBe(true)
    expect((await sendProof(alone, holder, recorded, '203.0.113.9')).reason).toBe('proof_replayed')
    await until('it is there', async () => (await incidentsOf(alone)).some((one) => one.class === 'replayed'))
    expect(await sessionsOf(alone)).toMatchObject([{ subject: 'alone', keyThumbprint: holder.key.thumbprint }])
    expect((await fetch(`http://127.0.0.1:${alone.admin}/console/api/sessions`)).status).toBe(401)
  })

  it('contains what is proven through the watched file, and takes it up itself', async () => {
    const containment: Config['ledger']['containment'] = [
      { classes: ['stolen'], routes: null, revoke: 'session', forSeconds: 600 },
    ]
    const alone = await startReplica(parties, 'containing', {
      revocation: { file: 'revocations.json' },
      ledger: { containment },
    })
    const holder = await makeHolder(parties, { sub: 'contained', sid: 'cut-off' })
    expect((await sendFresh(alone, holder, '10.0.0.1')).allowed).toBe(true)
    const thief = await makeHolder(parties)
    expect((await sendFresh(alone, { token: holder.token, key: thief.key }, '203.0.113.9')).allowed).toBe(false)
    await until('it is cut off', async () => (await sendFresh(alone, holder, '10.0.0.1')).reason === 'revoked')
    expect(await alone.holdfast.metric('holdfast_containments_total', { outcome: 'done' })).toBe(1)
    const [stolen] = (await incidentsOf(alone)).filter((one) => one.class === 'stolen')
    expect(stolen?.contained).toMatchObject({ kind: 'session' })
    expect(alone.holdfast.logged('contained')).toHaveLength(1)
  })

  it('keeps nothing where it is switched off', async () => {
    const alone = await startReplica(parties, 'off', { ledger: { enabled: false }, console: { enabled: false } })
    const { components } = JSON.parse((await alone.holdfast.page('/readyz')).body)
    expect(components.ledger).toBeUndefined()
    expect(await alone.holdfast.metric('holdfast_ledger_queue')).toBe(0)
  })
})
