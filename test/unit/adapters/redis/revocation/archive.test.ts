import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeArchive } from '../../../../../src/adapters/redis/revocation/archive.ts'

const text = (id: string): string => JSON.stringify({ id, why: `why ${id}` })
const kept = (archive: ReturnType<typeof makeArchive>): Map<string, string> => new Map(archive.texts())
const packed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe('the archive', () => {
  it('gives back what it was given, packed or not', async () => {
    const archive = makeArchive(128)
    for (let i = 0; i < 1_000; i++) archive.keep(`rv-${i}`, text(`rv-${i}`))
    const before = kept(archive)
    expect(before.size).toBe(1_000)
    await packed()
    expect(kept(archive)).toEqual(before)
    expect(before.get('rv-7')).toBe(text('rv-7'))
  })

  it('a text with line breaks stays one text', () => {
    const archive = makeArchive()
    archive.keep('a', '{\n"id":"a"\n}')
    archive.keep('b', text('b'))
    expect([...kept(archive)]).toEqual([
      ['a', '{"id":"a"}'],
      ['b', text('b')],
    ])
  })

  it('forgets what was dropped, through any order of keeping, dropping and tidying', async () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 400 }), drop: fc.boolean(), tidy: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 3_000, minLength: 1_000 }), async (steps) => {
        const archive = makeArchive(64)
        const expected = new Set<string>()
        for (const { id, drop, tidy } of steps) {
          if (drop) archive.drop(`rv-${id}`)
          else archive.keep(`rv-${id}`, text(`rv-${id}`))
          if (drop) expected.delete(`rv-${id}`)
          else expected.add(`rv-${id}`)
          if (tidy) archive.tidy()
        }
        await packed()
        expect(new Set(kept(archive).keys())).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('what was dropped and tidied away leaves the rest', async () => {
    const archive = makeArchive(128)
    for (let i = 0; i < 10_000; i++) archive.keep(`rv-${i}`, text(`rv-${i}`))
    await packed()
    for (let i = 0; i < 10_000; i++) if (i % 10 !== 0) archive.drop(`rv-${i}`)
    for (let i = 0; i < 200; i++) archive.tidy()
    expect(kept(archive).size).toBe(1_000)
    archive.keep('rv-1', text('rv-1'))
    expect(kept(archive).size).toBe(1_001)
  })
})
