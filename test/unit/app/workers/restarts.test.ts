import { describe, expect, it } from 'vitest'
import { makeRestarts } from '../../../../src/app/workers/restarts.ts'

const YOUNG = { livedMs: 9_999, oldestMs: 0 }
const OLD = { livedMs: 10_000, oldestMs: 0 }

describe('the wait before a replacement', () => {
  it('doubles with each young death of the same number, up to five seconds', () => {
    const restarts = makeRestarts(64)
    const waits = Array.from({ length: 8 }, () => restarts.afterDeath({ number: 1, ...YOUNG }))
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
    expect(restarts.afterDeath({ number: 2, ...YOUNG })).toBe(100)
  })

  it('starts anew after a life of ten seconds', () => {
    const restarts = makeRestarts(64)
    for (let i = 0; i < 3; i++) restarts.afterDeath({ number: 1, ...YOUNG })
    expect(restarts.afterDeath({ number: 1, ...OLD })).toBe(100)
    expect(restarts.afterDeath({ number: 1, ...YOUNG })).toBe(200)
  })
})

describe('the bound', () => {
  it('is five young deaths for each worker in a row', () => {
    const restarts = makeRestarts(2)
    const waits = Array.from({ length: 10 }, (_, i) => restarts.afterDeath({ number: 1 + (i % 2), ...YOUNG }))
    expect(waits.slice(0, 9).every((wait) => wait !== undefined)).toBe(true)
    expect(waits[9]).toBeUndefined()
  })

  it.each([
    ['a life of ten seconds', OLD],
    ['a sibling that has served for ten seconds', { livedMs: 1, oldestMs: 10_000 }],
  ])('counts from the start again after %s', (_, death) => {
    const restarts = makeRestarts(1)
    for (let i = 0; i < 4; i++) restarts.afterDeath({ number: 1, ...YOUNG })
    expect(restarts.afterDeath({ number: 1, ...death })).toBeDefined()
    for (let i = 0; i < 4; i++) expect(restarts.afterDeath({ number: 1, ...YOUNG })).toBeDefined()
    expect(restarts.afterDeath({ number: 1, ...YOUNG })).toBeUndefined()
  })
})
