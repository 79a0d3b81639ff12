/** investigate, sessions and forget on a ledger in a real Redis. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { makeRedisLedger } from '../../src/adapters/redis/ledger/redis-ledger.ts'
import { ledgerSecret } from '../../src/app/ledger/ledger-secret.ts'
import { command as forget } from '../../src/cli/forget.ts'
import { command as investigate } from '../../src/cli/investigate.ts'
import { command as revoke } from '../../src/cli/revoke.ts'
import { command as sessions } from '../../src/cli/sessions.ts'
import { command as unrevoke } from '../../src/cli/unrevoke.ts'
import { makeSecret } from '../../src/config/secret.ts'
import type { Case } from '../../src/ledger/case/case.ts'
import { makeIdentifiers } from '../../src/ledger/identifiers.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { makeRevocationWorld, type RevocationWorld } from '../unit/cli/revocation-world.ts'
import {
  BEARER,
  BOUND,
  type CaseWorld,
  makeCaseWorld,
  RUNNER,
  refusedAs,
  START_MS,
  THIEF,
  THIEF_SENDER,
} from '../unit/ledger/case/world.ts'

const NONCE = '0123456789abcdef0123456789abcdef'
const ENV = { NONCE }
/** The clock of the commands is the real one: what they find alive must outlive it. */
const SHIFT_SECONDS = Math.floor(Date.now() / 1000) - START_MS / 1000
const LIVE = {
  ...BOUND,
  issuedAtSeconds: START_MS / 1000 + SHIFT_SECONDS,
  expiresAtSeconds: START_MS / 1000 + SHIFT_SECONDS + 3600,
}

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.admin().flushall()
})
afterAll(() => server.stop())

async function filled(): Promise<CaseWorld> {
  const bounds = { retentionSeconds: 604_800, maxSessions: 1_000_000, maxIncidents: 10_000 }
  const store = makeRedisLedger({ url: server.url, tls: {}, prefix: 'holdfast:', bounds, nowMs: Date.now })
  onTestFinished(() => store.close())
  const secret = ledgerSecret({ ledger: undefined, nonce: makeSecret(Buffer.from(NONCE)) }, Buffer.alloc(0))
  const world = makeCaseWorld({ store, names: makeIdentifiers({ secret, hashSubjects: false }) })
  const at = SHIFT_SECONDS * 1000
  world.use({ token: LIVE, at })
  world.use({ token: LIVE, at: at + 5, sender: THIEF_SENDER, refused: refusedAs('peer_mismatch') })
  world.use({ token: { ...BEARER, subject: 'ada' }, at })
  await world.flush('verdicts')
  return world
}

function commands(url = server.url, file = 'null'): Promise<RevocationWorld> {
  const store = `{ kind: redis, redis: { url: "${url}" } }`
  return makeRevocationWorld({ top: { store, nonce: '{ secret: "env:NONCE" }', revocation: `{ file: ${file} }` } })
}

/** Of what is alive, the session that was asked for; the client has another one. */
function own({ alive }: Case): Case['alive'] {
  return alive.filter(({ by }) => by.includes('session'))
}

