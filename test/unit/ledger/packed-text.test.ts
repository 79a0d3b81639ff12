import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Url } from '../../../src/check/codec/base64url.ts'
import { isBase64Url, lengthen, octetsOfBase64Url, shorten } from '../../../src/ledger/codec/packed-text.ts'

describe('C19 which texts stand for octets', () => {
  it('those that the strict decoder takes, and no other', () => {
    const near = fc.string({
      unit: fc.constantFrom('A', 'E', 'Q', 'g', 'w', 'z', '9', '-', '_', '=', '+', 'é'),
      maxLength: 7,
    })
    fc.assert(
      fc.property(fc.oneof(near, fc.string(), fc.base64String()), (text) => {
        const octets = decodeBase64Url(text)
        expect(isBase64Url(text)).toBe(octets !== undefined && octets.length > 0)
        if (isBase64Url(text)) expect(octetsOfBase64Url(text.length)).toBe(octets?.length)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['', 'A', 'AB', 'AAB', 'AAAAA', 'AA==', 'A A', 'AA\u0141'])('%j does not', (text) => {
    expect(isBase64Url(text)).toBe(false)
  })
})

describe('texts with fragments that are common', () => {
  it('are shortened, and come back as they were', () => {
    for (const [text, octets] of [
      ['https://as.example.com/realms/one', 16],
      ['spiffe://example.org/ns/shop/sa/payments', 23],
      ['system:serviceaccount:shop:payments', 14],
    ] as const) {
      const short = shorten(text)
      expect([text, short?.length]).toEqual([text, octets])
      expect(lengthen(short ?? '')).toBe(text)
    }
  })

  it.each(['', 'plain', 'https:/', 'https://a\nb', '\u0001https://'])('%j is not', (text) => {
    expect(shorten(text)).toBeUndefined()
  })

  it.each(['plain', '\u001f', 'https://', '\u0001https://'])('%j is none that was shortened', (short) => {
    expect(lengthen(short)).toBeUndefined()
  })

  it('any text comes back as it was', () => {
    const part = fc.constantFrom('https://', 'spiffe://', '/ns/', '.com', '/', ':', 'a', '\u0001', '\u0002', '\n', 'é')
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (text) => {
          const short = shorten(text)
          expect(short === undefined ? text : lengthen(short)).toBe(text)
        },
      ),
    )
  })
})
