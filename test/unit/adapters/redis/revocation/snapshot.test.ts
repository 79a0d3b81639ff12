import { describe, expect, it } from 'vitest'
import { type Copy, differs, reachesBack } from '../../../../../src/adapters/redis/revocation/copy.ts'
import { makeMirror } from '../../../../../src/adapters/redis/revocation/mirror.ts'
import { readReplicas } from '../../../../../src/adapters/redis/revocation/shared-list.ts'
import { readSnapshot } from '../../../../../src/adapters/redis/revocation/snapshot.ts'

const LOG = ['length', 2, 'last-generated-id', '9-0', 'entries-added', 7, 'recorded-first-entry-id', '8-0']

describe('readSnapshot', () => {
  it('reads where the list stands', () => {
    expect(readSnapshot([['1800000000', '500000'], 'epoch-1', null, 3, LOG])).toEqual({
      serverMs: 1_800_000_000_500,
      epoch: 'epoch-1',
      restoring: null,
      entries: 3,
      lastId: '9-0',
      firstId: '8-0',
      changes: 7,
    })
  })

  it('a list that nothing was written to has no log', () => {
    const snapshot = readSnapshot([['1800000000', '0'], 'epoch-1', null, 0, new Error('ERR no such key')])
    expect(snapshot).toMatchObject({ lastId: '0-0', changes: 0, entries: 0 })
  })

  it.each([
    ['no epoch', [['1', '0'], null, null, 0, LOG]],
    ['an epoch of another type', [['1', '0'], new Error('WRONGTYPE'), null, 0, LOG]],
    ['entries of another type', [['1', '0'], 'epoch-1', null, new Error('WRONGTYPE'), LOG]],
    ['no time', [null, 'epoch-1', null, 0, LOG]],
    ['nothing', []],
  ])('%s: there is no list', (_name, replies) => expect(readSnapshot(replies)).toBeUndefined())
})

describe('a copy against a snapshot', () => {
  const snapshot = { serverMs: 0, epoch: 'e', restoring: null, entries: 3, lastId: '9-0', firstId: '5-0', changes: 7 }
  const copy = (changes: Partial<Copy>): Copy => ({ ...snapshot, identity: 'i', mirror: makeMirror(), ...changes })

  it('differs when it stands at the same change with other entries', () => {
    expect(differs(copy({}), snapshot)).toBe(false)
    expect(differs(copy({ entries: 4 }), snapshot)).toBe(true)
    expect(differs(copy({ changes: 6 }), snapshot)).toBe(true)
    expect(differs(copy({ entries: 4, lastId: '8-0' }), snapshot)).toBe(false)
  })

  it.each([
    ['9-0', true],
    ['5-0', true],
    ['6-3', true],
    ['4-9', false],
    ['0-0', false],
  ])('the log reaches back to %s: %s', (lastId, expected) => expect(reachesBack(snapshot, lastId)).toBe(expected))
})

describe('readReplicas', () => {
  it('knows how long each is silent, and forgets those that are gone', () => {
    const register = ['a', '1800000000000', 'b', '1799999990000', 'gone', '1799999900000', 'odd', 'x']
    expect([...readReplicas(register, ['1800000001', '0'])]).toEqual([
      ['a', 1_000],
      ['b', 11_000],
    ])
    expect(readReplicas(null, null).size).toBe(0)
  })
})
