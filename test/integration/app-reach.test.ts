/** Two Holdfast processes with live sessions: revoke, as a process too, asks them before it cuts off many. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askHonest } from '../support/checks.ts'
import { type CheckClient, makeCheckClient } from '../support/envoy-messages.ts'
import { configText, ISSUER, makeHolder, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { type RunningHoldfast, runCommand, startServing } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'
const SESSIONS = 20

let parties: Parties
let redis: RedisServer
const running: { holdfast: RunningHoldfast; client: CheckClient; file: string }[] = []

beforeAll(async () => {
  parties = await makeParties()
  redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  for (const name of ['one', 'two']) {
    const ports = { grpc: await freePort(), admin: await freePort() }
    const store = { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 500 } }
    const file = parties.write(`${name}.yaml`, configText(ports, [routeOf('api', AUTHORITY, '/')], { store }))
    const holdfast = await startServing(file, ports.admin)
    running.push({ holdfast, client: makeCheckClient(`127.0.0.1:${ports.grpc}`), file })
  }
  for (let i = 0; i < SESSIONS; i++) {
    const holder = await makeHolder(parties, { sid: `sid-${i}`, sub: `user-${i}` })
    const { client } = running[i % 2]!
    expect((await askHonest(client, holder, { authority: AUTHORITY })).reason).toBe('ok')
  }
})
afterAll(async () => {
  for (const { client, holdfast } of running) {
    client.close()
    await holdfast.stop()
  }
  await redis?.stop()
  parties?.forget()
})

const revoke = (...args: string[]) => runCommand(['revoke', ...args, '--config', running[0]!.file])
const listed = async (): Promise<string> => (await runCommand(['revocations', '--config', running[0]!.file])).stdout

describe('E holdfast revoke with two processes that serve twenty sessions', () => {
  it('one subject: passes, and says that it is one of twenty', async () => {
    const { code, stdout } = await revoke('subject', 'user-3')
    expect([code, stdout]).toEqual([0, expect.stringContaining('cuts off       1 of 20 live sessions (5 %, at one')])
    expect(stdout).toMatch(/applied by 2 of 2/)
  })

  it('all that are left: refused, nothing written; with --yes it goes on', async () => {
    const before = await listed()
    const refused = await revoke('client', 'spiffe://example.org/client')
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toContain('would cut off 19 of 19 live sessions (100 %, as 2 of 2 replicas see them')
    expect(await listed()).toBe(before)
    const done = await revoke('client', 'spiffe://example.org/client', '--yes')
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('cuts off       19 of 19 live sessions')])
    expect((await revoke('issuer', ISSUER)).stderr).toContain('0 of 0 live sessions')
  })
})
