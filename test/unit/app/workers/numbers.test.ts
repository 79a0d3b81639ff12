import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeNumbers, type Numbers } from '../../../../src/app/workers/numbers.ts'
import { startWorker, type WorkerProcess } from '../../../../src/app/workers/worker-process.ts'
import { decided, fakeForks, LISTENING } from './fake-forks.ts'

let forks: ReturnType<typeof fakeForks>
let living: WorkerProcess[]
let numbers: Numbers

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  forks = fakeForks()
  numbers = makeNumbers(
    () => living,
    async () => [],
  )
  living = []
  for (const number of [1, 2]) start(number)
})
afterEach(() => vi.useRealTimers())

function start(number: number): void {
  const nothing = (): void => undefined
  living.push(
    startWorker(forks.fork, number, 0, {
      listening: nothing,
      changed: nothing,
      failed: nothing,
      gone(worker) {
        living = living.filter((one) => one !== worker)
        numbers.ended(worker)
      },
    }),
  )
  forks.last(number).say(LISTENING)
}

/** Answers the question that is open. */
function answer(number: number, count: number): void {
  const { told, say } = forks.last(number)
  const question = told.at(-1)
  if (question?.kind === 'question') say({ kind: 'families', id: question.id, families: decided(count) })
}

async function shown(page: ReturnType<Numbers['page']>): Promise<number> {
  const line = (await page).body.split('\n').find((one) => one.startsWith('holdfast_decisions_total{'))
  return Number(line?.split(' ')[1])
}

describe('the page', () => {
  it('adds up what all answer, without waiting longer', async () => {
    const page = numbers.page()
    answer(1, 3)
    answer(2, 4)
    expect(await shown(page)).toBe(7)
  })

  it('waits one second for a worker that does not answer, takes its last numbers, and tells that it is late', async () => {
    const first = numbers.page()
    answer(1, 3)
    answer(2, 4)
    await first
    const second = numbers.page()
    answer(1, 5)
    let done = false
    void second.then(() => {
      done = true
    })
    await vi.advanceTimersByTimeAsync(999)
    expect(done).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await shown(second)).toBe(9)
    expect(living.map(numbers.late)).toEqual([false, true])
    const third = numbers.page()
    answer(1, 5)
    answer(2, 10)
    expect(await shown(third)).toBe(15)
    expect(living.map(numbers.late)).toEqual([false, false])
  })

  it('counts a worker that ends while it is asked once, and the one after it on top', async () => {
    const page = numbers.page()
    answer(1, 3)
    answer(2, 4)
    forks.last(2).say({ kind: 'families', id: 0, families: decided(6) })
    forks.last(2).go(0)
    expect(await shown(page)).toBe(9)
    start(2)
    const next = numbers.page()
    answer(1, 3)
    answer(2, 1)
    expect(await shown(next)).toBe(10)
  })

  it('does not wait for the answer of a worker that is gone, and shows what the dead counted when none lives', async () => {
    const first = numbers.page()
    answer(1, 3)
    answer(2, 4)
    await first
    const page = numbers.page()
    for (const number of [1, 2]) forks.last(number).go('SIGKILL')
    expect(await shown(page)).toBe(7)
    expect(await shown(numbers.page())).toBe(7)
  })

  it('does not ask a worker that still starts', async () => {
    living = []
    const { fork, last } = fakeForks()
    const nothing = (): void => undefined
    living = [startWorker(fork, 1, 0, { listening: nothing, changed: nothing, failed: nothing, gone: nothing })]
    await numbers.page()
    expect(last(1).told).toEqual([])
  })
})
