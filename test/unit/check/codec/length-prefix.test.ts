import { describe, expect, it } from 'vitest'
import { lengthPrefixed } from '../../../../src/check/codec/length-prefix.ts'

describe('lengthPrefixed', () => {
  it.each([
    [[], ''],
    [[''], '00000000'],
    [['a', 'bc'], '0000000161000000026263'],
    [['é'], '00000002c3a9'],
    [['', '🔒'], '0000000000000004f09f9492'],
  ])('A17 %j', (parts, octets) => {
    expect(lengthPrefixed(...parts).toString('hex')).toBe(octets)
  })
})
