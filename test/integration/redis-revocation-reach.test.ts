/** Before it writes, revoke asks real replicas over a real server what it would cut off; also one that does not know the question. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { aclLines } from '../../src/adapters/redis/inspect/acl.ts'
import { makeKeyNames } from '../../src/adapters/redis/keys.ts'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { makeLiveSessions } from '../../src/app/live-sessions.ts'
import { command as revoke } from '../../src/cli/revoke.ts'
import { decision, event, TOKEN } from '../support/decisions.ts'
import { type RedisServer, startCluster, startRedis, until } from '../support/redis.ts'
import { makeRevocationWorld, type RevocationWorld } from '../unit/cli/revocation-world.ts'
import { areFresh, type Replica, startReplica } from './revocation-world.ts'

const keys = listKeys('holdfast:', false)
const ISSUER = TOKEN.issuer

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.admin().flushall()
})
afterAll(() => server.stop())

const world = (url = server.url): Promise<RevocationWorld> =>
  makeRevocationWorld({
    top: {
      store: `{ kind: redis, redis: { url: "${url}" } }`,
      nonce: '{ secret: "env:NONCE" }',
      revocation: '{ file: null }',
    },
  })

interface Seen {
  /** Sessions `first` to `first + count - 1` were allowed just now, each of a subject of its own. */
  readonly first?: number
  readonly count: number
  readonly watchedSeconds?: number
  readonly url?: string
}

function startWatching(id: string, { first = 0, count, watchedSeconds = 3600, url = server.url }: Seen): Replica {
  let nowMs = Date.now() - watchedSeconds * 1000
  const { seen, reachOf } = makeLiveSessions(() => nowMs)
  nowMs = Date.now()
  const expiresAtSeconds = nowMs / 1000 + 600
  const issuedAtSeconds = nowMs / 1000 - 60
  for (let i = first; i < first + count; i++) {
    const own = { sha256: `hash-${i}`, tokenId: `jti-${i}`, sessionId: `sid-${i}`, subject: `subject-${i}` }
    seen(event(decision(undefined, { token: { ...TOKEN, ...own, issuedAtSeconds, expiresAtSeconds }, nowMs })))
  }
  return startReplica(url, { id, reachOf })
}

/** Nothing was written to the list. */
async function listIsUnchanged(): Promise<void> {
  expect(await server.admin().hlen(keys.entries)).toBe(0)
  expect(await server.admin().exists(keys.log)).toBe(0)
}

describe('E a revocation that would hit most live sessions', () => {
  it('says so and changes nothing; with --yes it goes on and says the same', async () => {
    await areFresh(startWatching('web-1', { count: 20 }), startWatching('web-2', { first: 15, count: 15 }))
    const operator = await world()
    const told = '35 of 35 live sessions (100 %, as 2 of 2 replicas see them)'
    const refused = await operator.run(revoke, ['issuer', ISSUER])
    expect(refused).toEqual({
      code: 1,
      out: '',
      err: `holdfast revoke: would cut off ${told}, more than 10 %; add --yes to go on, nothing was changed\n`,
    })
    await listIsUnchanged()
    const done = await operator.run(revoke, ['issuer', ISSUER, '--yes'])
    expect([done.code, done.err]).toEqual([0, ''])
    expect(done.out).toMatch(/^rv-[0-9a-f]{12}\n/)
    expect(done.out).toContain(`\n  cuts off       ${told}\n`)
    expect(done.out).toMatch(/\napplied by 2 of 2 in \d+ ms\n$/)
    const again = await operator.run(revoke, ['issuer', ISSUER])
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('cuts off       0 of 0 live sessions')])
  })

  it('as JSON', async () => {
    await areFresh(startWatching('web-1', { count: 20 }))
    const operator = await world()
    const reach = { matched: 20, live: 20, share: 1, largestShare: 1, answered: ['web-1'], silent: [] }
    const refused = await operator.run(revoke, ['issuer', ISSUER, '--json'])
    expect([refused.code, JSON.parse(refused.out)]).toEqual([1, { written: false, reach }])
    await listIsUnchanged()
    const done = await operator.run(revoke, ['issuer', ISSUER, '--json', '--yes'])
    expect([done.code, JSON.parse(done.out)]).toEqual([0, expect.objectContaining({ kind: 'issuer', reach })])
  })

  it('goes by --max-share', async () => {
    await areFresh(startWatching('web-1', { count: 20 }), startWatching('web-2', { first: 20, count: 20 }))
    const operator = await world()
    expect((await operator.run(revoke, ['issuer', ISSUER, '--max-share', '99.9'])).err).toContain('more than 99.9 %')
    await listIsUnchanged()
    expect((await operator.run(revoke, ['issuer', ISSUER, '--max-share', '100'])).code).toBe(0)
  })
})

describe('E a narrow revocation', () => {
  it('passes, and says what it cuts off', async () => {
    await areFresh(startWatching('web-1', { count: 20 }), startWatching('web-2', { count: 20 }))
    const { code, out } = await (await world()).run(revoke, ['subject', 'subject-7'])
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('cuts off       2 of 40 live sessions (5 %, as 2 of 2 replicas see them)'),
    ])
  })

  it.each([
    ['session', 'sid-7'],
    ['token', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ])('of one %s asks nobody', async (kind, value) => {
    await areFresh(startWatching('web-1', { count: 20 }))
    const { code, out } = await (await world()).run(revoke, [kind, value, '--max-share', '0'])
    expect([code, out]).toEqual([0, expect.not.stringContaining('cuts off')])
    expect(await server.admin().exists(keys.asked)).toBe(0)
  })
})

