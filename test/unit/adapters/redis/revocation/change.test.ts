import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addCommands,
  readLogged,
  removeCommands,
  streamIn,
} from '../../../../../src/adapters/redis/revocation/change.ts'
import { listKeys } from '../../../../../src/adapters/redis/revocation/list-keys.ts'
import { readText } from '../../../../../src/adapters/redis/revocation/mirror.ts'
import { revocation } from '../../../../contract/revocation-list-cases.ts'

const keys = listKeys('holdfast:', false)
const NOTE = { by: 'ada', why: undefined, atSeconds: 1_800_000_000 }
/** What XADD was given after `*`. */
const fieldsOf = (command: readonly string[] | undefined): string[] => [...(command ?? [])].slice(6)

describe('a change in the log', () => {
  it('is read as it was written', () => {
    const entry = revocation('session', 'sid-1', { why: 'a "quoted" word\nand a line', by: 'ada' })
    const fields = fieldsOf(addCommands(keys, entry).at(-1))
    const [logged] = readLogged([['5-0', fields]])
    expect(logged).toMatchObject({ streamId: '5-0', change: { op: 'add', id: entry.id } })
    const text = logged?.change?.op === 'add' ? logged.change.text : ''
    expect(readText(entry.id, text)).toEqual({ ok: true, value: entry })
  })

  it('that takes several back names all of them', () => {
    const fields = fieldsOf(removeCommands(keys, ['a', 'b', 'why'], NOTE).at(-1))
    expect(readLogged([['5-0', fields]])).toEqual([
      { streamId: '5-0', change: { op: 'remove', ids: ['a', 'b', 'why'] } },
    ])
  })

  it('the entry and its log are written together, and the log is bounded', () => {
    const names = addCommands(keys, revocation('session', 's')).map(([name, key]) => `${name} ${key}`)
    expect(names).toEqual([`set ${keys.epoch}`, `hset ${keys.entries}`, `xadd ${keys.log}`])
    expect(addCommands(keys, revocation('session', 's')).at(-1)).toEqual(
      expect.arrayContaining(['maxlen', '~', '100000']),
    )
  })

  it.each([
    ['nothing', []],
    ['one field too few', ['op', 'add', 'id']],
    ['an id in the place of a name', ['id', 'op', 'add', 'entry']],
    ['an unknown operation', ['op', 'flush', 'id', 'a']],
  ])('of %s is none', (_name, fields) => {
    expect(readLogged([['5-0', fields]])).toEqual([{ streamId: '5-0', change: undefined }])
  })

  it('any answer is read without an error', () => {
    const reply = fc.letrec((tie) => ({
      any: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(tie('any'), { maxLength: 4 })),
    })).any as fc.Arbitrary<never>
    fc.assert(
      fc.property(reply, (answer) => {
        expect(Array.isArray(readLogged(answer))).toBe(true)
        expect(Array.isArray(readLogged(streamIn(answer, 'key')))).toBe(true)
      }),
    )
  })

  it('XREAD that waited in vain, and one that did not', () => {
    expect(readLogged(streamIn(null, 'key'))).toEqual([])
    expect(readLogged(streamIn([['key', [['5-0', ['op', 'remove', 'id', 'a']]]]], 'key'))).toHaveLength(1)
  })

  it('XREAD of two streams: each has its own, also where the other has nothing', () => {
    const both = [
      ['log', [['5-0', ['op', 'remove', 'id', 'a']]]],
      ['asked', [['6-0', []]]],
    ]
    expect(streamIn(both, 'log')).toEqual([['5-0', ['op', 'remove', 'id', 'a']]])
    expect(streamIn(both.slice(1), 'log')).toBeNull()
    expect(streamIn(both.slice(1), 'asked')).toEqual([['6-0', []]])
  })
})
