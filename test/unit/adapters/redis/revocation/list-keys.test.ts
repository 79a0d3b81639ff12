import { describe, expect, it } from 'vitest'
import { slotOf } from '../../../../../src/adapters/redis/cluster-slots.ts'
import { listKeys, tagOf } from '../../../../../src/adapters/redis/revocation/list-keys.ts'

describe('listKeys', () => {
  it('are the documented names on a single server', () => {
    const { entries, log, replicas } = listKeys('holdfast:', false)
    expect([entries, log, replicas]).toEqual(['holdfast:revocations', 'holdfast:revocations:log', 'holdfast:replicas'])
  })

  it.each(['holdfast:', '', '{tenant}:', 'a{b'])('stand in one slot of a cluster, with the prefix %s', (prefix) => {
    const names = Object.values(listKeys(prefix, true))
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(names.map((name) => slotOf(tagOf(name) ?? name))).size).toBe(1)
    for (const name of names) expect(name.startsWith(prefix)).toBe(true)
  })

  it('keep the names of a single server where the prefix has a tag', () => {
    expect(listKeys('{tenant}:', true)).toEqual(listKeys('{tenant}:', false))
  })
})

describe('tagOf', () => {
  it.each([
    ['a{b}c', 'b'],
    ['{b}{c}', 'b'],
    ['{{b}', '{b'],
    ['abc', undefined],
    ['a{b', undefined],
    ['a}b{c', undefined],
    ['{}{b}', undefined],
  ])('%s: %s', (key, tag) => expect(tagOf(key)).toBe(tag))
})
