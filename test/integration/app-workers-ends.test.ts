/** How several workers end: one killed, one drained, all drained, the supervisor killed, and workers that cannot live. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckClient } from '../support/envoy-messages.ts'
import { type RunningHoldfast, until } from '../support/running-holdfast.ts'
import { isAlive, makeWorkersWorld, type WorkersWorld, workersOf } from '../support/workers.ts'

let world: WorkersWorld

beforeEach(async () => {
  world = await makeWorkersWorld()
})
afterEach(() => world.stop())

const ready = async (holdfast: RunningHoldfast): Promise<boolean> => (await holdfast.page('/readyz')).status === 200
const pidsOf = async (holdfast: RunningHoldfast): Promise<readonly number[]> =>
  (await workersOf(holdfast)).map(({ pid }) => pid)

/** Calls without a pause from each client, until it is told to stop; resolves to what was answered and what was not. */
function underLoad(clients: readonly CheckClient[]): { stop(): Promise<{ allowed: number; faults: string[] }> } {
  const seen = { allowed: 0, faults: [] as string[] }
  let going = true
  const loops = clients.map(async (client) => {
    let nonce: string | undefined
    while (going) {
      try {
        const verdict = await world.honest(client, nonce)
        nonce = verdict.nonce ?? nonce
        if (verdict.allowed) seen.allowed++
        else seen.faults.push(String(verdict.reason))
      } catch (error) {
        seen.faults.push(String(error))
      }
    }
  })
  return {
    async stop() {
      going = false
      await Promise.all(loops)
      return seen
    },
  }
}

describe('one worker', () => {
  it('that is killed is told, counted and replaced, while the other serves on', async () => {
    const holdfast = await world.start(2)
    const pids = await pidsOf(holdfast)
    process.kill(pids[0]!, 'SIGKILL')
    await until('it is not ready', async () => !(await ready(holdfast)))
    const [client] = world.clients(1)
    expect((await world.honest(client!)).reason).toBe('ok')
    await until('it is ready', () => ready(holdfast))
    const after = await pidsOf(holdfast)
    expect([after.length, after[1]]).toEqual([2, pids[1]])
    expect(after[0]).not.toBe(pids[0])
    expect(holdfast.logged('a worker died')).toEqual([expect.objectContaining({ worker: 1, exit: 'SIGKILL' })])
    expect(holdfast.logged('a worker is back')).toHaveLength(1)
    expect(await holdfast.metric('holdfast_worker_exits_total')).toBe(1)
  })

  it('that gets SIGTERM drains without losing a call, and is replaced', async () => {
    const holdfast = await world.start(2, { server: { drainSeconds: 1 } })
    const pids = await pidsOf(holdfast)
    const load = underLoad(world.clients(6))
    await until('both decide', async () => (await holdfast.metric('holdfast_decisions_total')) > 50)
    process.kill(pids[1]!, 'SIGTERM')
    await until('it has gone', () => !isAlive(pids[1]!))
    await until('it is ready', () => ready(holdfast))
    const { allowed, faults } = await load.stop()
    expect(faults).toEqual([])
    expect(await holdfast.metric('holdfast_route_decisions_total', { verdict: 'allow' })).toBe(allowed)
    expect(await holdfast.metric('holdfast_worker_exits_total', { outcome: 'drained' })).toBe(1)
    expect(await holdfast.metric('holdfast_worker_exits_total', { outcome: 'died' })).toBe(0)
    expect((await pidsOf(holdfast))[0]).toBe(pids[0])
  })

  it('that cannot come back with a faulty or other configuration leaves the others at theirs, until it is mended', async () => {
    const holdfast = await world.start(2)
    const [one] = await pidsOf(holdfast)
    world.write(2, { log: { decisions: 'some' } })
    process.kill(one!, 'SIGKILL')
    await until('it cannot start', () => holdfast.logged('a worker could not start').length > 0)
    expect(JSON.stringify(holdfast.logged('a worker could not start')[0])).toContain('log.decisions')
    // Alone it could: but it would not share the memory of its siblings.
    world.write(1, { store: { kind: 'memory' } })
    await until('it cannot start', () =>
      holdfast
        .logged('a worker could not start')
        .some((line) => String(line['fault']).includes('store, server.listen')),
    )
    const [client] = world.clients(1)
    expect((await world.honest(client!)).reason).toBe('ok')
    expect(await ready(holdfast)).toBe(false)
    world.write(2)
    await until('it is ready', () => ready(holdfast))
  })

  it('after the other, at once and again and again: the whole ends, exit code 3', async () => {
    const holdfast = await world.start(2)
    let ended = false
    const exit = holdfast.exit.then((code) => {
      ended = true
      return code
    })
    while (!ended) {
      for (const { pid } of await workersOf(holdfast).catch(() => [])) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    }
    expect(await exit).toBe(3)
    expect(holdfast.stderr()).toBe(
      'holdfast serve: the workers die at once, again and again; see the log of their start\n',
    )
    expect(holdfast.logged('a worker died').length).toBeGreaterThanOrEqual(10)
  })
})

describe('the whole', () => {
  it.each([
    ['the supervisor alone', 'SIGTERM', false],
    ['the whole group, as a terminal does', 'SIGINT', true],
  ] as const)('a signal to %s drains all workers under load: no call is lost, exit code 0', async (_, signal, all) => {
    const holdfast = await world.start(2, { server: { drainSeconds: 6 } })
    const pids = await pidsOf(holdfast)
    const load = underLoad(world.clients(6))
    await until('both decide', async () => (await holdfast.metric('holdfast_decisions_total')) > 50)
    for (const pid of all ? pids : []) process.kill(pid, signal)
    holdfast.signal(signal)
    await until('it is draining', async () => (await holdfast.page('/readyz')).body.includes('draining'))
    const { allowed, faults } = await load.stop()
    expect([faults, allowed > 0]).toEqual([[], true])
    expect(await holdfast.metric('holdfast_route_decisions_total', { verdict: 'allow' })).toBe(allowed)
    expect(await holdfast.exit).toBe(0)
    expect(holdfast.logged('stopped').map((line) => line['worker'])).toEqual(expect.arrayContaining([1, 2, undefined]))
    expect([holdfast.stderr(), pids.filter(isAlive)]).toEqual(['', []])
  })

  it('a second signal ends all at once', async () => {
    const holdfast = await world.start(2, { server: { drainSeconds: 3600 } })
    const pids = await pidsOf(holdfast)
    holdfast.signal('SIGTERM')
    await until('it drains', () => holdfast.logged('draining').length === 1)
    holdfast.signal('SIGTERM')
    expect(await holdfast.exit).toBe(0)
    await until('no worker is left', () => !pids.some(isAlive), 2_000)
    expect(holdfast.logged('stopped')).toHaveLength(0)
  })

  it('a killed supervisor leaves no orphans', async () => {
    const holdfast = await world.start(3)
    const pids = await pidsOf(holdfast)
    holdfast.signal('SIGKILL')
    expect(await holdfast.exit).toBe('SIGKILL')
    expect(pids).toHaveLength(3)
    await until('no worker is left', () => !pids.some(isAlive), 5_000)
  })
})
