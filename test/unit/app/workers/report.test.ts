import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AdminServer } from '../../../../src/admin/admin-server.ts'
import { makeReadiness, type ReadinessMap } from '../../../../src/admin/readiness.ts'
import type { FromWorker, ToWorker } from '../../../../src/app/workers/messages.ts'
import { reportTo } from '../../../../src/app/workers/report.ts'
import type { LoadedConfig } from '../../../../src/config/load.ts'
import { decided } from './fake-forks.ts'

let said: FromWorker[]
let tell: (message: ToWorker) => void
let written: (() => void)[]
let readiness: ReadinessMap
let report: AdminServer

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  said = []
  written = []
  readiness = makeReadiness(['config'])
  const link = {
    send(message: FromWorker): Promise<void> {
      said.push(message)
      const { promise, resolve } = Promise.withResolvers<void>()
      written.push(resolve)
      if (said.length === 1) resolve()
      return promise
    },
    onMessage(handler: typeof tell) {
      tell = handler
    },
  }
  report = await reportTo(link, {
    metrics: async () => ({ contentType: '', body: '' }),
    families: async () => decided(7),
    readiness,
    loaded: () => ({ hash: 'aaaa', config: { server: { drainSeconds: 9 } } }) as LoadedConfig,
    config: () => ({ hash: 'aaaa' }),
  })
})
afterEach(() => vi.useRealTimers())

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a worker', () => {
  it('tells how it stands at once, on each change, and twice a second', async () => {
    expect(said).toEqual([
      { kind: 'state', state: { components: new Map([['config', expect.anything()]]), hash: 'aaaa', drainSeconds: 9 } },
    ])
    readiness.set('config', { ready: true, detail: 'x' })
    expect(said).toHaveLength(2)
    written.at(-1)?.()
    await settle()
    vi.advanceTimersByTime(500)
    expect(said).toHaveLength(3)
  })

  it('piles up nothing for a supervisor that does not read, and then tells the latest', async () => {
    for (let i = 0; i < 100; i++) readiness.set('config', { ready: i % 2 === 0, detail: String(i) })
    vi.advanceTimersByTime(60_000)
    expect(said).toHaveLength(2)
    readiness.set('config', { ready: true, detail: 'latest' })
    written.at(-1)?.()
    await settle()
    expect(said).toHaveLength(3)
    expect(said[2]).toMatchObject({ state: { components: new Map([['config', { ready: true, detail: 'latest' }]]) } })
  })

  it('answers what it is asked', async () => {
    tell({ kind: 'question', id: 4, about: 'families' })
    tell({ kind: 'question', id: 5, about: 'config' })
    await settle()
    expect(said.slice(1)).toEqual(
      expect.arrayContaining([
        { kind: 'families', id: 4, families: decided(7) },
        { kind: 'config', id: 5, page: { hash: 'aaaa' } },
      ]),
    )
  })

  it('ends with its last numbers, and tells nothing after them', async () => {
    const closed = report.close()
    await settle()
    written.at(-1)?.()
    await closed
    readiness.set('config', { ready: true, detail: 'x' })
    vi.advanceTimersByTime(5_000)
    expect(said.at(-1)).toEqual({ kind: 'families', id: 0, families: decided(7) })
  })
})
