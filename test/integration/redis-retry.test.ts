/** A17: a lost answer. The store tries once more over a new connection: nobody is denied by his own mark, and no two pass. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RedisServer, startRedis, until } from '../support/redis.ts'
import { firsts, KEY_THUMBPRINT, kindOf, markOf, type StoreInTest, startStore } from '../support/replay-world.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

interface World {
  readonly server: RedisServer
  readonly proxy: TcpProxy
  /** Through the proxy. */
  readonly store: StoreInTest
  readonly direct: StoreInTest
}

/** Long enough for the waits between attempts, which grow as the connections are cut one after the other. */
async function world(commandTimeoutMs = 1_500): Promise<World> {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const proxy = await startTcpProxy(server.port)
  onTestFinished(() => proxy.stop())
  const store = await startStore(`redis://127.0.0.1:${proxy.port}`, { commandTimeoutMs })
  onTestFinished(store.stop)
  const direct = await startStore(server.url, { commandTimeoutMs })
  onTestFinished(direct.stop)
  return { server, store, direct, proxy }
}

/** The command that sets a mark holds this; nothing else that the store sends does. */
const MARKS = 'holdfast:replay:'

const ROUNDS = 5

describe('a connection that is cut after the write', () => {
  it('A17 the caller of the mark passes, and nobody else', async () => {
    const { store, direct, proxy } = await world()
    for (let i = 0; i < ROUNDS; i++) {
      proxy.cutAnswerTo(MARKS)
      expect(await kindOf(store, markOf(`cut-${i}`))).toBe('first')
      expect(proxy.cuts()).toBe(i + 1)
      expect(await kindOf(direct, markOf(`cut-${i}`))).toBe('replayed')
      expect(await kindOf(store, markOf(`cut-${i}`))).toBe('replayed')
      await until(() => store.state().connected)
    }
  })

  it('A17 of fifty copies in the lost batch, and fifty beside it, exactly one passes', async () => {
    const { store, direct, proxy } = await world()
    for (let i = 0; i < ROUNDS; i++) {
      const copies = (count: number) => Array.from({ length: count }, () => markOf(`copies-${i}`))
      proxy.cutAnswerTo(MARKS)
      const passed = await Promise.all([firsts(store, copies(50)), firsts(direct, copies(50))])
      expect(passed[0] + passed[1]).toBe(1)
      await until(() => store.state().connected)
    }
    expect(proxy.cuts()).toBe(ROUNDS)
  })

  it('A17 the memory is lost between the two: the mark does not count', async () => {
    const { store, server, proxy } = await world(2_000)
    const { epoch } = store.fence(KEY_THUMBPRINT)
    proxy.cutAnswerTo(MARKS, true)
    const marked = kindOf(store, markOf('lost between'))
    await until(() => proxy.cuts() === 1)
    await server.admin().flushall()
    proxy.refuse(false)
    expect(await marked).toBe('fenced')
    expect(store.fence(KEY_THUMBPRINT).epoch).not.toBe(epoch)
  })

  it('A17 no new connection in time: refused, and the mark stands', async () => {
    const { store, direct, proxy } = await world(50)
    proxy.cutAnswerTo(MARKS, true)
    expect(await kindOf(store, markOf('in vain'))).toBe('unavailable')
    expect(await kindOf(direct, markOf('in vain'))).toBe('replayed')
    proxy.refuse(false)
    await until(() => store.state().connected)
    expect(await kindOf(store, markOf('in vain'))).toBe('replayed')
  })
})
