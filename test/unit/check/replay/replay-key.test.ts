import { describe, expect, it } from 'vitest'
import { replayKey, senderHash } from '../../../../src/check/replay/replay-key.ts'

type Parts = readonly [scope: string, thumbprint: string, jti: string]

const hex = (...parts: Parts) => replayKey(...parts).toString('hex')

const SHIFTED: readonly { readonly one: Parts; readonly other: Parts }[] = [
  { one: ['a', 'bc', 'd'], other: ['ab', 'c', 'd'] },
  { one: ['a', 'b', 'cd'], other: ['a', 'bc', 'd'] },
  { one: ['', 'ab', 'c'], other: ['a', 'b', 'c'] },
  { one: ['a', '', 'bc'], other: ['a', 'bc', ''] },
  { one: ['a', 'b\u0000', 'c'], other: ['a', 'b', '\u0000c'] },
  { one: ['a', 'b', '\u0000\u0000\u0000\u0001c'], other: ['a', 'b\u0000\u0000\u0000\u0001c', ''] },
  { one: ['a', 'é', 'b'], other: ['a', 'e\u0301', 'b'] },
]

describe('replayKey', () => {
  it('A17 32 octets, the same for the same parts', () => {
    expect(replayKey('default', 'thumb', 'jti')).toHaveLength(32)
    expect(hex('default', 'thumb', 'jti')).toBe(hex('default', 'thumb', 'jti'))
  })

  it('A17 another scope, key or jti is another mark', () => {
    const keys = new Set([hex('a', 'b', 'c'), hex('x', 'b', 'c'), hex('a', 'x', 'c'), hex('a', 'b', 'x')])
    expect(keys.size).toBe(4)
  })

  it.each(SHIFTED)('A17 A19 no part shifts into another: $one and $other', ({ one, other }) => {
    expect(hex(...one)).not.toBe(hex(...other))
  })

  it.each(['', '\u0000', '\n', ':', '{}', '{a}b', '*', 'a'.repeat(10_000), '🔒', '\ud800'])(
    'A19 a jti of %j is 32 octets and its own mark',
    (jti) => {
      expect(replayKey('s', 't', jti)).toHaveLength(32)
      expect(hex('s', 't', jti)).not.toBe(hex('s', 't', `${jti}.`))
    },
  )
})

describe('senderHash', () => {
  it('eight octets that tell peers and addresses apart', () => {
    const senders = [
      senderHash('spiffe://td/a', '10.0.0.1'),
      senderHash('spiffe://td/a', '10.0.0.2'),
      senderHash('spiffe://td/b', '10.0.0.1'),
      senderHash(undefined, '10.0.0.1'),
      senderHash('10.0.0.1', ''),
    ].map((sender) => sender.toString('hex'))
    expect(new Set(senders).size).toBe(5)
    for (const sender of senders) expect(sender).toMatch(/^[0-9a-f]{16}$/)
  })
})
