import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from '../../../src/revocations/rfc3339.ts'

describe('parseTime', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-11-23T10:00:00Z', 1_795_428_000],
    ['2026-11-23T12:00:00+02:00', 1_795_428_000],
    ['2026-11-23T10:00:00.5Z', 1_795_428_000.5],
    ['2024-02-29T00:00:00Z', 1_709_164_800],
  ])('reads %s', (text, seconds) => {
    expect(parseTime(text)).toBe(seconds)
  })

  it.each([
    '',
    'now',
    '2026-11-23',
    '2026-11-23T10:00:00',
    '2026-11-23 10:00:00Z',
    '2026-11-23T10:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T25:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-11-23T10:00:00+24:00',
    '2026-11-23T10:00:00+0200',
    '1795428000',
    ' 2026-11-23T10:00:00Z',
    '2026-11-23T10:00:00Z\n',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })
})

describe('parseTime against Date.parse', () => {
  const number = (min: number, max: number, width: number) =>
    fc.integer({ min, max }).map((value) => String(value).padStart(width, '0'))
  const zone = fc.oneof(
    fc.constant('Z'),
    fc.tuple(fc.constantFrom('+', '-'), number(0, 25, 2), number(0, 62, 2)).map(([sign, h, m]) => `${sign}${h}:${m}`),
  )
  const fraction = fc.option(fc.stringMatching(/^[0-9]{1,9}$/), { nil: undefined })
  const times = fc
    .tuple(
      number(0, 9999, 4),
      number(0, 14, 2),
      number(0, 32, 2),
      number(0, 23, 2),
      number(0, 61, 2),
      number(0, 61, 2),
      fraction,
      zone,
    )
    .map(
      ([y, mo, d, h, mi, s, part, z]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${part === undefined ? '' : `.${part}`}${z}`,
    )

  it('gives the same moment, or none where there is none', () => {
    fc.assert(
      fc.property(times, (text) => {
        const ms = Date.parse(text)
        const lastDay = new Date(Date.UTC(2000 + (Number(text.slice(0, 4)) % 400), Number(text.slice(5, 7)), 0))
        const exists = !Number.isNaN(ms) && Number(text.slice(8, 10)) <= lastDay.getUTCDate()
        expect(parseTime(text)).toBe(exists ? ms / 1000 : undefined)
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('formatTime', () => {
  it('writes UTC, and is read back', () => {
    expect(formatTime(1_795_428_000)).toBe('2026-11-23T10:00:00Z')
    expect(parseTime(formatTime(1_795_428_000.25))).toBe(1_795_428_000.25)
  })
})
