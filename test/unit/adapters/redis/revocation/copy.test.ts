import { describe, expect, it } from 'vitest'
import type { LoggedChange } from '../../../../../src/adapters/redis/revocation/change.ts'
import { applyChanges, type Changes, type Copy } from '../../../../../src/adapters/redis/revocation/copy.ts'
import { makeMirror } from '../../../../../src/adapters/redis/revocation/mirror.ts'
import { toRawEntry } from '../../../../../src/revocations/raw-entry.ts'
import { NOW, QUERY, revocation } from '../../../../contract/revocation-list-cases.ts'

const textOf = (id: string, changes = {}): string =>
  JSON.stringify(toRawEntry(revocation('session', 'sid-1', { id, ...changes })))
const ended = { expiresAtSeconds: NOW - 1 }
const added = (id: string, text = textOf(id)): LoggedChange => ({ streamId: '5-0', change: { op: 'add', id, text } })
const removed = (...ids: string[]): LoggedChange => ({ streamId: '5-0', change: { op: 'remove', ids } })

/** A copy that was read with these entries in it, and the changes then applied. */
function apply(read: readonly (readonly [id: string, text: string])[], logged: LoggedChange[], changes: Changes): Copy {
  const mirror = makeMirror(read.length)
  for (const [id, text] of read) mirror.put(id, text, NOW)
  const copy: Copy = { mirror, identity: 'i', epoch: 'e', lastId: '4-0', changes: 4, entries: read.length }
  applyChanges(copy, logged, { nowMs: () => NOW * 1000, refused: () => {} }, changes)
  return copy
}

describe('a change that the entries may show already', () => {
  it.each<[string, string, LoggedChange[], number]>([
    ['an entry that was read', textOf('a'), [added('a')], 1],
    ['an entry that had ended', textOf('a', ended), [added('a', textOf('a', ended))], 1],
    ['an entry that is malformed', 'oops', [added('a', 'oops')], 1],
    ['another one', textOf('a'), [added('b')], 2],
    ['one that was read goes', textOf('a'), [removed('a')], 0],
    ['an ended one goes', textOf('a', ended), [removed('a')], 0],
    ['a malformed one goes', 'oops', [removed('a')], 0],
    ['one goes that was never read', textOf('a'), [removed('b')], 1],
    ['it comes and goes', textOf('a'), [added('b'), removed('b', 'c')], 1],
    ['it goes and comes back', textOf('a'), [removed('a'), added('a')], 1],
  ])('E is counted once: %s', (_name, text, logged, entries) => {
    const copy = apply([['a', text]], logged, 'overlapping')
    expect(copy.entries).toBe(entries)
    expect([copy.lastId, copy.changes]).toEqual(['5-0', 4 + logged.length])
  })

  it('E a new change is counted as it was logged: that is how a change without its log is seen', () => {
    expect(apply([['a', textOf('a')]], [added('b')], 'new').entries).toBe(2)
    expect(apply([['a', textOf('a')]], [removed('b')], 'new').entries).toBe(0)
  })
})

describe('the mirror', () => {
  it('E knows what stands under an id, malformed and ended entries included, until it is dropped', () => {
    const mirror = makeMirror()
    const texts = { good: textOf('good'), ended: textOf('ended', ended), odd: 'oops' }
    for (const [id, text] of Object.entries(texts)) mirror.put(id, text, NOW)
    for (const id of Object.keys(texts)) {
      expect(mirror.has(id)).toBe(true)
      mirror.drop(id)
      expect(mirror.has(id)).toBe(false)
    }
    expect(mirror.has('never')).toBe(false)
  })

  it('E an entry that comes again mended is not counted as malformed', () => {
    const mirror = makeMirror()
    mirror.put('a', 'oops', NOW)
    expect(mirror.refused.size).toBe(1)
    mirror.put('a', textOf('a'), NOW)
    expect(mirror.refused.size).toBe(0)
    expect(mirror.index.find(QUERY, NOW).kind).toBe('revoked')
  })
})
