import { describe, expect, it } from 'vitest'
import { parseStrictJsonObject } from '../../../../src/check/codec/strict-json.ts'

const parse = (text: string) => parseStrictJsonObject(Buffer.from(text))
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

describe('what is taken', () => {
  it.each([
    '{}',
    '{"a":1}',
    ' \t\r\n{ "a" : 1 } \n',
    '{"a":{"a":1},"b":{"a":2},"c":[{"a":3},{"a":4}]}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"b:c","b:c":"a"}',
    '{"a":"\\\\","b":"\\\\\\""}',
    '{"":0," ":1}',
    '{"\\u0061":1,"b":2}',
    '{"a":"\\ud83d\\udd12","🔒":"🔒"}',
    '{"a":"[[[[[[[[[[[[[[[[[[[["}',
    '{"a":null,"b":true,"c":-1.5e3,"d":[],"e":{}}',
    '{"constructor":1,"toString":2,"1":3,"0":4}',
    nested(16),
  ])('C13 %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('C13 __proto__ is a member like any other', () => {
    const value = parse('{"__proto__":{"admin":true}}')
    expect(Object.keys(value ?? {})).toEqual(['__proto__'])
    expect(value?.['admin']).toBeUndefined()
  })

  it('C13 a number too large is no finite number', () => {
    expect(parse('{"a":1e400}')?.['a']).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('what is refused', () => {
  it.each([
    ['empty', ''],
    ['white space', ' '],
    ['null', 'null'],
    ['an array', '[{"a":1}]'],
    ['a string', '"a"'],
    ['a number', '1'],
    ['two values', '{}{}'],
    ['something behind', '{}x'],
    ['a BOM', '\ufeff{}'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{/**/}'],
    ['NaN', '{"a":NaN}'],
    ['a number with a leading zero', '{"a":01}'],
    ['a raw control character', '{"a":"\n"}'],
    ['an unknown escape', '{"a":"\\x"}'],
    ['no end', '{"a":"'],
    ['no end after a backslash', '{"a":"\\'],
    ['a closing bracket too many', '{"a":1}}'],
    ['brackets crossed', '{"a":[}]'],
    ['a name twice', '{"a":1,"a":2}'],
    ['a name twice with the same value', '{"a":1,"a":1}'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a name twice, escaped twice', '{"\\/":1,"\\u002F":2}'],
    ['a name twice below', '{"a":{"b":1,"b":2}}'],
    ['a name twice in an array', '{"a":[1,{"b":1,"b":2}]}'],
    ['a name twice, the first deeper', '{"a":{"x":1,"y":2},"a":0}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['an empty name twice', '{"":1,"":2}'],
    ['a lone high surrogate', '{"a":"\\ud800"}'],
    ['a lone low surrogate', '{"a":"\\udc00"}'],
    ['surrogates in the wrong order', '{"a":"\\udd12\\ud83d"}'],
    ['a lone surrogate in a name', '{"\\ud800":1}'],
    ['a lone surrogate in an array', '{"a":[["\\ud800"]]}'],
    ['seventeen levels', nested(17)],
    ['seventeen levels of objects', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`],
    ['100,000 levels', nested(100_000)],
    ['100,000 opening brackets', '['.repeat(100_000)],
  ])('C13 %s', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it.each([
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['UTF-16 with a BOM', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['a byte that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong form', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
    ['a cut sequence', Buffer.from([0x7b, 0x22, 0xe2, 0x82, 0x22, 0x3a, 0x31, 0x7d])],
  ])('C13 %s', (_, octets) => {
    expect(parseStrictJsonObject(octets)).toBeUndefined()
  })
})
