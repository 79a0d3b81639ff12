import { describe, expect, it } from 'vitest'
import { makeKeyNames } from '../../../../src/adapters/redis/keys.ts'
import { lifeMs, readRecord, writeRecord } from '../../../../src/adapters/redis/mark-record.ts'
import { commandsFor, judge, makePendingMark, type PendingMark } from '../../../../src/adapters/redis/pending-mark.ts'
import type { MarkOutcome } from '../../../../src/check/replay/replay-store.ts'
import { markOf } from '../../../support/replay-world.ts'

const NOW = 1_800_000_000_000
const EPOCH = '0123456789abcdef:1800000000000'
const names = makeKeyNames('holdfast:', false)

function pendingOf(name: string, outcomes: MarkOutcome[] = []): PendingMark {
  const mark = makePendingMark(markOf(name, { nowMs: NOW }), '', EPOCH, names, 5000, (outcome) =>
    outcomes.push(outcome),
  )
  if (mark === undefined) throw new Error('not made')
  return mark
}

describe('the record of a mark', () => {
  it('A17 says who came first and when', () => {
    const record = writeRecord(markOf('a', { nowMs: NOW + 0.75, sender: Buffer.from('aabbccddeeff0011', 'hex') }))!
    expect(record).toHaveLength(40)
    expect(readRecord(record)).toEqual({ sender: 'aabbccddeeff0011', atMs: NOW })
  })

  it('A17 two callers never have the same record, even at one moment from one sender', () => {
    const records = Array.from({ length: 1000 }, () => writeRecord(markOf('a', { nowMs: NOW })))
    expect(new Set(records).size).toBe(1000)
  })

  it.each(['', 'd', 'g'.repeat(36), `${markOf('').decisionId} `, markOf('').decisionId.toUpperCase()])(
    'A17 a decision id of "%s" cannot be told from others: no mark',
    (decisionId) => {
      expect(writeRecord(markOf('a', { decisionId }))).toBeUndefined()
    },
  )

  it.each(['', 'x', 'A'.repeat(39), 'A'.repeat(41), '!'.repeat(40), 'é'.repeat(40)])(
    '"%s" is none of ours',
    (value) => {
      expect(readRecord(value)).toBeUndefined()
    },
  )

  it('A18 life counts to the expiry, rounded up, and the allowance for clocks comes on top', () => {
    expect(lifeMs(markOf('a', { nowMs: NOW, expiresAtMs: NOW + 10.2 }), 5000)).toBe(5011)
    expect(lifeMs(markOf('a', { nowMs: NOW, expiresAtMs: NOW - 10 }), 5000)).toBe(5001)
  })
})

describe('what is sent', () => {
  it('A17 every SET stands before the HGET that vouches for it', () => {
    const marks = [pendingOf('a'), pendingOf('b')]
    const { commands } = commandsFor(marks, names, 'run:repl')
    expect(commands.map(([name]) => name)).toEqual(['set', 'set', 'hget'])
    expect(commands[0]).toEqual([
      'set',
      expect.stringMatching(/^holdfast:replay:[\w-]{22}$/),
      marks[0]!.record,
      'NX',
      'GET',
      'PX',
      '65000',
    ])
    expect(commands[2]).toEqual(['hget', 'holdfast:epoch', 'run:repl'])
  })

  it('A19 in a cluster mark and epoch share a tag that no request steers', () => {
    const cluster = makeKeyNames('p:', true)
    const tag = cluster.tagOf('{evil}')
    expect(cluster.tags).toContain(tag)
    expect(cluster.tags).toHaveLength(256)
    expect(cluster.mark(tag, Buffer.alloc(32, 0xff))).toBe(`p:replay:{${tag}}_____________________w`)
    expect(cluster.epoch(tag)).toBe(`p:epoch:{${tag}}`)
  })
})

describe('what the answers mean', () => {
  const other = writeRecord(markOf('other', { nowMs: NOW }))!
  const replayed = { kind: 'replayed', first: { sender: '0102030405060708', atMs: NOW } }

  it.each([
    ['nobody was there', null, EPOCH, { kind: 'settled', outcome: { kind: 'first' } }],
    ['nobody was there, no epoch: flushed', null, null, { kind: 'lost' }],
    ['nobody was there, another epoch', null, EPOCH.replace('0', 'f'), { kind: 'lost' }],
    ['somebody was there', other, EPOCH, { kind: 'settled', outcome: replayed }],
    ['somebody was there, no epoch', other, null, { kind: 'settled', outcome: replayed }],
  ])('A17 %s', (_, found, epoch, expected) => {
    expect(judge(pendingOf('a'), found, epoch, false)).toEqual(expected)
  })

  it('A17 our own record is ours: the answer to the first try was lost', () => {
    const mark = pendingOf('a')
    expect(judge(mark, mark.record, EPOCH, false)).toMatchObject({ outcome: { kind: 'first' } })
    expect(judge(mark, mark.record, null, false)).toEqual({ kind: 'lost' })
  })

  it('nothing is first under an epoch that is disowned; a replay is one all the same', () => {
    const mark = pendingOf('a')
    expect(judge(mark, null, EPOCH, true)).toEqual({ kind: 'lost' })
    expect(judge(mark, mark.record, EPOCH, true)).toEqual({ kind: 'lost' })
    expect(judge(mark, other, EPOCH, true)).toEqual({ kind: 'settled', outcome: replayed })
  })

  it.each(['junk', 7, ['x']])('a value that something else wrote is never first, and accuses nobody', (found) => {
    expect(judge(pendingOf('a'), found, EPOCH, false)).toMatchObject({ outcome: { kind: 'unavailable' } })
  })

  it.each(['OOM no', 'READONLY no', 'WRONGTYPE no', 'ERR no', 'no'])(
    'an error (%s) in either answer is never first',
    (text) => {
      expect(judge(pendingOf('a'), new Error(text), EPOCH, false).kind).toBe('trouble')
      expect(judge(pendingOf('a'), null, new Error(text), false).kind).toBe('trouble')
    },
  )

  it('the first word on a mark is the last', () => {
    const outcomes: MarkOutcome[] = []
    const mark = pendingOf('a', outcomes)
    mark.settle({ kind: 'unavailable', detail: 'late' })
    mark.settle({ kind: 'first' })
    expect(outcomes).toEqual([{ kind: 'unavailable', detail: 'late' }])
  })
})
