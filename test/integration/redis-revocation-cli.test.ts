/** revoke, revocations and unrevoke on the shared list, with replicas that answer and replicas that do not. */
import { readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { command as revocations } from '../../src/cli/revocations.ts'
import { command as revoke } from '../../src/cli/revoke.ts'
import { command as unrevoke } from '../../src/cli/unrevoke.ts'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import { makeRevocationWorld, type RevocationWorld } from '../unit/cli/revocation-world.ts'
import { areFresh, startReplica } from './revocation-world.ts'

const keys = listKeys('holdfast:', false)

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.admin().flushall()
})
afterAll(() => server.stop())

/** With the watched file beside the shared list, or without it. */
function sharedWorld(url: string, file: 'file' | 'no file' = 'no file'): Promise<RevocationWorld> {
  const store = `{ kind: redis, redis: { url: "${url}" } }`
  const revocation = file === 'file' ? '{ file: revocations.json }' : '{ file: null }'
  return makeRevocationWorld({ top: { store, nonce: '{ secret: "env:NONCE" }', revocation } })
}

describe('holdfast revoke on the shared list', () => {
  it('E prints each replica as it applies it, and how long all of them took', async () => {
    const replicas = [startReplica(server.url, { id: 'web-1' }), startReplica(server.url, { id: 'web-2' })]
    await areFresh(...replicas)
    const world = await sharedWorld(server.url)
    const { code, out, err } = await world.run(revoke, ['session', 'sid-1', '--why', 'leaked'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^rv-[0-9a-f]{12}\n/)
    for (const id of ['web-1', 'web-2']) expect(out).toMatch(new RegExp(`applied +${id} after \\d+ ms\n`))
    expect(out).toMatch(/\napplied by 2 of 2 in \d+ ms\n$/)
    expect(replicas.map((replica) => replica.refuses('sid-1'))).toEqual([true, true])
  })

  it('E names a silent replica and ends with 1 after --wait', async () => {
    const replica = startReplica(server.url, { id: 'web-1' })
    await areFresh(replica)
    const admin = server.admin()
    const [seconds] = await admin.time()
    await admin.zadd(keys.replicas, String((Number(seconds) - 12) * 1000), 'web-\u001b[2J')
    const world = await sharedWorld(server.url)
    const startedMs = performance.now()
    const { code, out, err } = await world.run(revoke, ['session', 'sid-1', '--wait', '1'])
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    expect(code).toBe(1)
    expect(out).toMatch(/\napplied by 1 of 2 in \d+ ms\n$/)
    expect(err).toMatch(/no word from web-\?\[2J within 1 s, last heard of 1[2-4] s ago/)
    const json = await world.run(revoke, ['session', 'sid-2', '--wait', '0', '--json'])
    expect(JSON.parse(json.out)).toMatchObject({
      list: 'shared',
      kind: 'session',
      replicas: { silent: expect.any(Array) },
    })
  })

  it('E with no replica says so', async () => {
    const { code, out } = await (await sharedWorld(server.url)).run(revoke, ['session', 'sid-1'])
    expect([code, out]).toEqual([0, expect.stringContaining('no replica is running')])
  })

  it('E goes to the shared list where both are, and to the file with --to file', async () => {
    const world = await sharedWorld(server.url, 'file')
    const shared = await world.run(revoke, ['session', 'sid-1'])
    expect(shared.out).toContain('the shared list (--to file writes to the file beside it)')
    await expect(stat(world.file)).rejects.toThrow('ENOENT')
    await world.run(revoke, ['session', 'sid-2', '--to', 'file'])
    expect(await world.entries()).toMatchObject([{ value: 'sid-2' }])
    await world.run(revoke, ['session', 'sid-3', '--to', 'shared'])
    const values = (await server.admin().hvals(keys.entries)).map((text) => JSON.parse(text).value)
    expect(values.sort()).toEqual(['sid-1', 'sid-3'])
  })

  it.each([
    ['--to', 'file', 'no such list'],
    ['--to', 'redis', '--to is file or shared'],
    ['--wait', '1.5', '--wait'],
  ])('E %s %s: wrong use', async (option, value, message) => {
    const { code, err } = await (await sharedWorld(server.url)).run(revoke, ['session', 's', option, value])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('E logs in with the password that the configuration points to, and needs no other secret', async () => {
    const locked = await startRedis({ args: ['--requirepass', 'se/c@ret'], admin: { password: 'se/c@ret' } })
    onTestFinished(() => locked.stop())
    const store = `{ kind: redis, redis: { url: "${locked.url}", password: "env:REDIS_PASSWORD" } }`
    const world = await makeRevocationWorld({ top: { store, nonce: '{ secret: "env:NONCE" }' } })
    const wrong = await world.run(revoke, ['session', 's'], { env: { REDIS_PASSWORD: 'guess-1' } })
    expect([wrong.code, wrong.err]).toEqual([3, expect.stringContaining('refused the user or password')])
    expect(wrong.err).not.toContain('guess-1')
    expect((await world.run(revoke, ['session', 's'])).code).toBe(2)
    expect((await world.run(revoke, ['session', 's'], { env: { REDIS_PASSWORD: 'se/c@ret' } })).code).toBe(0)
  })

  it.each([revoke, revocations, unrevoke])('E $name without a server ends with 3, at once', async (command) => {
    const world = await sharedWorld('redis://127.0.0.1:1')
    const args = command === revoke ? ['session', 's'] : command === unrevoke ? ['rv-1'] : []
    const { code, err } = await world.run(command, args)
    expect([code, err]).toEqual([3, expect.stringContaining('the shared list cannot be reached')])
  })
})

describe('holdfast revocations and unrevoke on the shared list', () => {
  it('E lists by kind, value, issuer and name', async () => {
    const world = await sharedWorld(server.url)
    const issuer = 'https://as.example.com'
    await world.run(revoke, ['session', 'a', '--by', 'ada', '--issuer', issuer])
    await world.run(revoke, ['session', 'b', '--by', 'grace'])
    await world.run(revoke, ['client', 'b', '--by', 'ada'])
    const values = async (...args: string[]): Promise<string[]> => {
      const { out } = await world.run(revocations, [...args, '--json'])
      return JSON.parse(out).revocations.map(({ kind, value }: Record<string, string>) => `${kind} ${value}`)
    }
    expect(await values()).toEqual(['session a', 'session b', 'client b'])
    expect(await values('--kind', 'session')).toEqual(['session a', 'session b'])
    expect(await values('--value', 'b', '--kind', 'client')).toEqual(['client b'])
    expect(await values('--issuer', issuer)).toEqual(['session a'])
    expect(await values('--by', 'ada')).toEqual(['session a', 'client b'])
  })

  it('E lists both lists, names what is malformed, and shows ended ones when asked', async () => {
    const world = await sharedWorld(server.url, 'file')
    await world.run(revoke, ['session', 'shared-1'])
    await world.run(revoke, ['session', 'file-1', '--to', 'file'])
    const [text = ''] = await server.admin().hvals(keys.entries)
    const ended = { ...JSON.parse(text), id: 'rv-ended', value: 'ended-1', expires: '2020-01-01T00:00:00Z' }
    await server.admin().hset(keys.entries, 'rv-ended', JSON.stringify(ended), 'rv-odd', 'oops')
    const { out, err } = await world.run(revocations, [])
    expect(out).toMatch(/^LIST +ID/)
    expect(out).toMatch(/shared +rv-\w+ +session +shared-1/)
    expect(out).toMatch(/file +rv-\w+ +session +file-1/)
    expect(out).not.toContain('ended-1')
    expect(err).toContain('the shared list: revocations rv-odd has no effect')
    expect((await world.run(revocations, ['--ended'])).out).toContain('ended-1')
  })

  it('E takes back, acknowledged too, with who and why in the log', async () => {
    const replica = startReplica(server.url, { id: 'web-1' })
    await areFresh(replica)
    const world = await sharedWorld(server.url, 'file')
    const id = (await world.run(revoke, ['session', 'sid-1'])).out.split('\n')[0] ?? ''
    const { code, out } = await world.run(unrevoke, [id, '--why', 'a mistake'])
    expect([code, out]).toEqual([0, expect.stringMatching(/is taken back\n[\s\S]*applied by 1 of 1 in \d+ ms\n$/)])
    expect(replica.refuses('sid-1')).toBe(false)
    const [last] = await server.admin().xrevrange(keys.log, '+', '-', 'COUNT', 1)
    expect(last?.[1]).toEqual(expect.arrayContaining(['remove', id, 'ada', 'a mistake']))
    expect((await world.run(unrevoke, [id])).code).toBe(1)
  })

  it('E takes back what stands in the file beside it', async () => {
    const world = await sharedWorld(server.url, 'file')
    const id = (await world.run(revoke, ['session', 's', '--to', 'file'])).out.split('\n')[0] ?? ''
    expect((await world.run(unrevoke, [id])).code).toBe(0)
    expect(await readFile(world.file, 'utf8')).not.toContain(id)
  })

  it('E takes back a malformed entry', async () => {
    await server.admin().hset(keys.entries, 'rv-odd', 'oops')
    const replica = startReplica(server.url)
    await until(() => replica.stats()?.refusedEntries === 1)
    expect((await (await sharedWorld(server.url)).run(unrevoke, ['rv-odd'])).code).toBe(0)
    expect(replica.stats()?.refusedEntries).toBe(0)
  })
})
