import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Case } from '../../../../src/ledger/case/case.ts'
import { caseMarkdown, code, escaped } from '../../../../src/ledger/case/case-markdown.ts'
import { caseText } from '../../../../src/ledger/case/case-text.ts'
import { showDuration, showTime } from '../../../../src/ledger/case/show.ts'
import {
  BEARER,
  BOUND,
  firstUseBy,
  HOLDER_SENDER,
  hashOf,
  makeCaseWorld,
  refusedAs,
  START_MS,
  THIEF_SENDER,
} from './world.ts'

/** A leaked token of a CI runner: used by another workload with its own key, denied. */
async function stolen(): Promise<Case> {
  const world = makeCaseWorld()
  for (const at of [1_000, 2_000, 3_000]) world.use({ at })
  world.use({ sender: THIEF_SENDER, at: 20_000, refused: refusedAs('proof_key_mismatch') })
  await world.flush()
  await world.incident({
    atMs: START_MS + 20_000,
    counterpart: { role: 'holder', sender: HOLDER_SENDER, hash: undefined, atMs: undefined },
    foreignKey: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
  })
  return world.ask('token', BOUND.sha256)
}

/** The same proof twice by its own sender: a retry. */
async function repeated(): Promise<Case> {
  const world = makeCaseWorld()
  world.use()
  const firstUse = firstUseBy(HOLDER_SENDER, START_MS + 1_000)
  world.use({ at: 1_200, refused: refusedAs('proof_replayed', { firstUse }) })
  await world.flush()
  await world.incident({
    class: 'replayed',
    confidence: 'suspected',
    by: 'The same proof a second time, by the sender that used it first.',
    reason: 'proof_replayed',
    sender: HOLDER_SENDER,
    counterpart: { role: 'first user', sender: undefined, hash: hashOf(HOLDER_SENDER), atMs: START_MS + 1_000 },
  })
  return world.ask('token', BOUND.sha256)
}

/** An unbound bearer token of a third party from two hosts, on a route that only observes, while the ledger dropped. */
async function concurrent(): Promise<Case> {
  const world = makeCaseWorld()
  const [one, other] = ['198.51.100.7', '203.0.113.66'].map((address) => ({
    peer: undefined,
    certificate: undefined,
    address,
  }))
  for (const at of [1_000, 2_000, 4_000])
    world.use({ token: BEARER, sender: one!, at, mode: 'observe', refused: refusedAs('token_unbound') })
  world.use({ token: BEARER, sender: other!, at: 3_000, mode: 'observe', refused: refusedAs('token_unbound') })
  await world.flush()
  await world.incident(
    {
      class: 'concurrent',
      confidence: 'suspected',
      by: 'Two senders used the session in turns within the window.',
      reason: undefined,
      outcome: 'let_pass',
      sender: other!,
      counterpart: { role: 'other sender', sender: one, hash: undefined, atMs: START_MS + 2_000 },
    },
    BEARER,
  )
  await world.store.saveGap({ fromMs: START_MS + 30_000, toMs: START_MS + 35_000, dropped: 120, by: 'replica-1' })
  return world.ask('token', BEARER.sha256)
}

const CASES = { stolen, repeated, concurrent, nothing: () => makeCaseWorld().ask('token', 'f'.repeat(64)) }

describe.each(Object.entries(CASES))('the case %s', (name, make) => {
  test('as text', async () => {
    const text = caseText(await make())
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`)
    for (const line of text.split('\n'))
      expect(line.length).toBeLessThanOrEqual(line.includes('holdfast revoke') ? 200 : 120)
  })

  test('as Markdown', async () => {
    await expect(caseMarkdown(await make())).toMatchFileSnapshot(`golden/${name}.md`)
  })

  test('as JSON, and the text of what comes back is the same', async () => {
    const made = await make()
    const back = JSON.parse(JSON.stringify(made)) as Case
    expect(caseText(back)).toBe(caseText(made))
    expect(caseMarkdown(back)).toBe(caseMarkdown(made))
  })
})

describe('text of others', () => {
  const HOSTILE = [
    '\u001b[2J',
    '\u202e',
    '<script>alert(1)</script>',
    '![x](http://evil)',
    '[a](b)',
    '@everyone',
    '| x |',
    '`',
    '\n# h',
    'www.evil.com',
  ]

  test('cannot steer the terminal, and is no Markdown, HTML, link or mention', async () => {
    const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }))
    const property = fc.asyncProperty(text, text, text, async (subject, client, peer) => {
      const world = makeCaseWorld()
      world.use({ token: { ...BOUND, subject, client }, sender: { peer, certificate: peer, address: client } })
      await world.flush()
      await world.incident({
        route: subject,
        sender: { peer: subject, certificate: client, address: peer },
        counterpart: {
          role: 'holder',
          sender: { peer, certificate: client, address: subject },
          hash: undefined,
          atMs: undefined,
        },
      })
      const made = await world.ask('token', BOUND.sha256)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(caseText(made)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/)
      const markdown = caseMarkdown(made)
      const prose = markdown.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, 'CODE')
      expect(prose).not.toMatch(/<|!\[|\]\(|@|www\.|https?:/)
      expect(prose).not.toMatch(/^# /m)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  test('escaping keeps what is plain readable', () => {
    expect(escaped('build-runner 10.1.0.7, it was')).toBe('build-runner 10.1.0.7, it was')
    expect(escaped('<a>|`')).toBe('&#60;a&#62;&#124;&#96;')
    expect([code('a'), code('a`b'), code('`'), code('')]).toEqual(['`a`', '``a`b``', '`` ` ``', '`  `'])
  })
})

describe('times', () => {
  test('are those of Date, over leap years and centuries', () => {
    const anyTime = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.UTC(9999, 11, 31) })
    const property = fc.property(anyTime, (ms) => {
      expect(showTime(ms)).toBe(`${new Date(ms).toISOString().slice(0, 19)}Z`)
    })
    fc.assert(property)
  })

  test.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [19_200_000, '5 h 20 min'],
    [12 * 86_400_000, '12 d'],
    [-5, '0 s'],
  ])('%d ms is %s', (ms, text) => expect(showDuration(ms)).toBe(text))
})
