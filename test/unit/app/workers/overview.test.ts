import { beforeEach, describe, expect, it } from 'vitest'
import { makeOverview, type Overview } from '../../../../src/app/workers/overview.ts'
import { startWorker, type WorkerProcess } from '../../../../src/app/workers/worker-process.ts'
import { type MetricSet, makeMetricSet } from '../../../../src/observability/metric-set.ts'
import { fakeForks, LISTENING, stateOf } from './fake-forks.ts'

let forks: ReturnType<typeof fakeForks>
let living: WorkerProcess[]
let late: WorkerProcess | undefined
let metricSet: MetricSet
let overview: Overview

beforeEach(() => {
  forks = fakeForks()
  late = undefined
  metricSet = makeMetricSet()
  const nothing = (): void => undefined
  const events = { listening: nothing, changed: () => overview.refresh(), failed: nothing, gone: nothing }
  living = [1, 2].map((number) => startWorker(forks.fork, number, 0, events))
  overview = makeOverview(
    2,
    () => living,
    (worker) => worker === late,
    metricSet,
  )
})

function say(number: number, ...state: Parameters<typeof stateOf>): void {
  forks.last(number).say(LISTENING)
  forks.last(number).say(stateOf(...state))
}

async function series(name: string): Promise<Record<string, number>> {
  const { body } = await metricSet.render()
  const lines = body.split('\n').filter((line) => line.startsWith(`holdfast_${name}{`))
  return Object.fromEntries(lines.map((line) => [/="(.*)"/.exec(line)?.[1], Number(line.split(' ')[1])]))
}

const detail = (component: string): string | undefined => overview.readiness.components().get(component)?.detail

describe('readiness', () => {
  it('is there when every worker serves and every component of each is ready', async () => {
    overview.refresh()
    expect([overview.readiness.ready(), detail('workers')]).toEqual([false, '0 of 2 serve'])
    say(1, { config: true, store: true })
    expect([overview.readiness.ready(), detail('workers')]).toEqual([false, '1 of 2 serve'])
    say(2, { config: true, store: false })
    expect([overview.readiness.ready(), detail('workers')]).toEqual([false, '2 of 2 serve'])
    expect(await series('component_ready')).toEqual({ workers: 1, config: 1, store: 0 })
    say(2, { config: true, store: true })
    expect(overview.readiness.ready()).toBe(true)
    expect(await series('component_ready')).toEqual({ workers: 1, config: 1, store: 1 })
  })

  it('ends with a worker that is gone, silent or draining', () => {
    for (const number of [1, 2]) say(number, { config: true })
    for (let i = 0; i < 10; i++) living[0]?.tick()
    overview.refresh()
    expect([overview.readiness.ready(), living[0]?.stage()]).toEqual([false, 'silent'])
    say(1, { config: true })
    expect(overview.readiness.ready()).toBe(true)
    say(1, { config: true, shutdown: false })
    expect([overview.readiness.ready(), detail('shutdown')]).toEqual([false, 'worker 1: shutdown'])
    living.shift()
    overview.refresh()
    expect([overview.readiness.ready(), detail('workers'), detail('shutdown')]).toEqual([
      false,
      '1 of 2 serve',
      undefined,
    ])
  })

  it('tells configurations that differ for five seconds, not less', () => {
    say(1, { config: true }, 'old')
    say(2, { config: true }, 'new')
    for (let i = 0; i < 9; i++) overview.tick()
    expect(detail('workers')).toBe('2 of 2 serve')
    overview.tick()
    expect(detail('workers')).toBe('2 of 2 serve; their configurations differ: old in worker 1, new in worker 2')
    expect(overview.readiness.ready()).toBe(true)
    say(1, { config: true }, 'new')
    overview.tick()
    expect(detail('workers')).toBe('2 of 2 serve')
  })

  it('is over for good with the drain of the whole', () => {
    for (const number of [1, 2]) say(number, { config: true })
    overview.draining()
    overview.tick()
    expect([overview.readiness.ready(), detail('shutdown')]).toEqual([false, 'draining'])
  })
})

describe('the gauge of the workers', () => {
  it('counts each in one state, late ones as silent', async () => {
    expect(await series('workers')).toEqual({ starting: 2, serving: 0, draining: 0, silent: 0, down: 0 })
    say(1, { config: true })
    say(2, { config: true, shutdown: false })
    expect(await series('workers')).toEqual({ starting: 0, serving: 1, draining: 1, silent: 0, down: 0 })
    late = living[0]
    living.pop()
    expect(await series('workers')).toEqual({ starting: 0, serving: 0, draining: 0, silent: 1, down: 1 })
  })

  it('exits are counted by outcome, from zero', async () => {
    overview.ended('died')
    expect(await series('worker_exits_total')).toEqual({ drained: 0, died: 1 })
  })
})
