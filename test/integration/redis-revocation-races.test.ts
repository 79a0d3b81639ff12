/** Whatever happens in whatever order, in the end each replica holds exactly the list: nothing missed, nothing doubled. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listKeys } from '../../src/adapters/redis/revocation/list-keys.ts'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import {
  areFresh,
  makeOperator,
  type Operator,
  type Replica,
  sessionRevocation,
  startReplica,
} from './revocation-world.ts'

const keys = listKeys('holdfast:', false)

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

/** Names of sessions, few enough that the same one is revoked and taken back again. */
const name = fc.integer({ min: 0, max: 30 }).map(String)
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('revoke' as const), name }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('unrevoke' as const), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function apply(now: Step, operator: Operator, replicas: Replica[], expected: Set<string>): Promise<void> {
  const admin = server.admin()
  if (now.kind === 'revoke') {
    await operator.revoke(sessionRevocation(now.name))
    expected.add(now.name)
  } else if (now.kind === 'unrevoke') {
    await operator.unrevoke(`rv-${now.name}`)
    expected.delete(now.name)
  } else if (now.kind === 'join') {
    replicas.push(startReplica(server.url))
  } else if (now.kind === 'trim') {
    await admin.xtrim(keys.log, 'MAXLEN', 1)
  } else {
    for (const line of String(await admin.call('client', 'list')).split('\n')) {
      // Only replicas read or beat; the operator keeps its connection.
      const [, id] = /^id=(\d+) .* cmd=(?:xread|exec|hset|xrange|hscan) .*$/.exec(line) ?? []
      if (id !== undefined && !line.includes('name=operator')) await admin.call('client', 'kill', 'id', id)
    }
  }
  admin.disconnect()
}

describe('the shared list under changes, cuts and newcomers', () => {
  it('E is the same in every replica in the end', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        await server.admin().flushall()
        const replicas = [startReplica(server.url), startReplica(server.url)]
        await areFresh(...replicas)
        let operator = await makeOperator(server.url)
        const expected = new Set<string>()
        for (const now of steps) {
          await apply(now, operator, replicas, expected)
          if (now.kind === 'cut') operator = await makeOperator(server.url)
        }
        await until(() => replicas.every((replica) => holds(replica, expected)))
        await areFresh(...replicas)
        for (const replica of replicas) {
          expect(replica.stats()?.counts.get('session')).toBe(expected.size)
          expect(replica.events.filter((event) => event.startsWith('restored'))).toEqual([])
          await replica.close()
        }
      }),
      { numRuns: 8 },
    )
  })

  it('E is whole in replicas that start while a thousand changes go on', async () => {
    await server.admin().flushall()
    const operator = await makeOperator(server.url)
    const replicas: Replica[] = []
    const expected = new Set<string>()
    for (let i = 0; i < 1_000; i++) {
      await operator.revoke(sessionRevocation(String(i)))
      expected.add(String(i))
      if (i % 3 === 2) {
        await operator.unrevoke(`rv-${i - 1}`)
        expected.delete(String(i - 1))
      }
      if (i % 100 === 0) replicas.push(startReplica(server.url))
    }
    await until(() => replicas.every((replica) => holds(replica, expected)))
    await areFresh(...replicas)
    for (const replica of replicas) {
      expect(replica.stats()?.counts.get('session')).toBe(expected.size)
      for (let i = 0; i < 1_000; i++) expect(replica.refuses(String(i))).toBe(expected.has(String(i)))
      // Nothing was out of step, so that no list had to be read a second time.
      expect(replica.events).toEqual(['read'])
    }
  })
})

function holds(replica: Replica, expected: ReadonlySet<string>): boolean {
  if (replica.stats()?.counts.get('session') !== expected.size) return false
  return [...expected].every((session) => replica.refuses(session) === true)
}
