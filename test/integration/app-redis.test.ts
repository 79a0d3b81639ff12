/** Two Holdfast processes that share used proofs in a real Redis: what one has seen, the other refuses; without Redis, none allows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, askHonest, checkOf, type Verdict } from '../support/checks.ts'
import { type CheckClient, makeCheckClient } from '../support/envoy-messages.ts'
import { configText, type Holder, makeHolder, makeParties, type Parties, proofOf, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { type RunningHoldfast, runCommand, serveProcess, startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'
const URL = `https://${AUTHORITY}/`

interface Replica {
  readonly file: string
  readonly admin: number
  readonly grpc: number
  holdfast: RunningHoldfast
  readonly client: CheckClient
}

let parties: Parties
let redis: RedisServer
let replicas: readonly [Replica, Replica]
let holder: Holder

beforeAll(async () => {
  parties = await makeParties()
  redis = await startRedis({
    args: ['--maxmemory-policy', 'noeviction', '--requirepass', 'a password'],
    admin: { password: 'a password' },
  })
  parties.write('redis-password', 'a password\n')
  replicas = [await replica('one'), await replica('two')]
  holder = await makeHolder(parties)
})
afterAll(async () => {
  for (const { client, holdfast } of replicas ?? []) {
    client.close()
    await holdfast.stop()
  }
  await redis?.stop()
  parties?.forget()
})

async function replica(name: string): Promise<Replica> {
  const ports = { grpc: await freePort(), admin: await freePort() }
  const store = {
    kind: 'redis',
    redis: { url: redis.url.replace(/\/\/[^@]*@/, '//'), password: 'file:redis-password', commandTimeoutMs: 500 },
  }
  parties.write(`${name}.yaml`, configText(ports, [routeOf('api', AUTHORITY, '/', { nonce: 'offered' })], { store }))
  const file = `${parties.dir}/${name}.yaml`
  const holdfast = await startServing(file, ports.admin)
  return { file, ...ports, holdfast, client: makeCheckClient(`127.0.0.1:${ports.grpc}`) }
}

const honest = ({ client }: Replica, nonce?: string): Promise<Verdict> =>
  askHonest(client, holder, { authority: AUTHORITY }, nonce)

async function recorded(nonce: string | undefined) {
  const proof = await proofOf(holder, 'GET', URL, nonce)
  return checkOf({
    authority: AUTHORITY,
    fields: [
      ['authorization', `DPoP ${holder.token}`],
      ['dpop', proof],
    ],
  })
}

describe('two replicas, one memory', () => {
  it('a proof that one has seen is a replay at the other, also of twenty at once', async () => {
    const [one, two] = replicas
    const { nonce } = await honest(one)
    const captured = await recorded(nonce)
    expect((await ask(one.client, captured)).reason).toBe('ok')
    expect((await ask(two.client, captured)).reason).toBe('proof_replayed')
    const fresh = await recorded(nonce)
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask(replicas[i % 2]?.client ?? one.client, fresh)),
    )
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(1)
  })

  it('A33 a nonce of one is good at the other', async () => {
    const [one, two] = replicas
    const { nonce } = await honest(one)
    expect((await honest(two, nonce)).reason).toBe('ok')
  })

  it('a replica that is killed and comes back takes nothing twice', async () => {
    const [one, two] = replicas
    const { nonce } = await honest(two)
    const captured = await recorded(nonce)
    expect((await ask(two.client, captured)).reason).toBe('ok')
    two.holdfast.signal('SIGKILL')
    await two.holdfast.exit
    two.holdfast = await startServing(two.file, two.admin)
    expect((await ask(two.client, captured)).allowed).toBe(false)
    expect((await ask(one.client, captured)).reason).toBe('proof_replayed')
    expect((await honest(two)).reason).toBe('ok')
  })

  it('a memory that was flushed lets nothing pass twice, and honest clients pass once each replica has seen the loss', async () => {
    const [one, two] = replicas
    const { nonce } = await honest(one)
    const captured = await recorded(nonce)
    expect((await ask(one.client, captured)).reason).toBe('ok')
    await redis.admin().flushall()
    for (const { client } of replicas) expect((await ask(client, captured)).allowed).toBe(false)
    for (const replica of [one, two]) await until('it serves', async () => (await honest(replica)).allowed, 3_000)
    for (const { client } of replicas) expect((await ask(client, captured)).allowed).toBe(false)
  })

  it('a revocation is acknowledged by both replicas, holds at both, and can be taken back', async () => {
    const [one] = replicas
    const claims = JSON.parse(Buffer.from(holder.token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }
    const target = ['token', claims.jti, '--issuer', 'https://issuer.example.org', '--config', one.file]
    const revoked = await runCommand(['revoke', ...target, '--why', 'a drill', '--json'])
    expect(revoked, revoked.stderr).toMatchObject({ code: 0 })
    for (const replica of replicas) expect((await honest(replica)).reason).toBe('revoked')
    const listed = await runCommand(['revocations', '--config', one.file])
    expect(listed.stdout).toContain('a drill')
    const { id } = JSON.parse(revoked.stdout) as { id: string }
    expect((await runCommand(['unrevoke', id, '--config', one.file])).code).toBe(0)
    for (const replica of replicas) expect((await honest(replica)).reason).toBe('ok')
  })

  it('revoke says how many replicas have applied it', async () => {
    const { code, stdout } = await runCommand(['revoke', 'session', 'nobody', '--config', replicas[0].file])
    expect(code).toBe(0)
    expect(stdout).toMatch(/applied by 2 of 2/)
  })

  it('without Redis each answers 503 and says so; it serves again within seconds of its return', async () => {
    const [one] = replicas
    const { nonce } = await honest(one)
    await redis.kill()
    const refused = await ask(one.client, await recorded(nonce))
    expect(refused).toMatchObject({ allowed: false, status: 503, reason: 'replay_store_unavailable' })
    await until('the gauge tells', async () => (await one.holdfast.metric('holdfast_store_degraded')) === 1)
    expect((await one.holdfast.page('/readyz')).status).toBe(200)
    await redis.start()
    await until('it serves again', async () => (await honest(one)).allowed)
    await until('the gauge is back', async () => (await one.holdfast.metric('holdfast_store_degraded')) === 0)
  })

  it('a replica that never reached Redis is not ready, and allows nothing', async () => {
    const ports = { grpc: await freePort(), admin: await freePort() }
    const store = { kind: 'redis', redis: { url: `redis://127.0.0.1:${await freePort()}` } }
    parties.write('lost.yaml', configText(ports, [routeOf('api', AUTHORITY, '/')], { store }))
    const lost = serveProcess(`${parties.dir}/lost.yaml`, ports.admin)
    const client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
    try {
      await until('it listens', async () => (await lost.page('/livez').catch(() => undefined))?.status === 200)
      expect((await lost.page('/readyz')).status).toBe(503)
      expect((await askHonest(client, holder, { authority: AUTHORITY })).allowed).toBe(false)
    } finally {
      client.close()
      await lost.stop()
    }
  })

  it('the password stands in no log, metric or page', async () => {
    const [one] = replicas
    const pages = await Promise.all(['/metrics', '/readyz', '/config'].map((path) => one.holdfast.page(path)))
    const written = [one.holdfast.stdout(), one.holdfast.stderr(), ...pages.map(({ body }) => body)].join('\n')
    expect(written).not.toContain('a password')
    expect(written).not.toContain('a%20password')
  })
})
