/** `server.workers` above one, as a real process on a real Redis: one memory, one listener, one page for operators. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { credentials } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, checkOf } from '../support/checks.ts'
import type { CheckClient } from '../support/envoy-messages.ts'
import { proofOf } from '../support/parties.ts'
import { type RunningHoldfast, runCommand, until } from '../support/running-holdfast.ts'
import { AUTHORITY, makeWorkersWorld, type WorkersWorld, workersOf } from '../support/workers.ts'

let world: WorkersWorld

beforeEach(async () => {
  world = await makeWorkersWorld()
})
afterEach(() => world.stop())

const decisions = (holdfast: RunningHoldfast): Promise<number> => holdfast.metric('holdfast_decisions_total')

/** Numbers of the workers that decided something, as the log tells. */
function deciders(holdfast: RunningHoldfast): ReadonlySet<unknown> {
  return new Set(holdfast.logged('decision').map((line) => line['worker']))
}

async function nonceOf(client: CheckClient): Promise<string | undefined> {
  return (await world.honest(client)).nonce
}

async function captured(nonce: string | undefined) {
  const proof = await proofOf(world.holder, 'GET', `https://${AUTHORITY}/`, nonce)
  const fields = [['authorization', `DPoP ${world.holder.token}`] as const, ['dpop', proof] as const]
  return checkOf({ authority: AUTHORITY, fields })
}

describe('one memory', () => {
  it('a proof passes once over all workers, also of many at once; a nonce of one is good at each', async () => {
    const holdfast = await world.start(3)
    const clients = world.clients(3)
    const nonce = await nonceOf(clients[0]!)
    for (const client of clients) expect((await world.honest(client, nonce)).reason).toBe('ok')
    expect(deciders(holdfast)).toEqual(new Set([1, 2, 3]))
    const first = await captured(nonce)
    expect((await ask(clients[0]!, first)).reason).toBe('ok')
    for (const client of clients) expect((await ask(client, first)).reason).toBe('proof_replayed')
    const second = await captured(nonce)
    const verdicts = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(clients[i % 3]!, second)))
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(1)
  })

  it('is demanded: with the embedded store each worker would take a proof once', async () => {
    const file = world.write(2, { store: { kind: 'memory' } })
    const { code, stderr } = await runCommand(['serve', '--config', file])
    expect([code, stderr]).toEqual([2, expect.stringContaining('server.workers: workers share no memory')])
  })

  it('each worker is a replica of the shared revocation list', async () => {
    await world.start(3)
    const file = join(world.parties.dir, 'holdfast.yaml')
    const { code, stdout } = await runCommand([
      'revoke',
      'subject',
      'user-1',
      '--issuer',
      'https://issuer.example.org',
      '--config',
      file,
    ])
    expect([code, stdout]).toEqual([0, expect.stringContaining('applied by 3 of 3')])
    for (const client of world.clients(3)) expect((await world.honest(client)).reason).toBe('revoked')
  })
})

