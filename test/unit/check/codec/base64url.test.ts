import { describe, expect, it } from 'vitest'
import { decodeBase64Url } from '../../../../src/check/codec/base64url.ts'

describe('decodeBase64Url', () => {
  it.each([
    ['', ''],
    ['AA', '00'],
    ['AAA', '0000'],
    ['AAAA', '000000'],
    ['_-8', 'ffef'],
    ['Zm9vYmFy', '666f6f626172'],
  ])('C19 %j', (text, octets) => {
    expect(decodeBase64Url(text)?.toString('hex')).toBe(octets)
  })

  it.each([
    ['one character left over', 'A'],
    ['five characters', 'AAAAA'],
    ['padding', 'AA=='],
    ['one sign of padding', 'AA='],
    ['padding alone', '='],
    ['spare bits set', 'AB'],
    ['one spare bit set', 'AAB'],
    ['plus', '+A'],
    ['slash', '/A'],
    ['exclamation mark inside', 'Zm9v!YmFy'],
    ['space inside', 'Zm9v YmFy'],
    ['space before', ' Zm9v'],
    ['newline behind', 'Zm9v\n'],
    ['carriage return and newline inside', 'Zm9v\r\nYmFy'],
    ['tab', 'Zm9v\tYmFy'],
    ['NUL', 'Zm9v\0'],
    ['dot', 'Zm9v.YmFy'],
    ['comma', 'Zm9v,YmFy'],
    ['percent sign', 'Zm9v%3D'],
    ['no ASCII', 'Zm9vé'],
    ['a letter that looks like ASCII', 'Ａm9v'],
    ['a code unit whose low octet is an ASCII letter', 'Zm9\u0141'],
    ['a lone surrogate', 'Zm9\ud800'],
  ])('C19 refuses %s', (_, text) => {
    expect(decodeBase64Url(text)).toBeUndefined()
  })
})
