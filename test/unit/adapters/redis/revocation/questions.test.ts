import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeAnswering } from '../../../../../src/adapters/redis/revocation/answering.ts'
import type { ListConnection } from '../../../../../src/adapters/redis/revocation/list-connection.ts'
import { listKeys } from '../../../../../src/adapters/redis/revocation/list-keys.ts'
import {
  answerCommands,
  askCommands,
  type Question,
  readQuestions,
  readReach,
} from '../../../../../src/adapters/redis/revocation/questions.ts'
import type { Reach } from '../../../../../src/check/revocation/revocation.ts'
import { revocation } from '../../../../contract/revocation-list-cases.ts'

const keys = listKeys('holdfast:', false)
const REACH: Reach = { matched: 1, live: 2, watchedSeconds: 3 }
/** What XADD was given after `*`. */
const fieldsOf = (command: readonly string[] | undefined): string[] => [...(command ?? [])].slice(6)

describe('a question', () => {
  const named = revocation('subject', 'ada', { why: 'a dismissal', by: 'grace' })

  it('is read as it was asked, without who asked and why', () => {
    const commands = askCommands(keys, named)
    const [question] = readQuestions([['5-0', fieldsOf(commands[0])]])
    expect(question).toEqual({ streamId: '5-0', revocation: { ...named, why: undefined, by: undefined } })
    expect(JSON.stringify(commands)).not.toMatch(/dismissal|grace/)
  })

  it('stands in a bounded stream of its own, and expires', () => {
    expect(askCommands(keys, named).map((command) => command.slice(0, 5))).toEqual([
      ['xadd', 'holdfast:revocations:asked', 'maxlen', '~', '100'],
      ['pexpire', 'holdfast:revocations:asked', '10000'],
    ])
  })

  it.each<[string, string[]]>([
    ['nothing', []],
    ['an entry that is malformed', ['id', 'a', 'entry', 'oops']],
    ['an entry of another id', ['id', 'another', 'entry', fieldsOf(askCommands(keys, named)[0])[3] ?? '']],
    ['other names', ['op', 'a', 'entry', '{}']],
    ['more than there is', [...fieldsOf(askCommands(keys, named)[0]), 'x', 'y']],
  ])('of %s has its place in the stream, and no revocation', (_name, fields) => {
    expect(readQuestions([['5-0', fields]])).toEqual([{ streamId: '5-0', revocation: undefined }])
  })

  it('any answer of the server is read without an error', () => {
    const reply = fc.letrec((tie) => ({
      any: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(tie('any'), { maxLength: 5 })),
    })).any as fc.Arbitrary<never>
    fc.assert(
      fc.property(reply, (answer) => {
        expect(Array.isArray(readQuestions(answer))).toBe(true)
      }),
    )
  })
})

describe('an answer', () => {
  it('is read as it was given, and expires', () => {
    const [set, expire] = answerCommands(keys, '5-0', 'web-1', { ...REACH, watchedSeconds: 3.7 })
    expect(set?.slice(0, 3)).toEqual(['hset', 'holdfast:revocations:asked:5-0', 'web-1'])
    expect(readReach(set?.[3] ?? null)).toEqual(REACH)
    expect(expire).toEqual(['pexpire', 'holdfast:revocations:asked:5-0', '10000'])
  })

  it.each([
    null,
    5,
    '',
    '1 2',
    '1 2 3 4',
    '-1 2 3',
    '1.5 2 3',
    'a b c',
    '3 2 1',
    '1  2 3',
    ' 1 2 3',
    '1 2 3\n',
    '1e1 20 3',
  ])('is none: %j', (text) => expect(readReach(text)).toBeUndefined())
})

describe('answering', () => {
  const ask = (i: number): Question => ({ streamId: `${i}-0`, revocation: revocation('subject', 'ada') })

  function world(reachOf: () => Promise<Reach>) {
    const sent: string[] = []
    const transact: ListConnection['transact'] = async (commands) => {
      sent.push(String(commands[0]?.[1]).slice('holdfast:revocations:asked:'.length))
      return []
    }
    return { sent, answering: makeAnswering({ transact } as ListConnection, keys, 'web-1', reachOf) }
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('is in turn, and leaves out what is no question', async () => {
    const { sent, answering } = world(async () => REACH)
    answering.take([ask(1), { streamId: '2-0', revocation: undefined }, ask(3)])
    await settled()
    expect(sent).toEqual(['1-0', '3-0'])
  })

  it('goes on after one that could not be answered', async () => {
    let first = true
    const { sent, answering } = world(async () => {
      if (!first) return REACH
      first = false
      throw new Error('a fault')
    })
    answering.take([ask(1), ask(2)])
    await settled()
    expect(sent).toEqual(['2-0'])
  })

  it('is bounded: of a thousand at once sixteen, and later ones again', async () => {
    const { sent, answering } = world(async () => REACH)
    answering.take(Array.from({ length: 1_000 }, (_, i) => ask(i)))
    await settled()
    expect(sent).toHaveLength(16)
    answering.take([ask(2_000)])
    await settled()
    expect(sent.at(-1)).toBe('2000-0')
  })
})
