import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fork, foldLineage, thumbprintOf } from '../../../../src/ledger/detect/lineage.ts'
import { decodeLineage, MAX_HOLDERS, NO_LINEAGE } from '../../../../src/ledger/detect/lineage-state.ts'
import type { KeyUse } from '../../../../src/ledger/key-record.ts'

const START = 1_800_000_000_000
const [A, B, C] = ['00000a', '00000b', '00000c'] as const

/** A use at `seconds`, with a nonce of `handedTo` that was minted at `minted`. */
function use(by: string, seconds: number, handedTo?: string, minted?: number): KeyUse {
  const ms = (s: number | undefined): number | undefined => (s === undefined ? undefined : START + s * 1000)
  return { by, handedTo, mintedAtMs: ms(minted), iatSeconds: START / 1000 + seconds, seenMs: START + seconds * 1000 }
}

/** Each use as a batch of its own. */
function forksOf(uses: readonly KeyUse[]): readonly Fork[] {
  let state: string | undefined
  return uses.flatMap((one) => {
    const folded = foldLineage(state, [one])
    state = folded.state
    return folded.fork ?? []
  })
}

/** Two by turns, each with its own nonce, ten seconds apart. */
const TURNS = Array.from({ length: 8 }, (_, turn) =>
  turn % 2 === 0 ? use(A, turn * 10, A, 0) : use(B, turn * 10, B, 5),
)

describe('G3 a fork', () => {
  it('two holders by turns, each with a nonce that the other never had', () => {
    expect(forksOf(TURNS)[0]).toEqual({ holders: [A, B], switches: 3, atMs: START + 40_000 })
  })

  it('all in one batch, in any order', () => {
    expect(foldLineage(undefined, TURNS.toReversed()).fork).toMatchObject({ holders: [A, B], switches: 3 })
  })

  it('is told once, and again only much later', () => {
    const long = Array.from({ length: 60 }, (_, turn) =>
      turn % 2 === 0 ? use(A, turn * 10, A, 0) : use(B, turn * 10, B, 5),
    )
    expect(forksOf(long)).toHaveLength(2)
  })

  it('a thief who forgets his nonce each time is found by the nonce that the holder comes back to', () => {
    const uses = Array.from({ length: 8 }, (_, turn) =>
      turn % 2 === 0 ? use(A, turn * 10, A, 0) : use(B, turn * 10, B, turn * 10 - 1),
    )
    expect(forksOf(uses)).toHaveLength(1)
  })

  it('nonces that are used once each: one was minted long before the other came', () => {
    const slow = (by: string, seconds: number): KeyUse => use(by, seconds, by, seconds - 300)
    const uses = [0, 300, 600, 900, 1200, 1500].flatMap((at) => [slow(A, at), slow(B, at + 150)])
    expect(forksOf(uses)[0]).toMatchObject({ holders: [A, B] })
  })

  it('a nonce that was copied with the key does not wash off what came after it', () => {
    const copied = [use(A, -20, A, -30), use(B, -10, A, -30)]
    const washing = TURNS.flatMap((one) =>
      one.by === B ? [use(B, Number(one.iatSeconds) - START / 1000, A, -30), one] : [one],
    )
    expect(forksOf([...copied, ...washing])).toHaveLength(1)
  })
})

