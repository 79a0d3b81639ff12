import { describe, expect, it } from 'vitest'
import { readDer, readInside, readSingle, TAG } from '../../../../src/check/peer/der.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

describe('readDer', () => {
  it('B2 gives the elements of one level', () => {
    expect(readDer(bytes('0201ff 0400'))).toEqual([
      { tag: 2, content: bytes('ff') },
      { tag: 4, content: bytes('') },
    ])
    expect(readDer(bytes(''))).toEqual([])
  })

  it('B2 takes the long form where the short one does not reach', () => {
    expect(readDer(Buffer.concat([bytes('048180'), Buffer.alloc(128)]))?.[0]?.content).toHaveLength(128)
    expect(readDer(Buffer.concat([bytes('04820100'), Buffer.alloc(256)]))?.[0]?.content).toHaveLength(256)
  })

  it.each([
    ['a tag without a length', '04'],
    ['a length beyond the end', '0402ff'],
    ['octets left over', '0400 04'],
    ['the indefinite form', '3080 0000'],
    ['the long form for a short length', `04817f${'00'.repeat(127)}`],
    ['a long form with a leading zero', `04820080${'00'.repeat(128)}`],
    ['a long form cut short', '048201'],
    ['five octets of length', '04850000000001ff'],
    ['a length of four gigabytes', '0484ffffffff'],
    ['a high tag', '1f8101 00'],
  ])('B2 refuses %s', (_, hex) => {
    expect(readDer(bytes(hex))).toBeUndefined()
  })

  it('B2 is bounded in the number of elements', () => {
    expect(readDer(bytes('0500'.repeat(4096)))).toHaveLength(4096)
    expect(readDer(bytes('0500'.repeat(4097)))).toBeUndefined()
  })
})

describe('readSingle and readInside', () => {
  it('B2 one element, of the tag that is wanted', () => {
    expect(readSingle(bytes('3000'), TAG.sequence)).toEqual({ tag: 0x30, content: bytes('') })
    expect(readSingle(bytes('3000 3000'), TAG.sequence)).toBeUndefined()
    expect(readSingle(bytes('0400'), TAG.sequence)).toBeUndefined()
    expect(readSingle(bytes(''), TAG.sequence)).toBeUndefined()
  })

  it('B2 looks into no other tag', () => {
    expect(readInside({ tag: TAG.sequence, content: bytes('0500') }, TAG.sequence)).toHaveLength(1)
    expect(readInside({ tag: TAG.octetString, content: bytes('0500') }, TAG.sequence)).toBeUndefined()
    expect(readInside(undefined, TAG.sequence)).toBeUndefined()
  })
})
