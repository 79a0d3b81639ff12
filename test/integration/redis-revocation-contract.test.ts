/** The shared list keeps the contract of every revocation list, on each kind of server. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listServer } from '../../src/adapters/redis/revocation/list-connection.ts'
import { addToSharedList } from '../../src/adapters/redis/revocation/shared-list.ts'
import { makeSharedRevocations } from '../../src/adapters/redis/revocation/shared-revocations.ts'
import type { Revocation, RevocationList } from '../../src/check/revocation/revocation.ts'
import { revocationListContract } from '../contract/revocation-list.contract.ts'
import { NOW } from '../contract/revocation-list-cases.ts'
import { startCluster, startRedis, until } from '../support/redis.ts'
import { areFresh, makeOperator, sessionRevocation, startReplica } from './revocation-world.ts'

let url = ''
let lists = 0

/** Long before NOW, so that nothing is left out as ended; the checks ask about NOW, a moment that seems fresh to nobody. */
const BUILT_MS = (NOW - 1_000) * 1_000

/** Each list stands under a prefix of its own. */
async function sharedList(entries: readonly Revocation[]): Promise<RevocationList> {
  const server = listServer({ url, prefix: `holdfast-${++lists}:` })
  const connection = await server.open()
  for (const entry of entries) await addToSharedList(connection, server.keys, entry)
  connection.close()
  const list = makeSharedRevocations({
    server,
    replicaId: 'one',
    clock: { nowMs: () => BUILT_MS },
    maxStalenessMs: 3_600_000,
    events: { applied() {}, entryRefused() {}, disconnected() {}, connected() {}, restored() {} },
  })
  list.start()
  onTestFinished(() => list.close())
  await until(() => list.isFresh(NOW))
  return list
}

describe('Redis', () => {
  let stop: () => Promise<void>
  beforeAll(async () => {
    const server = await startRedis()
    ;({ url, stop } = server)
  })
  afterAll(() => stop())
  revocationListContract('the shared list', sharedList)
})

/** As ARCHITECTURE lists them. */
const COMMANDS = [
  ...['ping', 'info', 'time', 'multi', 'exec', 'get', 'set', 'del', 'pexpire'],
  ...['hset', 'hsetnx', 'hdel', 'hlen', 'hmget', 'hexists', 'hscan', 'xadd', 'xread', 'xrange', 'xinfo|stream'],
  ...['zadd', 'zrem', 'zrange', 'zrangebyscore'],
]

const SERVERS = [
  ['Valkey', () => startRedis({ flavour: 'valkey' })],
  ['a cluster', () => startCluster()],
  [
    'Redis with a password',
    async () => {
      const server = await startRedis({ args: ['--requirepass', 'se/cret'], admin: { password: 'se/cret' } })
      return { ...server, url: server.url.replace('redis://', 'redis://:se%2Fcret@') }
    },
  ],
  [
    'Redis with a user that may use the documented commands only',
    async () => {
      const user = ['holdfast', 'on', '>secret', '~holdfast:*', '-@all', ...COMMANDS.map((name) => `+${name}`)]
      const server = await startRedis({ args: ['--user', ...user] })
      return { ...server, url: server.url.replace('redis://', 'redis://holdfast:secret@') }
    },
  ],
] as const

describe.each(SERVERS)('%s', (_name, start) => {
  let stop: () => Promise<void>
  beforeAll(async () => {
    const server = await start()
    ;({ url, stop } = server)
  })
  afterAll(() => stop())

  it('E holds the list: a change reaches every replica, is acknowledged, and is taken back', async () => {
    const replicas = [startReplica(url), startReplica(url)]
    await areFresh(...replicas)
    const operator = await makeOperator(url)
    const { applied } = await operator.revokeAndWait(sessionRevocation('a'))
    expect([...applied].sort()).toEqual(replicas.map(({ id }) => id).sort())
    expect(replicas.map((replica) => replica.refuses('a'))).toEqual([true, true])
    await operator.unrevoke('rv-a')
    await until(() => replicas.every((replica) => replica.refuses('a') === false))
  })
})
