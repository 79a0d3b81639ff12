import { expect, it } from 'vitest'
import { parseDuration } from '../../../src/cli/duration.ts'

it.each([
  ['1s', 1],
  ['90s', 90],
  ['15m', 900],
  ['8h', 28_800],
  ['30d', 2_592_000],
])('reads %s', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

it.each(['', '0s', '00s', '-1s', '1', '1.5h', '1 h', '1w', '1H', '1h30m', ' 1h', '1h\n', '99999999999s', '999999d'])(
  'refuses %j',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)
