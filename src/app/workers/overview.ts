/** How all workers stand, for /readyz, its gauge and the gauge of the workers. */
import { makeReadiness, type ReadinessMap } from '../../admin/readiness.ts'
import type { MetricSet } from '../../observability/metric-set.ts'
import { WORKER_OUTCOMES, WORKER_STATES } from '../../observability/runtime-metrics.ts'
import type { WorkerProcess } from './worker-process.ts'
import { worstOf } from './worst-of.ts'

export interface Overview {
  readonly readiness: ReadinessMap
  /** Reads anew how the workers stand. */
  refresh(): void
  /** Half a second has gone by. */
  tick(): void
  /** From here on only the end is told. */
  draining(): void
  ended(outcome: (typeof WORKER_OUTCOMES)[number]): void
}

const ALL = 'workers'
/** A changed file is taken up by each worker in its own time; five seconds is what it may take. */
const DIFFERING_TICKS = 10

export function makeOverview(
  workers: number,
  living: () => readonly WorkerProcess[],
  late: (worker: WorkerProcess) => boolean,
  metricSet: MetricSet,
): Overview {
  const readiness = makeReadiness([ALL])
  const ready = metricSet.scalars('component_ready')
  const exits = metricSet.scalars('worker_exits_total')
  let differingTicks = 0
  let down = false

  for (const outcome of WORKER_OUTCOMES) exits.cell({ outcome })
  for (const state of WORKER_STATES) metricSet.scalars('workers').read({ state }, () => countOf(state))
  readiness.onChange(tellGauge)
  tellGauge()

  function countOf(stage: (typeof WORKER_STATES)[number]): number {
    const all = living()
    if (stage === 'down') return workers - all.length
    return all.filter((one) => (late(one) ? 'silent' : one.stage()) === stage).length
  }

  function tellGauge(): void {
    const components = readiness.components()
    ready.keepOnly(({ component }) => components.has(component))
    for (const [component, state] of components) ready.cell({ component }).value = state.ready ? 1 : 0
  }

  function refresh(): void {
    if (down) return
    const serving = living().filter((one) => one.stage() === 'serving')
    const states = living().flatMap((one) => {
      const state = one.state()
      return state === undefined ? [] : [[one.number, state.components] as const]
    })
    const components = worstOf(new Map(states))
    for (const name of readiness.components().keys()) {
      if (name !== ALL && !components.has(name)) readiness.remove(name)
    }
    for (const [name, state] of components) readiness.set(name, state)
    const differing = differingTicks >= DIFFERING_TICKS ? `; ${hashes()}` : ''
    const detail = `${serving.length} of ${workers} serve${differing}`
    readiness.set(ALL, { ready: serving.length === workers, detail })
  }

  function hashes(): string {
    const told = living().map((one) => `${one.state()?.hash ?? 'none yet'} in worker ${one.number}`)
    return `their configurations differ: ${told.join(', ')}`
  }

  return {
    readiness,
    refresh,
    tick() {
      const different = new Set(living().flatMap((one) => one.state()?.hash ?? []))
      differingTicks = different.size > 1 ? differingTicks + 1 : 0
      refresh()
    },
    draining() {
      down = true
      readiness.set('shutdown', { ready: false, detail: 'draining' })
    },
    ended(outcome) {
      exits.cell({ outcome }).value++
    },
  }
}