describe('one page for operators', () => {
  it('counters of all workers add up, and never run backwards when one is killed', async () => {
    const holdfast = await world.start(2)
    const [one, two] = world.clients(2) as [CheckClient, CheckClient]
    const nonce = await nonceOf(one)
    const before = await decisions(holdfast)
    for (const client of [one, two]) for (let i = 0; i < 10; i++) await world.honest(client, nonce)
    expect(await decisions(holdfast)).toBe(before + 20)
    expect(await holdfast.metric('holdfast_decision_duration_seconds_count')).toBe(before + 20)
    expect(await holdfast.metric('holdfast_workers', { state: 'serving' })).toBe(2)
    const [victim] = await workersOf(holdfast)
    process.kill(victim!.pid, 'SIGKILL')
    await until('the death is counted', async () => {
      expect(await decisions(holdfast)).toBe(before + 20)
      return (await holdfast.metric('holdfast_worker_exits_total', { outcome: 'died' })) === 1
    })
    await until('both serve', async () => {
      expect(await decisions(holdfast)).toBe(before + 20)
      return (await holdfast.metric('holdfast_workers', { state: 'serving' })) === 2
    })
    for (const client of world.clients(2)) expect((await world.honest(client, nonce)).reason).toBe('ok')
    expect(await decisions(holdfast)).toBe(before + 22)
  })

  it('a worker that does not answer stops no page: it is told, with its last numbers, until it is back', async () => {
    const holdfast = await world.start(2)
    const clients = world.clients(2)
    for (const client of clients) await world.honest(client)
    const before = await decisions(holdfast)
    const [stopped] = await workersOf(holdfast)
    process.kill(stopped!.pid, 'SIGSTOP')
    try {
      const startMs = performance.now()
      expect(await decisions(holdfast)).toBe(before)
      expect(performance.now() - startMs).toBeLessThan(3_000)
      expect(await holdfast.metric('holdfast_workers', { state: 'silent' })).toBe(1)
      await until('it is not ready', async () => (await holdfast.page('/readyz')).status === 503)
      expect((await holdfast.page('/readyz')).body).toContain('1 of 2 serve')
    } finally {
      process.kill(stopped!.pid, 'SIGCONT')
    }
    await until('it is ready', async () => (await holdfast.page('/readyz')).status === 200)
    expect(await holdfast.metric('holdfast_workers', { state: 'serving' })).toBe(2)
  })

  it('/config shows each worker with process and configuration; a change reaches all', async () => {
    const holdfast = await world.start(2)
    const [one, two] = await workersOf(holdfast)
    expect([one!.worker, two!.worker, one!.state, two!.state]).toEqual([1, 2, 'serving', 'serving'])
    expect(new Set([one!.pid, two!.pid, holdfast.pid]).size).toBe(3)
    expect(one!.hash).toBe(two!.hash)
    world.write(2, { log: { decisions: 'none' } })
    await until('both have taken it up', async () =>
      (await workersOf(holdfast)).every(({ hash }) => hash !== one!.hash && hash !== null),
    )
    expect((await holdfast.page('/config')).body).toContain('"decisions": "none"')
    expect(await holdfast.metric('holdfast_config_hash_info')).toBe(1)
  })
})

describe('one listener', () => {
  it('a Unix socket: mode 0660, replaces what a killed one left, is gone after a drain', async () => {
    const path = join(world.parties.dir, 'holdfast.sock')
    const wishes = { server: { listen: `unix://${path}` } }
    const first = await world.start(2, wishes)
    const pids = (await workersOf(first)).map(({ pid }) => pid)
    first.signal('SIGKILL')
    await first.exit
    expect([pids.length, existsSync(path)]).toEqual([2, true])
    const second = await world.start(2, wishes)
    expect(statSync(path).mode & 0o777).toBe(0o660)
    for (const client of world.clients(2, `unix://${path}`)) expect((await world.honest(client)).allowed).toBe(true)
    expect(deciders(second)).toEqual(new Set([1, 2]))
    await second.stop()
    expect(existsSync(path)).toBe(false)
  })

  it('TLS: each worker serves the certificate', async () => {
    const { dir, ca } = world.parties
    const tls = { certificate: 'server.crt', key: 'server.key', clientCa: null }
    const holdfast = await world.start(2, { server: { tls } })
    const creds = credentials.createSsl(Buffer.from(ca.certificatePem))
    for (const client of world.clients(2, `localhost:${world.ports.grpc}`, creds))
      expect((await world.honest(client)).allowed).toBe(true)
    expect(deciders(holdfast)).toEqual(new Set([1, 2]))
    await holdfast.stop()
    writeFileSync(join(dir, 'server.key'), 'no key')
    await expectSameRefusal({ server: { tls } }, 2)
  })

  it('an address in use: exit code 3 and the words of a server without workers', async () => {
    await world.start(2)
    await expectSameRefusal({ admin: { listen: '127.0.0.1:0' } }, 3)
    await expectSameRefusal({ server: { listen: '127.0.0.1:0' } }, 3)
  })

  async function expectSameRefusal(wishes: Parameters<WorkersWorld['write']>[1], exitCode: number): Promise<void> {
    const alone = await runCommand(['serve', '--config', world.write(1, wishes)])
    const several = await runCommand(['serve', '--config', world.write(2, wishes)])
    expect(alone.code).toBe(exitCode)
    expect(several.stderr).toMatch(/^holdfast serve: (?:server|admin)\.\w+: .*\n$/)
    expect({ ...several, stdout: '' }).toEqual({ ...alone, stdout: '' })
  }
})
