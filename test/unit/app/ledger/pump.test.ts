/** The pump: what it writes, what it loses while the store is away, and that it says so. */
import { afterEach, describe, expect, test } from 'vitest'
import { type Pump, type PumpOptions, startPump } from '../../../../src/app/ledger/pump.ts'
import type { Incident } from '../../../../src/ledger/incident.ts'
import type { KeyUses } from '../../../../src/ledger/key-record.ts'
import type { SessionRecord } from '../../../../src/ledger/session-record.ts'
import { type BreakableStore, breakableStore, incident, NOW_MS, sessionRecord } from './ledger-samples.ts'

interface World {
  readonly pump: Pump
  readonly broken: BreakableStore
  readonly told: Incident[]
  readonly logged: string[]
  /** Each is one use of a session of its own. */
  see(...ids: readonly string[]): void
  useKey(key: string): void
  add(one: Incident): void
  drop(count: number): void
  pass(ms: number): void
}

let last: Pump | undefined
afterEach(() => last?.close(0))

function world(changes: Partial<PumpOptions> = {}): World {
  let nowMs = NOW_MS
  const broken = breakableStore(() => nowMs)
  let sessions: SessionRecord[] = []
  let keys: KeyUses[] = []
  let pending: Incident[] = []
  let [dropped, sinceMs] = [0, nowMs]
  const told: Incident[] = []
  const logged: string[] = []
  const log = (message: string): void => void logged.push(message)
  function take(atMost = sessions.length) {
    const taken = { sessions: sessions.slice(0, atMost), more: sessions.length > atMost, keys, dropped, sinceMs }
    ;[sessions, keys, dropped, sinceMs] = [sessions.slice(atMost), [], 0, nowMs]
    return taken
  }
  const pump = startPump({
    watch: {
      waiting: () => sessions.length,
      take,
      takeAll: () => take(),
    },
    store: broken.store,
    incidents: {
      add: (one) => void pending.push(one),
      take() {
        const incidents = pending
        pending = []
        return { incidents, dropped: 0 }
      },
    },
    ofChanges: () => [],
    ofForks: async () => [],
    contain: async (one) => one,
    told: (one) => void told.push(one),
    log: { debug: log, info: log, warn: log, error: log },
    nowMs: () => nowMs,
    by: 'host-1',
    answerMs: 20,
    ...changes,
  })
  last = pump
  return {
    pump,
    broken,
    told,
    logged,
    see: (...ids) => sessions.push(...ids.map((id) => sessionRecord({ id: id.padEnd(22, 'A') }))),
    useKey: (key) =>
      keys.push({
        key,
        uses: [{ by: 'aa', handedTo: undefined, mintedAtMs: undefined, iatSeconds: NOW_MS / 1000, seenMs: NOW_MS }],
      }),
    add: (one) => void pending.push(one),
    drop(count) {
      dropped += count
    },
    pass(ms) {
      nowMs += ms
    },
  }
}

describe('the pump writes', () => {
  test('sessions, then keys, then incidents, and only what there is', async () => {
    const { pump, broken, see, useKey, add } = world()
    await pump.flush()
    expect(broken.calls).toEqual([])
    see('a', 'b')
    useKey('k')
    add(incident())
    await pump.flush()
    expect(broken.calls).toEqual(['sessions', 'keys', 'incidents'])
    expect(await broken.uses()).toBe(2)
    expect(pump.stats()).toEqual({ queued: 0, dropped: 0, lastSuccessMs: NOW_MS, problem: undefined })
  })

  test('what a change shows goes through the same place as what a verdict showed, in the same flush', async () => {
    const found = incident({ class: 'concurrent', confidence: 'suspected', outcome: 'allowed' })
    const { pump, broken, see, told } = world({ ofChanges: () => [found] })
    see('a')
    await pump.flush()
    expect(told).toEqual([found])
    expect(broken.calls).toEqual(['sessions', 'incidents'])
  })

  test('incidents with what was revoked because of them', async () => {
    const contained = { id: 'rv-1', kind: 'session' }
    const { pump, broken, add, told } = world({ contain: async (one) => ({ ...one, contained }) })
    add(incident())
    await pump.flush()
    expect(told).toEqual([incident({ contained })])
    expect(await broken.store.recentIncidents(10, undefined)).toMatchObject({ value: { found: [{ contained }] } })
  })

  test('in pieces of a bounded size, with a turn for the checks between two', async () => {
    const { pump, broken, see } = world()
    see(...Array.from({ length: 301 }, (_, i) => String(i)))
    let turns = 0
    const counting = setInterval(() => turns++, 0)
    await pump.flush()
    clearInterval(counting)
    expect(broken.calls).toEqual(['sessions', 'sessions', 'sessions', 'sessions'])
    expect(turns).toBeGreaterThan(0)
    expect(pump.stats()).toMatchObject({ queued: 0, dropped: 0 })
  })

  test('one flush at a time', async () => {
    const { pump, broken, see } = world()
    see('a')
    await Promise.all([pump.flush(), pump.flush(), pump.flush()])
    expect(broken.calls).toEqual(['sessions'])
  })
})