describe('E replicas that do not answer', () => {
  it('an old one: an issuer needs --yes, a subject does not, and both say so within about a second', async () => {
    const old = startReplica(server.url, { id: 'old-1' })
    await areFresh(startWatching('web-1', { count: 3 }), old)
    const operator = await world()
    const startedMs = performance.now()
    const broad = await operator.run(revoke, ['issuer', ISSUER])
    expect(performance.now() - startedMs).toBeLessThan(2_500)
    expect([broad.code, broad.err]).toEqual([
      1,
      expect.stringContaining(
        '3 of 3 live sessions (100 %, as 1 of 2 replicas see them, no answer from old-1), maybe more',
      ),
    ])
    await listIsUnchanged()
    const narrow = await operator.run(revoke, ['subject', 'subject-1'])
    expect([narrow.code, narrow.out]).toEqual([0, expect.stringContaining('no answer from old-1')])
    expect(narrow.out).toMatch(/applied by 2 of 2/)
    expect(old.events).toEqual(['read'])
  })

  it('none at all: an issuer needs --yes', async () => {
    const operator = await world()
    const { code, err } = await operator.run(revoke, ['issuer', ISSUER])
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('an unknown number of live sessions (no replica answered)'),
    ])
    await listIsUnchanged()
    expect((await operator.run(revoke, ['issuer', ISSUER, '--yes'])).code).toBe(0)
    expect((await operator.run(revoke, ['client', 'c'])).code).toBe(0)
  })

  it('one that has served for seconds cannot know: an issuer needs --yes', async () => {
    await areFresh(startWatching('web-1', { count: 1, watchedSeconds: 3 }))
    const { code, err } = await (await world()).run(revoke, ['issuer', ISSUER])
    expect([code, err]).toEqual([1, expect.stringContaining('1 of these for less than 60 s), maybe more')])
    await listIsUnchanged()
  })

  it.each(['before', 'after'] as const)(
    'a key of another type, from %s they connect: they serve on, and revoking goes on',
    async (when) => {
      if (when === 'before') await server.admin().rpush(keys.asked, 'x')
      const replica = startWatching('web-1', { count: 20 })
      await areFresh(replica)
      if (when === 'after') {
        await server.admin().rpush(keys.asked, 'x')
        await until(() => replica.events.includes('resumed'))
      }
      const operator = await world()
      expect((await operator.run(revoke, ['issuer', ISSUER])).code).toBe(1)
      const { code, out } = await operator.run(revoke, ['subject', 'subject-1'])
      expect([code, out]).toEqual([0, expect.stringContaining('(no replica answered)')])
      expect(out).toMatch(/applied by 1 of 1/)
    },
  )
})

describe('E what is asked and answered', () => {
  it('holds the value and counts, nothing of a session and no note; and expires', async () => {
    await areFresh(startWatching('web-1', { count: 20 }))
    await (await world()).run(revoke, ['issuer', ISSUER, '--why', 'a dismissal', '--by', 'grace'])
    const [question] = await server.admin().xrange(keys.asked, '-', '+')
    const answersKey = `${keys.asked}:${question?.[0]}`
    expect(await server.admin().hgetall(answersKey)).toEqual({ 'web-1': expect.stringMatching(/^20 20 36\d\d$/) })
    expect(JSON.stringify(question)).not.toMatch(/dismissal|grace|sid-|jti-|hash-|subject-/)
    for (const key of [keys.asked, answersKey]) {
      const lifeMs = await server.admin().pttl(key)
      expect(lifeMs).toBeGreaterThan(0)
      expect(lifeMs).toBeLessThanOrEqual(10_000)
    }
    expect((await server.admin().keys('*')).sort()).toEqual(
      [keys.applied, answersKey, keys.asked, keys.clearing, keys.epoch, keys.replicas].sort(),
    )
  })

  it('works with exactly the documented rights', async () => {
    const target = { kind: 'single', username: 'holdfast', database: 0 } as const
    const lines = aclLines({ target, prefix: 'holdfast:', names: makeKeyNames('holdfast:', false), keys })
    for (const line of lines)
      await server.admin().call('acl', ...line.replace('>PASSWORD', '>secret').split(' ').slice(1))
    const url = server.url.replace('redis://', 'redis://holdfast:secret@')
    await areFresh(startWatching('web-1', { count: 20, url }))
    const operator = await makeRevocationWorld({
      top: {
        store: `{ kind: redis, redis: { url: "${server.url}", username: holdfast, password: "env:REDIS_PASSWORD" } }`,
        nonce: '{ secret: "env:NONCE" }',
      },
    })
    const { code, err } = await operator.run(revoke, ['issuer', ISSUER], { env: { REDIS_PASSWORD: 'secret' } })
    expect([code, err]).toEqual([1, expect.stringContaining('20 of 20 live sessions')])
    await server.admin().call('acl', 'deluser', 'holdfast')
  })

  it('ten questions at once are each answered', async () => {
    await areFresh(startWatching('web-1', { count: 20 }), startWatching('web-2', { count: 20 }))
    const operator = await world()
    const all = await Promise.all(Array.from({ length: 10 }, () => operator.run(revoke, ['issuer', ISSUER])))
    for (const { code, err } of all) expect([code, err]).toEqual([1, expect.stringContaining('as 2 of 2 replicas')])
    await listIsUnchanged()
  })

  it('works in a cluster', { timeout: 60_000 }, async () => {
    const group = await startCluster()
    onTestFinished(() => group.stop())
    await areFresh(startWatching('web-1', { count: 20, url: group.url }))
    const { code, err } = await (await world(group.url)).run(revoke, ['issuer', ISSUER])
    expect([code, err]).toEqual([1, expect.stringContaining('20 of 20 live sessions')])
  })
})
