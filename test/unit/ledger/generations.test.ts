import { describe, expect, it } from 'vitest'
import { makeGenerations } from '../../../src/ledger/watch/generations.ts'

describe('a memory in two generations', () => {
  it('knows what was used in this one or the one before, and forgets the rest', () => {
    const memory = makeGenerations<number>(3)
    for (const n of [1, 2, 3, 4, 5, 6]) memory.set(`${n}`, n)
    expect(memory.get('1')).toBe(1)
    // 1 came over into a new generation: 2 and 3 are two behind.
    expect([2, 3, 4, 5, 6].map((n) => memory.get(`${n}`))).toEqual([undefined, undefined, 4, 5, 6])
  })

  it('never holds more than two generations, and what is always used stays', () => {
    const memory = makeGenerations<number>(10)
    memory.set('used', 0)
    for (let n = 0; n < 1_000; n++) {
      memory.set(`${n}`, n)
      expect(memory.get('used')).toBe(0)
    }
    const known = Array.from({ length: 1_000 }, (_, n) => memory.get(`${n}`)).filter((n) => n !== undefined)
    expect(known.length).toBeLessThanOrEqual(20)
  })
})
