/** What happens when: a binary heap of things to do, earliest first. */
export interface Agenda {
  at(ms: number, act: () => void): void
  /** Does the next thing; undefined when there is none. Returns its time. */
  step(): number | undefined
}

interface Item {
  readonly ms: number
  readonly act: () => void
}

export function makeAgenda(): Agenda {
  const heap: Item[] = []
  const swap = (i: number, j: number): void => {
    const one = heap[i] as Item
    heap[i] = heap[j] as Item
    heap[j] = one
  }
  const msOf = (i: number): number => heap[i]?.ms ?? Number.POSITIVE_INFINITY
  return {
    at(ms, act) {
      heap.push({ ms, act })
      for (let i = heap.length - 1; i > 0 && msOf(i) < msOf((i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1)
    },
    step() {
      const [first] = heap
      if (first === undefined) return undefined
      swap(0, heap.length - 1)
      heap.pop()
      for (let i = 0; ; ) {
        const least = msOf(2 * i + 1) <= msOf(2 * i + 2) ? 2 * i + 1 : 2 * i + 2
        if (msOf(least) >= msOf(i)) break
        swap(i, least)
        i = least
      }
      first.act()
      return first.ms
    },
  }
}