describe('G3 no fork', () => {
  it.each<[string, readonly KeyUse[]]>([
    ['one holder with several stores (pods, workers)', TURNS.map((one) => ({ ...one, by: A, handedTo: A }))],
    ['one store behind two addresses', TURNS.map((one) => ({ ...one, handedTo: A, mintedAtMs: START }))],
    [
      'each turn begins with the nonce of the other',
      TURNS.map((one, turn) => ({
        ...one,
        handedTo: turn % 2 === 0 ? B : A,
        mintedAtMs: START + turn * 10_000 - 1000,
      })),
    ],
    [
      'a move, and no way back',
      TURNS.map((one, turn) => ({ ...one, by: turn < 4 ? A : B, handedTo: turn < 4 ? A : B })),
    ],
    ['without nonces', TURNS.map((one) => ({ ...one, handedTo: undefined, mintedAtMs: undefined }))],
    ['each a new nonce each time', TURNS.map((one) => ({ ...one, mintedAtMs: one.seenMs - 50 }))],
    [
      'closer together than requests overtake one another',
      TURNS.map((one) => ({ ...one, seenMs: START + (one.seenMs - START) / 20 })),
    ],
    ['tags that are none', TURNS.map((one) => ({ ...one, by: `${one.by}x`, handedTo: `${one.handedTo}x` }))],
  ])('%s', (_, uses) => {
    expect(forksOf(uses)).toEqual([])
  })

  it('a third one shares the store of both', () => {
    const uses = TURNS.flatMap((one) => [one, { ...one, by: C, seenMs: one.seenMs + 1 }])
    expect(forksOf(uses)[0]?.holders).toEqual([A, B])
    const shared = TURNS.map((one, turn) => ({
      ...one,
      handedTo: C,
      mintedAtMs: START + Math.floor(turn / 2) * 20_000 - 1,
    }))
    expect(forksOf(shared)).toEqual([])
  })
})

describe('the state', () => {
  it('is short, and says nothing of keys or nonces', () => {
    let state: string | undefined
    for (const one of TURNS) state = foldLineage(state, [one]).state
    expect(state?.length).toBeLessThanOrEqual(200)
    const crowd = Array.from({ length: 40 }, (_, i) => use((0x100000 + i * 7).toString(16), i * 9, '0000ff', i * 9 - 3))
    expect(foldLineage(undefined, crowd).state.length).toBeLessThanOrEqual(400)
  })

  it(`keeps ${MAX_HOLDERS} holders; those that share a store go first, so that a thief stays`, () => {
    const home = [0, 1, 2, 3, 4, 5].map((i) => (0xa0 + i).toString(16).padStart(6, '0'))
    const crowd = home.map((by, i) => use(by, 20 + i, home[0], 10))
    const state = foldLineage(undefined, [use(B, 1, B, 0), ...crowd]).state
    expect(decodeLineage(state).heads.map(({ by }) => by)).toContain(B)
    expect(decodeLineage(state).heads).toHaveLength(MAX_HOLDERS)
  })

  const state = foldLineage(undefined, TURNS.slice(0, 5)).state

  it.each([
    ['', ''],
    ['another version', state.replace('1;', '2;')],
    ['cut', state.slice(0, 30)],
    ['a holder twice', state.replace(B, A)],
    ['a pair of nobody', state.replace(/;01,/, ';03,')],
    ['long', `1;0;${'a'.repeat(10_000)};`],
    ['no text of ours', '{"heads":[]}'],
  ])('counts as none when it cannot be read: %s', (_, text) => {
    expect(text).not.toBe(state)
    expect(decodeLineage(text)).toEqual(NO_LINEAGE)
    expect(foldLineage(text, []).fork).toBeUndefined()
  })

  it('any uses, over any state: never throws, and what was written is read again', () => {
    const tag = fc.constantFrom(A, B, C, '00000d', '00000e')
    const time = fc.integer({ min: START - 500_000, max: START + 500_000 })
    const any = fc.record({
      by: tag,
      handedTo: fc.option(tag, { nil: undefined }),
      mintedAtMs: fc.option(time, { nil: undefined }),
      iatSeconds: fc.double(),
      seenMs: time,
    })
    fc.assert(
      fc.property(fc.string(), fc.array(any, { maxLength: 40 }), (text, uses) => {
        const folded = foldLineage(text, uses).state
        expect(foldLineage(folded, []).state).toBe(folded)
        if (uses.some(({ handedTo, mintedAtMs }) => handedTo !== undefined && mintedAtMs !== undefined)) {
          expect(decodeLineage(folded).heads.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 300 },
    )
  })
})

it('a lineage has the thumbprint of its key in front', () => {
  const thumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
  expect([thumbprintOf(`${thumbprint}.abcdef`), thumbprintOf(thumbprint)]).toEqual([thumbprint, thumbprint])
})