describe('while the store is away the pump', () => {
  test.each(['refuses', 'silent'] as const)(
    '(%s) loses what was handed over, keeps the rest, and tells the gap before anything else',
    async (how) => {
      const { pump, broken, see, pass, logged } = world()
      broken.outage(how)
      see('a', 'b', 'c')
      await pump.flush()
      expect(pump.stats()).toMatchObject({ dropped: 3, lastSuccessMs: 0 })
      expect(pump.stats().problem).toBeDefined()
      see('d')
      pass(5_000)
      await pump.flush()
      // Only the gap was tried: what came meanwhile was not put at risk.
      expect(broken.calls).toEqual(['sessions', 'gap'])
      expect(pump.stats()).toMatchObject({ dropped: 3, queued: 1 })

      broken.outage(undefined)
      await pump.flush()
      expect(broken.calls).toEqual(['sessions', 'gap', 'gap', 'sessions'])
      expect(await broken.uses()).toBe(1)
      expect(await broken.gaps()).toEqual([{ by: 'host-1', fromMs: NOW_MS, toMs: NOW_MS, dropped: 3 }])
      expect(pump.stats()).toMatchObject({ dropped: 3, queued: 0, lastSuccessMs: NOW_MS + 5_000, problem: undefined })
      expect(logged).toEqual(['the ledger cannot be written', 'the ledger is written again'])
    },
  )

  test('never hands a use over twice, though the first time may have been half done', async () => {
    const { pump, broken, see, useKey } = world()
    see('a')
    useKey('k')
    broken.outage('refuses')
    await pump.flush()
    broken.outage(undefined)
    await pump.flush()
    await pump.flush()
    // The session was at risk and is lost; its key was not yet handed over, and is written.
    expect(broken.calls).toEqual(['sessions', 'gap', 'keys'])
    expect(await broken.uses()).toBe(0)
    expect(pump.stats().dropped).toBe(1)
  })

  test('tells and contains incidents all the same, and writes them once it can', async () => {
    const { pump, broken, add, told } = world()
    broken.outage('refuses')
    add(incident())
    await pump.flush()
    await pump.flush()
    expect(told).toHaveLength(1)
    expect(pump.stats()).toMatchObject({ queued: 1, dropped: 0 })
    broken.outage(undefined)
    await pump.flush()
    expect(told).toHaveLength(1)
    expect(await broken.store.recentIncidents(10, undefined)).toMatchObject({
      value: { found: [{ id: incident().id }] },
    })
    expect(pump.stats().queued).toBe(0)
  })

  test('keeps 2,000 incidents, and counts those beyond', async () => {
    const { pump, broken, add } = world()
    broken.outage('refuses')
    for (let i = 0; i < 2_003; i++) add(incident({ id: `mzz000000-${String(i).padStart(8, '0')}` }))
    await pump.flush()
    expect(pump.stats()).toMatchObject({ queued: 2_000, dropped: 3 })
  })

  test('is not hurried, though much waits', async () => {
    const { pump, broken, see } = world()
    broken.outage('refuses')
    see('a')
    await pump.flush()
    const before = broken.calls.length
    for (let i = 0; i < 100; i++) pump.hurry()
    await Promise.resolve()
    expect(broken.calls).toHaveLength(before)
    broken.outage(undefined)
    await pump.flush()
    see('b')
    pump.hurry()
    await pump.flush()
    expect(await broken.uses()).toBe(1)
  })
})

describe('losses elsewhere', () => {
  test('what the watch had no room for is a gap, told every ten seconds while it goes on', async () => {
    const { pump, broken, drop, pass } = world()
    drop(2)
    await pump.flush()
    pass(1_000)
    drop(3)
    await pump.flush()
    expect(await broken.gaps()).toEqual([])
    pass(9_000)
    await pump.flush()
    expect(await broken.gaps()).toEqual([{ by: 'host-1', fromMs: NOW_MS, toMs: NOW_MS + 1_000, dropped: 5 }])
    expect(pump.stats().dropped).toBe(5)
  })

  test('a fault of ours is counted and told once a flush', async () => {
    const { pump, logged } = world()
    pump.failed(new Error('a'))
    pump.failed(new Error('b'))
    expect(pump.stats().dropped).toBe(2)
    expect(logged).toEqual(['the ledger failed'])
    await pump.flush()
    pump.failed(new Error('c'))
    expect(logged).toEqual(['the ledger failed', 'the ledger failed'])
  })

  test('a fault of detection does not end the pump', async () => {
    let faulty = true
    const { pump, broken, see, logged } = world({
      ofChanges() {
        if (faulty) throw new Error('a fault')
        return []
      },
    })
    see('a')
    await pump.flush()
    expect(logged).toEqual(['the ledger failed'])
    faulty = false
    see('b')
    await pump.flush()
    expect(await broken.uses()).toBe(2)
  })
})

describe('the end', () => {
  test('writes what waits, the gap included', async () => {
    const { pump, broken, see, drop, logged } = world()
    see('a')
    drop(1)
    await pump.close(1_000)
    expect(await broken.uses()).toBe(1)
    expect(await broken.gaps()).toMatchObject([{ dropped: 1 }])
    expect(logged).toEqual(['uses and incidents are missing in the ledger'])
  })

  test('does not wait for a store that is silent, and says what is lost', async () => {
    const { pump, broken, see, logged } = world({ answerMs: 60_000 })
    broken.outage('silent')
    see('a', 'b')
    void pump.flush()
    await pump.close(30)
    expect(logged.at(-1)).toBe('uses and incidents are missing in the ledger')
    expect(pump.stats().dropped).toBe(2)
  })
})
