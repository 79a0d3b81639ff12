import { describe, expect, it } from 'vitest'
import { ownersOf, slotOf } from '../../../../src/adapters/redis/cluster-slots.ts'
import { parseServerInfo, unfitness } from '../../../../src/adapters/redis/server-info.ts'
import { troubleOf } from '../../../../src/adapters/redis/trouble.ts'
import { clockDifference, compareClocks, login } from '../../../../src/adapters/redis/vouch.ts'
import { waitBeforeAttemptMs } from '../../../../src/adapters/redis/waiting.ts'

const GOOD = {
  run_id: 'a'.repeat(40),
  master_replid: 'b'.repeat(40),
  role: 'master',
  maxmemory_policy: 'noeviction',
  redis_version: '7.0.15',
}

function infoOf(fields: Readonly<Record<string, string>>): ReturnType<typeof parseServerInfo> {
  const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}`)
  return parseServerInfo(['# Server', ...lines, ''].join('\r\n'))
}

describe('what a server says of itself', () => {
  it('a master that forgets nothing is fit', () => {
    expect(unfitness(infoOf(GOOD), false)).toBeUndefined()
    expect(infoOf(GOOD).identity).toBe(`${'a'.repeat(40)}:${'b'.repeat(40)}`)
  })

  it.each([
    [{ role: 'slave' }, 'replica'],
    [{ redis_version: '6.2.14' }, 'older'],
    [{ redis_version: '' }, 'older'],
    [{ run_id: '' }, 'run id'],
    [{ maxmemory_policy: 'allkeys-lru' }, 'noeviction'],
    [{ maxmemory_policy: '' }, 'noeviction'],
  ])('%o is not', (change, words) => {
    expect(unfitness(infoOf({ ...GOOD, ...change }), false)).toContain(words)
  })

  it('eviction alone can be taken by name', () => {
    expect(unfitness(infoOf({ ...GOOD, maxmemory_policy: 'volatile-lru' }), true)).toBeUndefined()
    expect(unfitness(infoOf({ ...GOOD, role: 'slave' }), true)).toBeDefined()
  })
})

describe('clocks', () => {
  it('are compared at the middle of the round trip, and the doubt counts against them', () => {
    const measured = clockDifference(['1000', '500000'], 1_000_000, 1_000_100)
    expect(measured).toEqual({ serverMs: 1_000_500, clockDifferenceMs: 450, uncertaintyMs: 50 })
    expect(compareClocks(measured, 1000)).toBe('agree')
    expect(compareClocks(measured, 999)).toBe('unclear')
    expect(compareClocks(measured, 800)).toBe('unclear')
    expect(compareClocks(measured, 799)).toBe('differ')
  })

  it.each([[null], [['x', 'y']], [[]], ['text']])('an answer of %o is no time', (reply) => {
    expect(compareClocks(clockDifference(reply, 0, 0), 1e9)).toBe('unclear')
  })
})

describe('errors', () => {
  it.each(['READONLY', 'LOADING', 'MASTERDOWN', 'NOAUTH', 'WRONGPASS', 'NOPERM'])('%s ends the trust', (code) => {
    expect(troubleOf(new Error(`${code} words`))).toMatchObject({ endsTrust: true, misplaced: false })
  })

  it.each(['MOVED', 'ASK', 'CLUSTERDOWN', 'TRYAGAIN'])('%s sends us elsewhere', (code) => {
    expect(troubleOf(new Error(`${code} 1 h:1`)).misplaced).toBe(true)
  })

  it('no word of the server goes into the log', () => {
    for (const code of ['OOM', 'ERR', 'MOVED', 'secret']) {
      expect(troubleOf(new Error(`${code} secret-words`)).detail).not.toContain('secret')
    }
  })
})

describe('a cluster', () => {
  it('slots are those of the specification', () => {
    expect(slotOf('123456789')).toBe(0x31c3)
    expect(slotOf('')).toBe(0)
  })

  it('each tag is with the master of its slot', () => {
    const reply = [
      [0, 8191, ['10.0.0.1', 1, 'id', []], ['10.0.0.9', 9, 'replica', []]],
      [8192, 16_383, ['', 2, 'id', []]],
    ]
    const owners = ownersOf(reply, ['00', '01', '02', '03'], { host: 'asked', port: 5 })!
    expect(owners.map(({ host, port }) => `${host}:${port}`)).toEqual(['10.0.0.1:1', 'asked:2'])
    for (const { port, tags } of owners) for (const tag of tags) expect(slotOf(tag) < 8192).toBe(port === 1)
    expect(owners.flatMap(({ tags }) => tags).sort()).toEqual(['00', '01', '02', '03'])
  })

  it.each([null, 'x', [1], [[0, 1]], [['a', 1, []]], [[0, 1, ['h', 'port']]]])('%o is no layout', (reply) => {
    expect(ownersOf(reply, ['00'], { host: 'h', port: 1 })).toBeUndefined()
  })

  it('a slot that nobody serves has no owner', () => {
    expect(ownersOf([], ['00'], { host: 'h', port: 1 })).toEqual([])
  })
})

describe('attempts', () => {
  it('wait nothing, then 50 ms, doubled up to 500 ms, each cut by up to half', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((failures) => waitBeforeAttemptMs(failures, 0))).toEqual([
      0, 0, 50, 100, 200, 400, 500, 500,
    ])
    expect(waitBeforeAttemptMs(3, 1)).toBe(50)
  })

  it('log in with what there is', () => {
    const nobody = { username: undefined, password: undefined, database: 0 }
    expect(login(nobody)).toEqual([])
    expect(login({ ...nobody, password: 'p' })).toEqual([['auth', 'p']])
    expect(login({ username: 'u', password: 'p', database: 2 })).toEqual([
      ['auth', 'u', 'p'],
      ['select', '2'],
    ])
  })
})
