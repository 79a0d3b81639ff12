/**
 * Automatic containment from end to end, on a real Redis: what is stolen at one replica is cut off at the other, the incident,
 * the case and the audit log say so, and the brake holds.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/schema.ts'
import type { Case } from '../../src/ledger/case/case.ts'
import type { Incident } from '../../src/ledger/incident.ts'
import {
  consolePage,
  incidentsOf,
  type Replica,
  sendFresh,
  startReplica,
  stopReplicas,
} from '../support/ledger-replicas.ts'
import { type Holder, makeHolder, makeParties, type Parties } from '../support/parties.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { runCommand, until } from '../support/running-holdfast.ts'

const [HOLDER, THIEF] = ['10.0.0.1', '203.0.113.9']
const CONTAINMENT: Config['ledger']['containment'] = [
  { classes: ['stolen'], routes: ['api'], revoke: 'session', forSeconds: 600 },
]

let parties: Parties
let redis: RedisServer
let one: Replica
let two: Replica

beforeAll(async () => {
  parties = await makeParties()
  redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  one = await replica('one', 5)
  two = await replica('two', 5)
})
afterAll(async () => {
  await stopReplicas()
  await redis?.stop()
  parties?.forget()
})

function replica(name: string, maxContainmentsPerMinute: number): Promise<Replica> {
  return startReplica(parties, name, {
    store: { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 100 } },
    ledger: { containment: CONTAINMENT, maxContainmentsPerMinute },
    audit: { file: `audit-${name}.jsonl` },
  })
}

/** Somebody with another key brings the holder's token. */
async function steal(at: Replica, { token }: Holder, path?: string): Promise<void> {
  const { key } = await makeHolder(parties)
  expect((await sendFresh(at, { token, key }, THIEF, path)).reason).toBe('proof_key_mismatch')
}

async function stolenOf(subject: string): Promise<readonly Incident[]> {
  return (await incidentsOf(two)).filter((incident) => incident.subject === subject && incident.class === 'stolen')
}

const outcomes = (at: Replica, outcome: string): Promise<number> =>
  at.holdfast.metric('holdfast_containments_total', { outcome })

interface Listed {
  readonly id: string
  readonly value: string
  readonly by?: string
  readonly why?: string
}

async function revocations(): Promise<readonly Listed[]> {
  const { code, stdout } = await runCommand(['revocations', '--config', two.file, '--json'])
  expect(code).toBe(0)
  return (JSON.parse(stdout) as { revocations: Listed[] }).revocations
}

describe('containment over replicas', () => {
  it('what is stolen at one replica is cut off at the other within seconds, and told by all that tell', async () => {
    const holder = await makeHolder(parties, { sub: 'robbed', sid: 'sid-that-is-cut-off' })
    for (const at of [one, two]) expect((await sendFresh(at, holder, HOLDER)).allowed).toBe(true)
    await steal(one, holder)
    const stolenMs = performance.now()
    await until('it is cut off there', async () => (await sendFresh(two, holder, HOLDER)).reason === 'revoked')
    // One flush of the ledger, which comes once a second, and one change of the shared list.
    expect(performance.now() - stolenMs).toBeLessThan(5_000)
    expect((await sendFresh(one, holder, HOLDER)).reason).toBe('revoked')
    expect(await outcomes(one, 'done')).toBe(1)

    await until('the incident is written', async () => (await stolenOf('robbed'))[0]?.contained !== undefined)
    const [{ id, contained } = { id: '', contained: undefined }] = await stolenOf('robbed')
    expect(contained?.kind).toBe('session')
    expect(await revocations()).toMatchObject([
      { id: contained?.id, value: 'sid-that-is-cut-off', by: 'holdfast containment', why: `stolen, incident ${id}` },
    ])
    expect(one.holdfast.logged('contained')).toMatchObject([
      { incident: id, revocation: contained?.id, for_seconds: 600 },
    ])

    const made = JSON.parse(await consolePage(two, 'api/case?kind=subject&value=robbed')) as Case
    expect(made.finding).toMatchObject({ name: 'stolen', confidence: 'proven' })
    expect(made.revoked).toMatchObject([{ id: contained?.id, kind: 'session', inForce: true }])
    expect([made.alive, made.commands]).toEqual([[], []])
    expect(made.timeline.map(({ what }) => what)).toContain(`The session was revoked automatically (${contained?.id})`)

    await until('it is in the audit log', () => auditOf('one').some((line) => line.includes(String(contained?.id))))
    const record = auditOf('one').find((line) => line.includes(String(contained?.id)))
    expect(JSON.parse(record ?? '{}')).toMatchObject({
      class_uid: 2004,
      finding_info: { types: ['stolen'], uid: id },
      remediation: { desc: `revoked automatically: session (${contained?.id})` },
    })
    expect(auditOf('one').join('\n')).not.toContain('sid-that-is-cut-off')
  })

  it('a refreshed token of the session is cut off too', async () => {
    const claims = { sub: 'refreshed', sid: 'sid-of-a-refresh' }
    const holder = await makeHolder(parties, claims)
    await steal(two, holder)
    await until('it is cut off', async () => (await sendFresh(one, holder, HOLDER)).reason === 'revoked')
    const next = await makeHolder(parties, { ...claims, iat: Math.floor(Date.now() / 1000) + 1 })
    expect((await sendFresh(one, next, HOLDER)).reason).toBe('revoked')
  })

  it('another route than that of the rule is left alone, and told', async () => {
    const holder = await makeHolder(parties, { sub: 'elsewhere' })
    await steal(one, holder, '/other')
    await until('it is written', async () => (await stolenOf('elsewhere')).length > 0)
    expect((await stolenOf('elsewhere'))[0]?.contained).toBeUndefined()
    expect((await sendFresh(two, holder, HOLDER)).allowed).toBe(true)
  })

  it('the brake: beyond it incidents are told, and nothing is cut off', async () => {
    const braked = await replica('braked', 1)
    const holders = [await makeHolder(parties, { sub: 'first' }), await makeHolder(parties, { sub: 'second' })]
    for (const [i, holder] of holders.entries()) {
      await steal(braked, holder)
      await until('it is dealt with', async () => (await outcomes(braked, i === 0 ? 'done' : 'braked')) === 1)
    }
    await until('both are written', async () => (await stolenOf('second')).length > 0)
    expect((await stolenOf('first'))[0]?.contained?.kind).toBe('token')
    expect((await stolenOf('second'))[0]?.contained).toBeUndefined()
    expect(
      braked.holdfast.logged('containment is braked: incidents are told, and nothing more is cut off'),
    ).toHaveLength(1)
    await until('the first is cut off', async () => (await sendFresh(two, holders[0]!, HOLDER)).reason === 'revoked')
    expect((await sendFresh(two, holders[1]!, HOLDER)).allowed).toBe(true)
  })
})

function auditOf(name: string): readonly string[] {
  return readFileSync(`${parties.dir}/audit-${name}.jsonl`, 'utf8').split('\n')
}
