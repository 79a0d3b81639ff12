import { describe, expect, it } from 'vitest'
import type { Findings } from '../../../src/check/decision.ts'
import { refusal } from '../../../src/check/refusal.ts'
import { WORKLOAD } from '../../support/ledger-records.ts'
import { NOW_MS, PEER, type Use, watching } from '../../support/session-watch.ts'

describe('how a session is first seen', () => {
  const first = (use: Use, atMs = 0) => {
    const { use: seen, session } = watching()
    seen(atMs, use)
    return session()?.firstSeen
  }
  const none = { peer: { ...PEER, spiffeId: undefined } }

  it.each([
    ['in time, no holder is named', {}, 0, 'created_here'],
    ['in time, by its holder', { token: { holder: WORKLOAD } }, 0, 'created_here'],
    ['at the last moment', {}, 55_000, 'created_here'],
    ['a second later', {}, 56_000, 'late'],
    ['issued by a clock that is ahead', { token: { issuedAtSeconds: 1_800_000_030 } }, 0, 'created_here'],
    ['by another than its holder', { token: { holder: 'spiffe://example.org/other' } }, 0, 'other_peer'],
    ['by another, and late', { token: { holder: 'spiffe://example.org/other' } }, 99_000, 'other_peer'],
    [
      'by a peer that shows no identity, a holder is named',
      { token: { holder: WORKLOAD }, findings: none },
      0,
      'unknown',
    ],
    ['by a peer that shows no identity, none is named', { findings: none }, 0, 'created_here'],
    ['without iat', { token: { issuedAtSeconds: undefined } }, 0, 'unknown'],
  ] as const)('%s', (_, use, atMs, expected) => {
    expect(first(use, atMs)).toBe(expected)
  })
})

describe('what is seen of a key', () => {
  const proofUse = (by: string, handedTo: string | undefined, iatSeconds: number): Partial<Findings> => {
    return {
      proofUse: {
        lineage: 'key.origin',
        by,
        handedTo,
        mintedAtMs: handedTo && NOW_MS,
        iatSeconds,
      } as Findings['proofUse'],
    }
  }
  const seen = (uses: readonly (readonly [by: string, handedTo: string | undefined])[]) => {
    const { use, watch } = watching()
    for (const [i, [by, handedTo]] of uses.entries()) use(i, { findings: proofUse(by, handedTo, i) })
    const { keys } = watch.take()
    expect(keys.map(({ key }) => key)).toEqual(['key.origin'])
    return keys[0]?.uses.map(({ by, handedTo, iatSeconds }) => [by, handedTo, iatSeconds])
  }

  it('each use with the times of proof and nonce', () => {
    const { use, watch } = watching()
    use(5, { findings: proofUse('aaaaaa', 'bbbbbb', 17) })
    use(6, {})
    expect(watch.take().keys).toEqual([
      {
        key: 'key.origin',
        uses: [{ by: 'aaaaaa', handedTo: 'bbbbbb', mintedAtMs: NOW_MS, iatSeconds: 17, seenMs: NOW_MS + 5 }],
      },
    ])
  })

  it('a run is cut to its first and its last', () => {
    const run = Array.from({ length: 9 }, () => ['a', 'a'] as const)
    expect(seen([...run, ['b', 'b'], ['a', 'a']])).toEqual([
      ['a', 'a', 0],
      ['a', 'a', 8],
      ['b', 'b', 9],
      ['a', 'a', 10],
    ])
  })

  it('a nonce that changed hands is no part of a run', () => {
    expect(
      seen([
        ['a', 'a'],
        ['a', 'a'],
        ['a', 'b'],
        ['a', undefined],
        ['a', 'a'],
      ]),
    ).toHaveLength(5)
  })

  it('beyond the bound a nonce that changed hands is kept, over the last one', () => {
    const switches = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? (['a', 'a'] as const) : (['b', 'b'] as const)))
    expect(seen(switches)).toHaveLength(16)
    const uses = seen([...switches, ['b', 'a'], ...switches])
    expect(uses).toHaveLength(16)
    expect(uses?.at(-1)).toEqual(['b', 'a', 40])
  })
})

