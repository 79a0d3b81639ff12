/** Readiness of several workers as one: each component stands as it does in the worker where it stands worst. */
import type { ComponentState } from '../../admin/readiness.ts'

type Components = ReadonlyMap<string, ComponentState>

/** By worker number. A component is there as soon as one worker has it. */
export function worstOf(workers: ReadonlyMap<number, Components>): Components {
  const names = new Set([...workers.values()].flatMap((components) => [...components.keys()]))
  return new Map([...names].map((name) => [name, worst(name, workers)]))
}

function worst(name: string, workers: ReadonlyMap<number, Components>): ComponentState {
  const states = [...workers].flatMap(([number, components]) => {
    const state = components.get(name)
    return state === undefined ? [] : [{ number, ...state }]
  })
  const unready = states.filter(({ ready }) => !ready)
  const ready = unready.length === 0
  return { ready, detail: together(ready ? states : unready, workers.size) }
}

/** One detail that all `all` workers share stands alone; else each stands behind the workers that say it. */
function together(told: readonly { readonly number: number; readonly detail: string }[], all: number): string {
  const numbers = new Map<string, number[]>()
  for (const { number, detail } of told) numbers.set(detail, [...(numbers.get(detail) ?? []), number])
  const [first = ''] = numbers.keys()
  if (numbers.size === 1 && told.length === all) return first
  return [...numbers].map(([detail, who]) => `worker ${who.join(', ')}: ${detail}`).join('; ')
}
