import { describe, expect, it } from 'vitest'
import { FIRST_ID, isAtLeast } from '../../../../../src/adapters/redis/revocation/stream-id.ts'

describe('isAtLeast', () => {
  it.each([
    ['2-0', '1-0', true],
    ['1-0', '1-0', true],
    ['1-0', '1-1', false],
    ['1-10', '1-9', true],
    ['10-0', '9-9', true],
    ['1-0', '2-0', false],
    ['1-18446744073709551615', '1-18446744073709551614', true],
    ['1-18446744073709551614', '1-18446744073709551615', false],
    [FIRST_ID, FIRST_ID, true],
    ['1-0', FIRST_ID, true],
    ['oops', '1-0', false],
  ])('%s, %s: %s', (one, other, expected) => expect(isAtLeast(one, other)).toBe(expected))
})