describe('bounds of the watch', () => {
  const token = (n: number) => ({ sha256: n.toString(16).padStart(64, '0'), sessionId: `sid-${n}` })

  it('what does not fit is dropped and counted; what is known goes on to be counted', () => {
    const { use, watch } = watching(3)
    for (const n of [1, 2, 3, 4, 5, 1]) use(n, { token: token(n) })
    expect(watch.waiting()).toBe(3)
    const taken = watch.take()
    expect(taken).toMatchObject({ dropped: 2, sinceMs: NOW_MS })
    expect(taken.sessions.map(({ uses }) => uses)).toEqual([2, 1, 1])
  })

  it('what was taken is taken: there is room again, and nothing is told twice', () => {
    const { use, watch } = watching(1)
    use(0, { token: token(1) })
    use(1, { token: token(2) })
    expect(watch.take()).toMatchObject({ dropped: 1, sessions: { length: 1 } })
    expect(watch.take()).toMatchObject({ dropped: 0, sessions: [], keys: [], sinceMs: NOW_MS + 1 })
    use(2, { token: token(2) })
    use(3, { token: token(1) })
    expect(watch.take()).toMatchObject({
      dropped: 1,
      sessions: [{ uses: 1, firstSeenMs: NOW_MS + 2 }],
      sinceMs: NOW_MS + 1,
    })
  })

  it('a record that was taken is not changed by what comes after', () => {
    const { use, watch } = watching()
    use(0)
    const taken = watch.take()
    const before = structuredClone(taken)
    use(10)
    expect(taken).toEqual(before)
  })
})

describe('when a session is due', () => {
  const OLD_MS = 600_000
  const WAIT_MS = 60_000
  const refused = refusal('proof_stale', 'test')
  /** Old enough, taken just now, one sender. */
  const settled = () => {
    const world = watching()
    world.use(0)
    world.watch.take()
    world.use(OLD_MS)
    world.watch.take()
    return world
  }
  const uses = (world: ReturnType<typeof watching>) => world.watch.take().sessions.map((session) => session.uses)

  it.each([
    ['goes on as before', {}, false],
    ['is refused', { refused }, true],
    ['comes from another address', { facts: { sourceAddress: '192.0.2.9' } }, true],
    ['comes from another peer', { findings: { peer: { ...PEER, spiffeId: 'spiffe://example.org/other' } } }, true],
  ] as const)('one of old that %s', (_, use, due) => {
    const world = settled()
    world.use(OLD_MS + 1_000, use)
    expect(uses(world)).toEqual(due ? [1] : [])
  })

  it('one of old that goes on as before is told once a minute, and none of its uses is lost', () => {
    const world = settled()
    for (let ms = 10_000; ms < WAIT_MS; ms += 10_000) {
      world.use(OLD_MS + ms)
      expect(uses(world)).toEqual([])
    }
    world.use(OLD_MS + WAIT_MS)
    expect(uses(world)).toEqual([6])
  })

  it('a young one is told at once, then after half of its age', () => {
    const world = watching()
    const toldAt: number[] = []
    for (let second = 0; second <= 30; second++) {
      world.use(1_000 * second)
      if (uses(world).length > 0) toldAt.push(second)
    }
    expect(toldAt).toEqual([0, 1, 2, 4, 8, 16])
  })

  it('two known senders that take turns are told each time', () => {
    const other = { facts: { sourceAddress: '192.0.2.9' } }
    const world = settled()
    world.use(OLD_MS + 1_000, other)
    world.use(OLD_MS + 1_001)
    world.watch.take()
    world.use(OLD_MS + 2_000, other)
    world.use(OLD_MS + 2_001)
    expect(uses(world)).toEqual([2])
  })

  it('at the end, and when room is short, all are told', () => {
    const world = settled()
    world.use(OLD_MS + 1_000)
    expect(world.watch.takeAll().sessions).toHaveLength(1)
    const small = watching(2)
    small.use(0)
    small.watch.take()
    small.use(OLD_MS)
    small.watch.take()
    small.use(OLD_MS + 1_000)
    expect(uses(small)).toEqual([1])
  })

  it('what is due and was not taken waits, and is taken before anything new', () => {
    const world = watching()
    for (const n of [1, 2, 3]) world.use(n, { token: { sha256: `${n}`.padStart(64, '0'), sessionId: `sid-${n}` } })
    expect(world.watch.take(2)).toMatchObject({ sessions: { length: 2 }, more: true })
    world.use(1_000, { token: { sha256: '1'.padStart(64, '0'), sessionId: 'sid-1' } })
    expect(world.watch.waiting()).toBe(2)
    expect(world.watch.take(2)).toMatchObject({ sessions: { length: 1 }, more: false })
    expect(world.watch.take(2)).toMatchObject({ sessions: [{ uses: 1 }], more: false })
  })
})
