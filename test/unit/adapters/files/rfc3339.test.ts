import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from '../../../../src/adapters/files/rfc3339.ts'

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
    '2026-11-23T25:00:00Z',
    '2026-11-23T10:00:00+0200',
    '1795428000',
    ' 2026-11-23T10:00:00Z',
    '2026-11-23T10:00:00Z\n',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })
})

describe('formatTime', () => {
  it('writes UTC, and is read back', () => {
    expect(formatTime(1_795_428_000)).toBe('2026-11-23T10:00:00Z')
    expect(parseTime(formatTime(1_795_428_000.25))).toBe(1_795_428_000.25)
  })
})
