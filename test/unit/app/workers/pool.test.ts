import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makePool, type Pool } from '../../../../src/app/workers/pool.ts'
import type { WorkerProcess } from '../../../../src/app/workers/worker-process.ts'
import { fakeForks, LISTENING, stateOf } from './fake-forks.ts'

const FAMILIES = { kind: 'families', id: 0, families: [] } as const

let forks: ReturnType<typeof fakeForks>
let pool: Pool
let nowMs: number
let lines: string[]
let ended: WorkerProcess[]
let listening: Promise<string>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  forks = fakeForks()
  nowMs = 0
  lines = []
  ended = []
  const line = (message: string): void => void lines.push(message)
  const log = { debug: line, info: line, warn: line, error: line }
  const changed = (): void => undefined
  pool = makePool({ workers: 2, fork: forks.fork, log, nowMs: () => nowMs, changed, ended: (one) => ended.push(one) })
  listening = pool.start()
})
afterEach(() => vi.useRealTimers())

function bothListen(): void {
  for (const number of [1, 2]) forks.last(number).say(LISTENING)
}

describe('the start', () => {
  it('starts all at once, and is done when each listens', async () => {
    expect(forks.children.map(({ number }) => number)).toEqual([1, 2])
    let done = false
    void listening.then(() => {
      done = true
    })
    forks.last(2).say(LISTENING)
    await Promise.resolve()
    expect(done).toBe(false)
    forks.last(1).say(LISTENING)
    expect(await listening).toBe('127.0.0.1:9191')
  })

  it('the fault of one is that of the whole', async () => {
    const fault = { exitCode: 3, text: 'taken\n' }
    forks.last(1).say({ kind: 'failed', ...fault })
    expect(await pool.failed).toMatchObject(fault)
  })

  it('a later fault is not: the others go on', async () => {
    bothListen()
    forks.last(1).go('SIGKILL')
    vi.advanceTimersByTime(100)
    forks.last(1).say({ kind: 'failed', exitCode: 2, text: 'faulty\n' })
    const first = await Promise.race([pool.failed, Promise.resolve('goes on')])
    expect([first, lines.at(-1)]).toEqual(['goes on', 'a worker could not start'])
  })
})

describe('a worker that ends', () => {
  it('is replaced under its number, after a wait that grows', () => {
    bothListen()
    forks.last(1).go('SIGKILL')
    expect(pool.living().map(({ number }) => number)).toEqual([2])
    vi.advanceTimersByTime(99)
    expect(forks.children).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(pool.living().map(({ number, pid }) => [number, pid])).toEqual([
      [1, 1002],
      [2, 1001],
    ])
    forks.last(1).go(1)
    vi.advanceTimersByTime(199)
    expect(forks.children).toHaveLength(3)
    vi.advanceTimersByTime(1)
    expect(forks.children).toHaveLength(4)
    expect(ended.map(({ pid }) => pid)).toEqual([1000, 1002])
  })

  it('after its drain is replaced at once, and that is no death', () => {
    bothListen()
    for (let i = 0; i < 30; i++) {
      forks.last(1).say(FAMILIES)
      forks.last(1).go(0)
    }
    expect(forks.children).toHaveLength(32)
    expect(ended.every((worker) => worker.drained())).toBe(true)
    expect(lines.filter((line) => line === 'a worker died')).toEqual([])
  })

  it('with exit code 0 but no drain has died: its last numbers are missing', () => {
    bothListen()
    forks.last(1).go(0)
    expect([lines.at(-1), forks.children.length]).toEqual(['a worker died', 2])
  })

  it('again and again, while no other has served for long, ends the whole with exit code 3', async () => {
    bothListen()
    for (let i = 0; i < 10; i++) {
      forks.last(1 + (i % 2)).go(1)
      vi.advanceTimersByTime(5_000)
    }
    expect(await pool.failed).toMatchObject({ exitCode: 3, text: expect.stringContaining('again and again') })
    expect(forks.children).toHaveLength(11)
  })

  it('again and again, while another has served for ten seconds, does not', () => {
    bothListen()
    nowMs = 10_000
    for (let i = 0; i < 30; i++) {
      forks.last(1).go(1)
      vi.advanceTimersByTime(5_000)
    }
    expect(forks.children).toHaveLength(32)
  })
})

describe('a worker that falls silent', () => {
  it('is killed after thirty seconds, not before, and not while it talks', () => {
    bothListen()
    for (let i = 0; i < 59; i++) pool.tick()
    forks.last(2).say(stateOf({ config: true }))
    expect([forks.last(1).killed, pool.living()[0]?.stage()]).toEqual([[], 'silent'])
    pool.tick()
    expect([forks.last(1).killed, forks.last(2).killed]).toEqual([['SIGKILL'], []])
  })

  it('is left alone while it starts', () => {
    for (let i = 0; i < 100; i++) pool.tick()
    expect(forks.last(1).killed).toEqual([])
  })
})

describe('the end', () => {
  it('asks all to drain, waits for them, and replaces none', async () => {
    bothListen()
    const drained = pool.drain()
    expect(forks.children.map(({ told }) => told)).toEqual([[{ kind: 'drain' }], [{ kind: 'drain' }]])
    for (const child of forks.children) child.go(0)
    await drained
    vi.advanceTimersByTime(10_000)
    expect(forks.children).toHaveLength(2)
    expect(forks.children.flatMap(({ killed }) => killed)).toEqual([])
  })

  it('cuts off what is left two seconds behind the longest drain', () => {
    bothListen()
    forks.last(1).say(stateOf({ config: true }, 'aaaa', 7))
    void pool.drain()
    vi.advanceTimersByTime(8_999)
    expect(forks.last(2).killed).toEqual([])
    vi.advanceTimersByTime(1)
    expect(forks.children.map(({ killed }) => killed)).toEqual([['SIGKILL'], ['SIGKILL']])
  })

  it('ends one that starts by a signal, and starts none that waits', async () => {
    bothListen()
    forks.last(1).go(1)
    vi.advanceTimersByTime(100)
    forks.last(2).go(1)
    const drained = pool.drain()
    expect([forks.last(1).told, forks.last(1).killed]).toEqual([[], ['SIGTERM']])
    forks.last(1).go('SIGTERM')
    await drained
    vi.advanceTimersByTime(10_000)
    expect(forks.children).toHaveLength(3)
  })
})
