/** The ledger in Redis keeps the contract of every ledger store, on each kind of server, with the documented rights only. */
import { afterAll, beforeAll, describe } from 'vitest'
import { makeRedisLedger } from '../../src/adapters/redis/ledger/redis-ledger.ts'
import type { LedgerBounds } from '../../src/ledger/ledger-store.ts'
import { ledgerBrokenContract } from '../contract/ledger/broken.ts'
import type { LedgerUnderContract, OpenLedger } from '../contract/ledger/world.ts'
import { ledgerStoreContract } from '../contract/ledger-store.ts'
import { readDocument } from '../docs/documents.ts'
import { type RedisServer, startCluster, startRedis } from '../support/redis.ts'

interface Running {
  readonly url: string
  readonly servers: readonly RedisServer[]
  stop(): Promise<void>
}

async function single(flavour: 'redis' | 'valkey'): Promise<Running> {
  const server = await startRedis({ flavour })
  return { url: server.url, servers: [server], stop: server.stop }
}

/** As docs/redis.md has it, but for the start of the keys: each test has one of its own. */
async function withRights(): Promise<Running> {
  const server = await startRedis()
  const lines = readDocument('docs/redis.md').blocks.flatMap(({ text }) => text.split('\n'))
  const rights = lines.filter((line) => line.startsWith('ACL SETUSER holdfast'))
  const admin = server.admin()
  for (const line of rights) {
    const words = line.replace('>PASSWORD', '>secret').replaceAll('~holdfast:', '~ledger-*:').split(' ')
    await admin.call('acl', ...words.slice(1))
  }
  return { url: `redis://holdfast:secret@127.0.0.1:${server.port}`, servers: [server], stop: server.stop }
}

const KINDS: Readonly<Record<string, () => Promise<Running>>> = {
  'Redis 7': () => single('redis'),
  'Valkey 9': () => single('valkey'),
  'a Redis Cluster of three masters': () => startCluster(),
  'Redis with a user of the documented commands only': withRights,
}

let ledgers = 0

async function open({ url, servers }: Running, bounds: LedgerBounds): Promise<LedgerUnderContract> {
  const prefix = `ledger-${++ledgers}:`
  const options = { url, prefix, bounds, nowMs: Date.now }
  const [store, sharer] = [makeRedisLedger(options), makeRedisLedger(options)]
  const start = servers.length > 1 ? `${prefix}{ledger}` : prefix
  return {
    store,
    sharer,
    async corrupt(id) {
      const key = `${start}session:${Buffer.from(id, 'base64url').toString('base64url', 0, 8)}`
      for (const server of servers) {
        const admin = server.admin()
        if ((await admin.exists(key).catch(() => 0)) === 1) await admin.set(key, 'none of ours', 'KEEPTTL')
      }
    },
    async close() {
      await Promise.all([store.close(), sharer.close()])
    },
  }
}

describe.each(Object.entries(KINDS))('%s', (name, start) => {
  let running: Running | undefined
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running?.stop())
  const openLedger: OpenLedger = (bounds) => {
    if (running === undefined) throw new Error('not started')
    return open(running, bounds)
  }
  ledgerStoreContract(name, openLedger)
  ledgerBrokenContract(name, openLedger)
})
