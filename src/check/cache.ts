/** Port: a bounded memory of verified public facts. Implementations forget the least recently used. */
export interface Cache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
}
