import type { Cache } from '../check/cache.ts'

/** A cache whose look-ups are told, hit or miss. */
export function countingCache<V>(inner: Cache<V>, used: (outcome: 'hit' | 'miss') => void): Cache<V> {
  return {
    get(key) {
      const value = inner.get(key)
      used(value === undefined ? 'miss' : 'hit')
      return value
    },
    set: inner.set,
    delete: inner.delete,
  }
}
