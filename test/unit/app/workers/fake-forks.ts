/** Workers without processes: the test says what they say and when they go. */
import type { ChildEvents, Fork } from '../../../../src/app/workers/fork.ts'
import type { FromWorker, ToWorker } from '../../../../src/app/workers/messages.ts'
import type { NumberFamily } from '../../../../src/observability/number-families.ts'

export interface FakeChild {
  readonly number: number
  readonly pid: number
  readonly told: ToWorker[]
  readonly killed: NodeJS.Signals[]
  say(message: FromWorker): void
  go(how: number | string): void
}

export function fakeForks(): { readonly fork: Fork; readonly children: FakeChild[]; last(number: number): FakeChild } {
  const children: FakeChild[] = []
  function fork(number: number, events: ChildEvents) {
    const told: ToWorker[] = []
    const killed: NodeJS.Signals[] = []
    const pid = 1000 + children.length
    children.push({ number, pid, told, killed, say: events.message, go: events.gone })
    return {
      pid,
      send: (message: ToWorker) => told.push(message),
      kill: (signal: NodeJS.Signals) => killed.push(signal),
    }
  }
  return { fork, children, last: (number) => children.filter((child) => child.number === number).at(-1)! }
}

export const LISTENING: FromWorker = { kind: 'listening', address: '127.0.0.1:9191' }

export function stateOf(components: Record<string, boolean>, hash = 'aaaa', drainSeconds = 5): FromWorker {
  const states = Object.entries(components).map(([name, ready]) => [name, { ready, detail: name }] as const)
  return { kind: 'state', state: { components: new Map(states), hash, drainSeconds } }
}

export function decided(count: number): readonly NumberFamily[] {
  const value = { labels: { verdict: 'allow' }, value: count }
  return [{ name: 'holdfast_decisions_total', help: 'help', type: 'counter', values: [value] }]
}
