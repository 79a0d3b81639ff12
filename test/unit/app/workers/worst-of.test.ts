import { expect, it } from 'vitest'
import { worstOf } from '../../../../src/app/workers/worst-of.ts'

const up = (detail: string) => ({ ready: true, detail })
const down = (detail: string) => ({ ready: false, detail })

function worst(...workers: readonly Record<string, { ready: boolean; detail: string }>[]) {
  return Object.fromEntries(worstOf(new Map(workers.map((states, i) => [i + 1, new Map(Object.entries(states))]))))
}

it('what all say alike stands alone', () => {
  expect(worst({ config: up('a') }, { config: up('a') })).toEqual({ config: up('a') })
})

it('what they say differently stands behind their numbers', () => {
  const states = worst({ config: up('a') }, { config: up('b') }, { config: up('a') })
  expect(states).toEqual({ config: up('worker 1, 3: a; worker 2: b') })
})

it('one that is not ready makes the component not ready, and is named', () => {
  expect(worst({ store: up('connected') }, { store: down('lost') })).toEqual({ store: down('worker 2: lost') })
  expect(worst({ store: down('lost') }, { store: down('lost') })).toEqual({ store: down('lost') })
})

it('a component that one worker has is there; without workers there is none', () => {
  expect(worst({}, { shutdown: down('draining') })).toEqual({ shutdown: down('worker 2: draining') })
  expect(worst()).toEqual({})
})
