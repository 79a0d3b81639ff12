import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeMemoryReplayStore } from '../../../../src/adapters/memory/memory-replay-store.ts'
import type { Mark } from '../../../../src/check/replay/replay-store.ts'

const NOW = 1_800_000_000_000

function mark(name: string, at: { nowMs?: number; expiresAtMs?: number; sender?: string } = {}): Mark {
  const nowMs = at.nowMs ?? NOW
  return {
    key: createHash('sha256').update(name).digest(),
    keyThumbprint: 'thumbprint',
    nowMs,
    expiresAtMs: at.expiresAtMs ?? nowMs + 60_000,
    sender: Buffer.from(at.sender ?? '0102030405060708', 'hex'),
    decisionId: 'd',
  }
}

describe('the embedded replay memory', () => {
  it('A17 names the first sender and the time when it is full to the brim of one process', () => {
    const store = makeMemoryReplayStore(10, NOW)
    store.markFirstUse(mark('a', { sender: 'aabbccddeeff0011' }))
    const again = store.markFirstUse(mark('a', { nowMs: NOW + 5000, sender: '0000000000000000' }))
    expect(again).toEqual({ kind: 'replayed', first: { sender: 'aabbccddeeff0011', atMs: NOW } })
  })

  it('A19 refuses when full and never forgets a live mark to make room', () => {
    const store = makeMemoryReplayStore(100, NOW)
    for (let i = 0; i < 100; i++) expect(store.markFirstUse(mark(`p${i}`))).toEqual({ kind: 'first' })
    expect(store.markFirstUse(mark('one more'))).toMatchObject({ kind: 'unavailable' })
    // A replay while full is refused too, whichever way: what matters is that it is never first.
    for (let i = 0; i < 100; i++) expect(store.markFirstUse(mark(`p${i}`)).kind).not.toBe('first')
  })

  it('takes new proofs again once old ones expired, and forgets only those', () => {
    const store = makeMemoryReplayStore(100, NOW)
    for (let i = 0; i < 50; i++) store.markFirstUse(mark(`short${i}`, { expiresAtMs: NOW + 10_000 }))
    for (let i = 0; i < 50; i++) store.markFirstUse(mark(`long${i}`, { expiresAtMs: NOW + 60_000 }))
    const later = NOW + 20_000
    expect(store.markFirstUse(mark('new', { nowMs: later }))).toEqual({ kind: 'first' })
    expect(store.entries()).toBe(51)
    for (let i = 0; i < 50; i++) expect(store.markFirstUse(mark(`long${i}`, { nowMs: later })).kind).toBe('replayed')
  })

  it('A18 keeps a mark through the very second of its expiry', () => {
    const store = makeMemoryReplayStore(10, NOW)
    store.markFirstUse(mark('edge', { expiresAtMs: NOW + 1500 }))
    expect(store.markFirstUse(mark('edge', { nowMs: NOW + 1500 })).kind).toBe('replayed')
    expect(store.markFirstUse(mark('edge', { nowMs: NOW + 3000 })).kind).toBe('first')
  })

  it('fence: stands at the start, rises, and never falls', () => {
    const store = makeMemoryReplayStore(10, NOW)
    expect(store.fence('k')).toEqual({ proofsUntilMs: NOW, noncesUntilMs: NOW, epoch: '' })
    store.raiseFence(NOW + 100, 5000)
    store.raiseFence(NOW + 50, 0)
    expect(store.fence('k')).toEqual({ proofsUntilMs: NOW + 5100, noncesUntilMs: NOW + 100, epoch: '' })
  })

  it('agrees with a plain map under any interleaving of marks, repeats and time', () => {
    const step = fc.record({
      name: fc.integer({ min: 0, max: 400 }),
      advanceMs: fc.integer({ min: 0, max: 900 }),
      lifeMs: fc.integer({ min: 1, max: 20_000 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1200 }), (steps) => {
        const store = makeMemoryReplayStore(1_000_000, NOW)
        const model = new Map<number, number>()
        let nowMs = NOW
        for (const { name, advanceMs, lifeMs } of steps) {
          nowMs += advanceMs
          const expirySeconds = model.get(name)
          const live = expirySeconds !== undefined && expirySeconds >= Math.floor(nowMs / 1000)
          const outcome = store.markFirstUse(mark(String(name), { nowMs, expiresAtMs: nowMs + lifeMs }))
          expect(outcome.kind).toBe(live ? 'replayed' : 'first')
          if (!live) model.set(name, Math.ceil((nowMs + lifeMs) / 1000))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('costs at most 100 bytes a live proof at any number of them', () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    // Buffers are swept beside a collection; the next one waits for that.
    const collect = (): void => {
      for (let i = 0; i < 3; i++) gc()
    }
    collect()
    const before = process.memoryUsage().arrayBuffers
    const store = makeMemoryReplayStore(1_000_000, NOW)
    // 220,000 is just past a doubling: the emptiest, dearest state.
    for (let i = 1; i <= 220_000; i++) {
      store.markFirstUse(mark(`p${i}`))
      if (i !== 200_000 && i !== 220_000) continue
      collect()
      expect(store.entries()).toBe(i)
      expect((process.memoryUsage().arrayBuffers - before) / i).toBeLessThan(100)
    }
  })
})
