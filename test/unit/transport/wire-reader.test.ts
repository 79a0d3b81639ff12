import { describe, expect, it } from 'vitest'
import { eachField } from '../../../src/transport/wire-reader.ts'

/** The fields that were shown, as `number:text`, and whether the message was well formed. */
function walk(...bytes: number[]): [boolean, string[]] {
  const seen: string[] = []
  const buffer = Buffer.from(bytes)
  const complete = eachField(buffer, 0, buffer.length, seen, (target, all, field, from, to) => {
    target.push(`${field}:${all.toString('latin1', from, to)}`)
    return true
  })
  return [complete, seen]
}

const A = 0x61

describe('eachField', () => {
  it.each([
    ['nothing', [], []],
    ['one field', [0x0a, 1, A], ['1:a']],
    ['an empty field', [0x0a, 0], ['1:']],
    ['a field number of two bytes', [0x82, 0x01, 1, A], ['16:a']],
    ['a varint, skipped', [0x08, 0xff, 0xff, 0x01, 0x0a, 1, A], ['1:a']],
    ['a varint of ten bytes, skipped', [0x08, ...Array(9).fill(0xff), 0x01, 0x0a, 1, A], ['1:a']],
    ['64 bits, skipped', [0x09, ...Array(8).fill(0), 0x0a, 1, A], ['1:a']],
    ['32 bits, skipped', [0x0d, ...Array(4).fill(0), 0x0a, 1, A], ['1:a']],
    ['a length that is not in shortest form', [0x0a, 0x81, 0x00, A], ['1:a']],
  ] as [string, number[], string[]][])('walks %s', (_, bytes, fields) => {
    expect(walk(...bytes)).toEqual([true, fields])
  })

  it.each([
    ['a tag that does not end', [0x8a]],
    ['a tag of six bytes', [0x8a, 0x80, 0x80, 0x80, 0x80, 0x00, 0]],
    ['field number 0', [0x02, 0]],
    ['a length that is missing', [0x0a]],
    ['a length past the end', [0x0a, 2, A]],
    ['a length of 32 bits', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, A]],
    ['a length of 35 bits', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f, A]],
    ['a length of six bytes', [0x0a, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, A]],
    ['a varint that does not end', [0x08, 0xff]],
    ['a varint of eleven bytes', [0x08, ...Array(10).fill(0xff), 0x01]],
    ['64 bits cut short', [0x09, ...Array(7).fill(0)]],
    ['32 bits cut short', [0x0d, ...Array(3).fill(0)]],
    ['the start of a group', [0x0b]],
    ['the end of a group', [0x0c]],
    ['wire type 6', [0x0e]],
    ['wire type 7', [0x0f]],
  ] as [string, number[]][])('refuses %s', (_, bytes) => {
    expect(walk(...bytes)[0]).toBe(false)
  })

  it('stays inside the inner message: what follows it is not its own', () => {
    const bytes = Buffer.from([0x0a, 2, 0x0a, 1, A])
    const complete = eachField(bytes, 0, bytes.length, undefined, (_, all, __, from, to) =>
      eachField(all, from, to, undefined, () => true),
    )
    expect(complete).toBe(false)
  })

  it('stops where the visitor says so', () => {
    const bytes = Buffer.from([0x0a, 0, 0x0a, 0])
    let seen = 0
    expect(eachField(bytes, 0, bytes.length, undefined, () => ++seen > 1)).toBe(false)
    expect(seen).toBe(1)
  })
})
