import { describe, expect, it } from 'vitest'
import { makeLruCache } from '../../../../src/adapters/lru/lru-cache.ts'

describe('makeLruCache', () => {
  it('gives back what was set until it is deleted', () => {
    const cache = makeLruCache<number>(2)
    cache.set('a', 1)
    expect(cache.get('a')).toBe(1)
    cache.delete('a')
    expect(cache.get('a')).toBeUndefined()
  })

  it('is bounded, and forgets what was used least recently', () => {
    const cache = makeLruCache<number>(2)
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
  })

  it('10,000 distinct keys of an attacker leave no more than the bound', () => {
    const cache = makeLruCache<number>(100)
    const keys = Array.from({ length: 10_000 }, (_, i) => `k${i}`)
    for (const key of keys) cache.set(key, 1)
    expect(keys.filter((key) => cache.get(key) !== undefined)).toHaveLength(100)
  })
})
