/** The bounded cache of the path, over lru-cache: full, it forgets what was used least recently. */
import { LRUCache } from 'lru-cache'
import type { Cache } from '../../check/cache.ts'

/** A cache of at most `maxEntries` values. No time to live: whoever reads a value judges whether it still holds. */
export function makeLruCache<V extends NonNullable<unknown>>(maxEntries: number): Cache<V> {
  const entries = new LRUCache<string, V>({ max: maxEntries })
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    delete: (key) => void entries.delete(key),
  }
}
