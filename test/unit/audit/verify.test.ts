import { describe, expect, it } from 'vitest'
import { gapEvent, headEvent, startEvent, tornEvent } from '../../../src/audit/audit-event.ts'
import { recordIn } from '../../../src/audit/captured.ts'
import { GENESIS, hashOf } from '../../../src/audit/chain.ts'
import { readRecord } from '../../../src/audit/read-record.ts'
import { makeHeadVerifier } from '../../../src/audit/signing.ts'
import { type AuditVerdict, makeAuditVerifier } from '../../../src/audit/verify.ts'
import { chainOf, denied, found, keyPair, NOW_MS, usual, verifyLines } from './chain-world.ts'

function linkOf(line: string | undefined) {
  const reading = readRecord(Buffer.from(line ?? ''))
  if (reading.kind !== 'record') throw new Error('must be a record')
  return reading.record.link
}

/** The chain with line `i` (from 0) replaced by none, one or several. */
function replaced(lines: readonly string[], i: number, ...by: string[]): string[] {
  return lines.toSpliced(i, 1, ...by)
}

describe('G5 a chain', () => {
  it('that is as it was written is whole, signed or not', () => {
    const { privatePem, publicPem } = keyPair()
    expect(found(verifyLines(usual()))).toEqual([])
    const verdict = verifyLines(usual(privatePem), publicPem)
    expect(found(verdict)).toEqual([])
    expect(verdict).toMatchObject({ records: 7, first: 1, signedTo: 7, signedHeads: 2, dropped: 0, torn: 0 })
  })

  it('in several files is one, and may begin later', () => {
    const lines = usual()
    const later = verifyLines(lines.slice(3))
    expect([found(later), later.first]).toEqual([[], 4])
  })

  it('names what the log itself says is missing', () => {
    const lines = chainOf([denied(), gapEvent(NOW_MS, 5), denied(), gapEvent(NOW_MS, 2)])
    expect(verifyLines(lines)).toMatchObject({ findings: [], dropped: 7 })
  })
})

describe('G5 tampering is found, and named', () => {
  const lines = usual()
  const [first = '', second = '', third = '', fourth = ''] = lines

  it('a changed field', () => {
    expect(found(verifyLines(replaced(lines, 2, third.replace('proof_replayed', 'proof_stale'))))).toEqual([
      'changed 3 3',
    ])
  })

  it('a changed field under a hash made anew', () => {
    const [forged = ''] = chainOf([{ ...denied(), fields: { forged: true } }], undefined, linkOf(second))
    expect(found(verifyLines(replaced(lines, 2, forged)))).toEqual(['changed 3 3'])
  })

  it('another spelling of the same content', () => {
    expect(found(verifyLines(replaced(lines, 2, third.replace('{', '{ '))))).toEqual(['changed 3 3'])
    const twice = third.replace('{', '{"action_id":1,')
    expect(found(verifyLines(replaced(lines, 2, twice)))).toEqual(['changed 3 3'])
  })

  it('bytes that are no UTF-8', () => {
    const bytes = lines.map((line) => Buffer.from(line))
    const [before, at] = [bytes[2] ?? Buffer.alloc(0), third.indexOf('deployer')]
    before[at] = 0xff
    expect(found(verifyLines(bytes))).toEqual(['changed 3 3'])
  })

  it('a removed record', () => {
    expect(found(verifyLines(replaced(lines, 2)))).toEqual(['removed 3 3'])
  })

  it('a moved record', () => {
    expect(found(verifyLines([first, second, fourth, third, ...lines.slice(4)]))).toEqual(['moved 3 3', 'moved 4 3'])
  })

  it('an inserted record, well made', () => {
    const [forged = ''] = chainOf([{ ...denied(), fields: { forged: true } }], undefined, linkOf(second))
    expect(found(verifyLines(replaced(lines, 2, forged, third)))).toEqual(['inserted 3 3'])
  })

  it('a copy of an earlier record', () => {
    expect(found(verifyLines(replaced(lines, 3, fourth, second)))).toEqual(['moved 5 2'])
  })

  it('an inserted line that is no record', () => {
    for (const junk of ['', 'x', '{"time":']) {
      expect(found(verifyLines(replaced(lines, 2, junk, third))), junk).toEqual(['changed 3 undefined'])
    }
    expect(found(verifyLines(replaced(lines, 2, '{}', third)))).toEqual(['changed 3 undefined'])
  })

  it('a record nested deeper than any of ours', () => {
    const deep = second.replace('"holdfast":{', `"holdfast":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)},`)
    expect(found(verifyLines(replaced(lines, 1, deep)))).toEqual(['changed 2 2'])
  })

  it('a first record that names one before it', () => {
    const made = chainOf([denied()], undefined, { sequence: 0, hash: '1'.repeat(64) })
    expect(found(verifyLines(made))).toEqual(['changed 1 1'])
    expect(found(verifyLines(chainOf([denied()], undefined, GENESIS)))).toEqual([])
  })
})

