import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEpoch, makeEpochs, newEpoch } from '../../../../src/adapters/redis/epochs.ts'

const NOW = 1_800_000_000_000
const ALLOWANCE = 5_000

describe('epochs', () => {
  it('before the first, every proof is fenced and no nonce is good for it', () => {
    const { proofsUntilMs, epoch } = makeEpochs(ALLOWANCE).fence('')
    expect(proofsUntilMs).toBe(Number.POSITIVE_INFINITY)
    expect(epoch).toBe('')
  })

  it('the fence stands at the later of being made and being seen, plus the allowance', () => {
    for (const [createdMs, seenMs] of [
      [NOW, NOW + 100],
      [NOW + 100, NOW],
    ] as const) {
      const epochs = makeEpochs(ALLOWANCE)
      expect(epochs.adopt('', newEpoch(createdMs), seenMs)).toBe(false)
      expect(epochs.fence('').proofsUntilMs).toBe(NOW + 100 + ALLOWANCE)
      expect(epochs.fence('').noncesUntilMs).toBe(0)
    }
  })

  it('the same epoch seen again changes nothing; another one is a loss', () => {
    const epochs = makeEpochs(ALLOWANCE)
    const epoch = newEpoch(NOW)
    epochs.adopt('', epoch, NOW)
    expect(epochs.adopt('', epoch, NOW + 60_000)).toBe(false)
    expect(epochs.fence('').proofsUntilMs).toBe(NOW + ALLOWANCE)
    expect(epochs.adopt('', newEpoch(NOW), NOW + 60_000)).toBe(true)
    expect(epochs.fence('').proofsUntilMs).toBe(NOW + 60_000 + ALLOWANCE)
  })

  it('tags are apart', () => {
    const epochs = makeEpochs(ALLOWANCE)
    epochs.adopt('aa', newEpoch(NOW), NOW)
    expect(epochs.current('ab')).toBeUndefined()
    expect(epochs.fence('ab').epoch).toBe('')
  })

  it('raised by hand: proofs and nonces up to now do not count, epoch by epoch', () => {
    const epochs = makeEpochs(0)
    epochs.adopt('', newEpoch(NOW), NOW)
    epochs.raise(NOW + 10, 0)
    expect(epochs.fence('')).toMatchObject({ proofsUntilMs: NOW + 10, noncesUntilMs: NOW + 10 })
    epochs.adopt('', newEpoch(NOW), NOW - 5)
    expect(epochs.fence('')).toMatchObject({ proofsUntilMs: NOW + 10, noncesUntilMs: NOW + 10 })
  })

  it('property: whatever is seen in whatever order, the fence never falls', () => {
    const step = fc.record({ createdMs: fc.nat(NOW), nowMs: fc.nat(NOW), raise: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const epochs = makeEpochs(ALLOWANCE)
        let lastMs = 0
        for (const { createdMs, nowMs, raise } of steps) {
          if (raise) epochs.raise(nowMs, 0)
          else epochs.adopt('', newEpoch(createdMs), nowMs)
          const { proofsUntilMs } = epochs.fence('')
          if (epochs.current('') === undefined) continue
          expect(proofsUntilMs).toBeGreaterThanOrEqual(lastMs)
          lastMs = proofsUntilMs
        }
      }),
    )
  })

  it.each([
    null,
    1,
    '',
    'x',
    'a:1',
    `${'a'.repeat(16)}:`,
    `${'a'.repeat(16)}:1x`,
    `${'a'.repeat(16)}:${'9'.repeat(16)}`,
  ])('%s is no epoch', (value) => {
    expect(isEpoch(value)).toBe(false)
  })

  it('two epochs are never the same', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newEpoch(NOW))).size).toBe(1000)
    expect(isEpoch(newEpoch(NOW))).toBe(true)
  })
})