describe('the ledger in Redis, by the commands', () => {
  it('investigate finds the theft, names the session for revoke, and says what is alive', async () => {
    await filled()
    const { code, out, err } = await (await commands()).run(investigate, ['token', BOUND.sha256], { env: ENV })
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^FORWARDED {2}\(proven\)/)
    expect(out).toContain('holdfast revoke --issuer=https://as.example.com session sid-of-the-runner')
    expect(out).toMatch(/Still alive\n {2}[\w-]{22} {2}this session/)
  })

  it('investigate says what is revoked: the command that it prints, then that it stands, then that it was taken back', async () => {
    await filled()
    const world = await commands()
    const ask = async (): Promise<Case> =>
      JSON.parse((await world.run(investigate, ['token', BOUND.sha256, '--json'], { env: ENV })).out)
    const before = await ask()
    expect([own(before).length, before.revoked]).toEqual([1, []])
    const [program, name, ...args] = before.commands[0]?.command.split(' ') ?? []
    expect([program, name]).toEqual(['holdfast', 'revoke'])
    expect((await world.run(revoke, args, { env: ENV })).code).toBe(0)
    const after = await ask()
    expect([own(after), after.alive.length]).toEqual([[], 1])
    expect(after.revoked).toMatchObject([{ kind: 'session', inForce: true }])
    expect(after.commands.map(({ command }) => command)).toEqual([`holdfast revoke workload ${THIEF}`])
    expect((await world.run(unrevoke, [String(after.revoked[0]?.id)], { env: ENV })).code).toBe(0)
    const last = await ask()
    expect([own(last).length, last.revoked]).toEqual([1, []])
  })

  it('investigate reads the file beside the shared list, and says so where it is not there', async () => {
    await filled()
    const world = await commands(server.url, 'revocations.json')
    const ask = async (): Promise<Case> =>
      JSON.parse((await world.run(investigate, ['token', BOUND.sha256, '--json'], { env: ENV })).out)
    expect((await ask()).missing.join(' ')).toContain('seen refused: the file of revocations cannot be read here.')
    const at = new Date().toISOString()
    const key = { id: 'rv-key', kind: 'key', value: BOUND.confirmation.jkt, issuedBefore: at, at }
    await writeFile(world.file, JSON.stringify({ version: 1, revocations: [key] }))
    const made = await ask()
    expect(own(made)).toEqual([])
    expect(made).toMatchObject({ revoked: [{ id: 'rv-key', kind: 'key', inForce: true }], missing: [] })
  })

  it('a shared list that cannot be read is said in the case', async () => {
    await filled()
    await server.admin().set('holdfast:revocations', 'no hash')
    const { code, out } = await (await commands()).run(investigate, ['token', BOUND.sha256], { env: ENV })
    expect(code).toBe(0)
    expect(out.replaceAll(/\s+/g, ' ')).toContain('seen refused: the shared list of revocations cannot be read')
  })

  it('with another secret nothing is found, by key and workload it is, and no handle opens', async () => {
    await filled()
    const env = { NONCE: 'f'.repeat(32) }
    const world = await commands()
    expect((await world.run(investigate, ['token', BOUND.sha256], { env })).code).toBe(1)
    const { code, out } = await world.run(investigate, ['peer', RUNNER], { env })
    expect(code).toBe(0)
    expect(out).not.toContain('sid-of-the-runner')
  })

  it('sessions lists, filters, and forget removes', async () => {
    await filled()
    const world = await commands()
    expect((await world.run(sessions, [], { env: ENV })).out).toContain('\n2 sessions; looked at 2 of about ')
    expect((await world.run(sessions, ['--unbound', '--subject', 'ada'], { env: ENV })).out).toContain('\n1 session; ')
    const asked = await world.run(forget, ['subject', 'ada'], { env: ENV })
    expect(asked).toMatchObject({ code: 1, out: '1 session is kept of it; nothing was removed\n' })
    const done = await world.run(forget, ['subject', 'ada', '--yes'], { env: ENV })
    expect(done).toMatchObject({
      code: 0,
      out: 'forgot 1 session and 0 incidents; the audit log is not touched\n',
      err: '',
    })
    expect((await world.run(sessions, [], { env: ENV })).out).toContain('\n1 session; looked at 1 of about ')
    expect((await world.run(forget, ['subject', 'ada', '--yes'], { env: ENV })).code).toBe(1)
  })

  it('a Redis that is not there ends with 3, within seconds', async () => {
    const world = await commands('redis://127.0.0.1:1')
    for (const [command, args] of [
      [investigate, ['client', 'x']],
      [sessions, []],
      [forget, ['subject', 'x', '--yes']],
    ] as const) {
      const startedMs = performance.now()
      const { code, out, err } = await world.run(command, args, { env: ENV })
      expect([code, out]).toEqual([3, ''])
      expect(err).toContain('the ledger cannot be')
      expect(performance.now() - startedMs).toBeLessThan(5_000)
    }
  })

  it('forget on the embedded ledger says that a restart forgets it', async () => {
    const { code, err } = await (await makeRevocationWorld()).run(forget, ['subject', 'ada', '--yes'])
    expect([code, err]).toEqual([
      2,
      'holdfast forget: the embedded ledger stands in the memory of the server: a restart forgets it\n',
    ])
  })
})