describe('G5 signatures of heads', () => {
  const { privatePem, publicPem } = keyPair()
  const lines = usual(privatePem)
  const head = lines[4] ?? ''

  it('must be there, by the key, and hold', () => {
    const other = keyPair()
    expect(found(verifyLines(usual(), publicPem))).toEqual(['signature 7 7'])
    expect(found(verifyLines(lines, other.publicPem))).toEqual(['signature 5 5', 'signature 7 7'])
    const signature = /"signature":"([^"]+)"/.exec(head)?.[1] ?? ''
    const bent = head.replace(signature, `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`)
    expect(found(verifyLines(replaced(lines, 4, bent), publicPem))).toEqual(['signature 5 5'])
  })

  it('cannot be taken away, nor left out later', () => {
    const bare = head.replace(/,"signature":"[^"]+"/, '')
    expect(found(verifyLines(replaced(lines, 4, bare)))).toEqual(['signature 5 5'])
    const later = chainOf([denied(), headEvent(NOW_MS)], undefined, linkOf(lines[6]))
    expect(found(verifyLines([...lines, ...later]))).toEqual(['signature 9 9'])
  })

  it('say how far nothing can have been made anew; an end that was cut off after them does not show', () => {
    const verdict = verifyLines(lines.slice(0, 6), publicPem)
    expect([found(verdict), verdict.signedTo, verdict.last?.sequence]).toEqual([[], 5, 6])
  })
})

describe('G5 a line that was cut off', () => {
  const [first = '', second = ''] = usual()
  const half = second.slice(0, 40)
  const closing = (torn: string) =>
    chainOf([tornEvent(NOW_MS, torn.length, hashOf(torn)), denied()], undefined, linkOf(first))

  it('is whole where a record says so, also when that was cut off in its turn', () => {
    expect(verifyLines([first, half, ...closing(half)])).toMatchObject({ findings: [], torn: 1 })
    const twice = `${half}\n{"activ`
    expect(verifyLines([first, half, '{"activ', ...closing(twice)])).toMatchObject({ findings: [], torn: 1 })
  })

  it('is broken where the record tells of other bytes, or none does', () => {
    expect(found(verifyLines([first, `${half}x`, ...closing(half)]))).toEqual(['changed 2 undefined'])
    expect(found(verifyLines([first, half]))).toEqual(['changed 2 undefined'])
  })

  it('may be the end of a file that is being written', () => {
    expect(verifyLines([first, half], undefined, false)).toMatchObject({ findings: [], unfinished: true })
  })
})

describe('G5 a captured output', () => {
  const { privatePem, publicPem } = keyPair()
  const lives = [...usual(privatePem), ...usual(privatePem)]

  function verifyLives(lines: readonly string[], pem?: Buffer): AuditVerdict {
    const verifier = makeAuditVerifier(pem && makeHeadVerifier(pem), true)
    for (const [i, line] of lines.entries()) verifier.line('a', i + 1, Buffer.from(line), true)
    return verifier.verdict()
  }

  it('has a chain from each start; in files that is a moved record', () => {
    const verdict = verifyLives(lives, publicPem)
    expect(verdict).toMatchObject({ findings: [], chains: 2, records: 14, first: 1, signedTo: 7 })
    expect(found(verifyLines(lives, publicPem))[0]).toBe('moved 8 1')
  })

  it('has tampering found in each of its chains', () => {
    expect(found(verifyLives(lives.toSpliced(9, 1)))).toEqual(['removed 10 3'])
    expect(found(verifyLives(lives.toSpliced(2, 1)))).toEqual(['removed 3 3'])
    const [, second = '', third = ''] = lives
    expect(found(verifyLives(lives.toSpliced(1, 2, third, second)))).toEqual(['moved 2 2', 'moved 3 2'])
  })

  it('has a signed head in each of its chains, and no start that is not the first of one', () => {
    const unsigned = [...usual(privatePem), ...usual(), ...usual(privatePem)]
    expect(found(verifyLives(unsigned, publicPem))).toContain('signature 14 7')
    const again = chainOf([startEvent(NOW_MS, '1')], undefined, linkOf(lives[1]))
    expect(found(verifyLives([...lives.slice(0, 3), ...again]))).toEqual(['inserted 3 3'])
  })

  it.each([
    ['as it is', (line: string) => line],
    ['behind what a container runtime puts there', (line: string) => `2026-11-23T08:00:00Z stdout F ${line}`],
    ['with the line end of another system', (line: string) => `${line}\r`],
  ])('has its records %s', (_, wrapped) => {
    for (const line of usual(privatePem)) {
      expect(recordIn(Buffer.from(wrapped(line)))?.toString()).toBe(line)
    }
  })

  it('has lines of others, which may quote a record', () => {
    const quoted = JSON.stringify({ level: 'info', msg: lives[1] })
    for (const line of ['', 'plain', '{"level":"info"}', quoted]) expect(recordIn(Buffer.from(line))).toBeUndefined()
  })
})
