/**
 * A bounded memory in two generations: what was used in the last one or the one before is known, at most twice `size` of it.
 * One look-up for what is in use, no list to keep in order.
 */
export interface Generations<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
}

/** @param size values of one generation */
export function makeGenerations<V>(size: number): Generations<V> {
  let recent = new Map<string, V>()
  let older = new Map<string, V>()

  function set(key: string, value: V): void {
    if (recent.size >= size) {
      older = recent
      recent = new Map()
    }
    recent.set(key, value)
  }

  return {
    set,
    get(key) {
      const value = recent.get(key)
      if (value !== undefined) return value
      const last = older.get(key)
      if (last !== undefined) set(key, last)
      return last
    },
  }
}
