import { afterAll, beforeAll, describe } from 'vitest'
import { replayStoreContract } from '../contract/replay-store.contract.ts'
import { type RedisServer, startCluster, startRedis } from '../support/redis.ts'
import { startSentinelGroup } from '../support/redis-sentinel.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { type StoreInTest, startStore } from '../support/replay-world.ts'

interface Running {
  readonly store: StoreInTest
  stop(): Promise<void>
}

async function over(started: { readonly url: string; stop(): Promise<void> }): Promise<Running> {
  const store = await startStore(started.url, CLOCK)
  return { store, stop: started.stop }
}

/** Marks are kept for so much longer: short, so that their end can be seen. */
const CLOCK = { clockAllowanceMs: 1_000 }

/** Exactly the commands and keys of docs/redis.md. */
const ACL =
  'on >secret resetkeys ~holdfast:replay:* ~holdfast:epoch* resetchannels -@all +info +time +set +hget +hkeys +hsetnx +hdel'

async function overAcl(): Promise<Running> {
  const server: RedisServer = await startRedis()
  const admin = server.admin()
  await admin.call('acl', 'setuser', 'holdfast', ...ACL.split(' '))
  await admin.call('acl', 'setuser', 'default', 'off')
  const store = await startStore(`redis://holdfast:secret@127.0.0.1:${server.port}`, CLOCK)
  return { store, stop: server.stop }
}

async function overTls(): Promise<Running> {
  const tls = await startTlsRedis()
  const store = await startStore(tls.url, { ...CLOCK, tls: tls.client })
  return { store, stop: tls.stop }
}

const KINDS: Readonly<Record<string, () => Promise<Running>>> = {
  'Redis 7': async () => over(await startRedis()),
  'Valkey 9': async () => over(await startRedis({ flavour: 'valkey' })),
  'a Redis Cluster of three masters': async () => over(await startCluster()),
  'a Valkey Cluster of three masters': async () => over(await startCluster('valkey')),
  'Redis behind three sentinels': async () => over(await startSentinelGroup()),
  'Redis with a user of the documented commands only': overAcl,
  'Redis over TLS with client certificate': overTls,
}

describe.each(Object.entries(KINDS))('%s', (name, start) => {
  let running: Running | undefined
  beforeAll(async () => {
    running = await start()
  })
  afterAll(async () => {
    running?.store.stop()
    await running?.stop()
  })
  replayStoreContract(name, () => {
    if (running === undefined) throw new Error('not started')
    return { store: running.store, at, surplusMs: CLOCK.clockAllowanceMs }
  })
})

/** The server goes by its own clock. */
async function at(nowMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, nowMs - Date.now())))
}
