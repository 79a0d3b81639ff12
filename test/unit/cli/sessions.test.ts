import { describe, expect, test } from 'vitest'
import { command } from '../../../src/cli/sessions.ts'
import type { Page } from '../../../src/ledger/ledger-store.ts'
import { BEARER, BOUND, refusedAs } from '../ledger/case/world.ts'
import { makeLedgerWorld } from './ledger-world.ts'

async function filledWorld() {
  const world = await makeLedgerWorld()
  world.use()
  world.use({ token: BEARER })
  for (let i = 0; i < 5; i++) {
    world.use({
      token: {
        ...BOUND,
        sha256: String(i).repeat(64),
        sessionId: `sid-${i}`,
        subject: `\u001b[2J${'long'.repeat(20)}${i}`,
      },
    })
  }
  world.use({ at: 2_000, refused: refusedAs('session_idle') })
  await world.flush()
  return world
}

describe('holdfast sessions', () => {
  test('a table, how many were looked at, and nothing that a terminal obeys', async () => {
    const { code, out, err } = await (await filledWorld()).run(command, [])
    expect([code, err]).toEqual([0, ''])
    const [titles, ...lines] = out.split('\n')
    expect(titles?.split(/ {2,}/)).toEqual([
      'SESSION',
      'SUBJECT',
      'CLIENT',
      'BOUND BY',
      'USED',
      'LIVES',
      'USES',
      'SENDERS',
      'INCIDENTS',
      'STATE',
    ])
    expect(lines.filter((line) => /^[\w-]{22} /.test(line))).toHaveLength(7)
    expect(out).toContain('7 sessions; looked at 7 of about 7\n')
    expect(out).not.toContain('\u001b')
    expect(out).toMatch(/…[^ ]*long0 /)
  })

  test('filters, as the console has them', async () => {
    const world = await filledWorld()
    const unbound = await world.run(command, ['--unbound', '--json'])
    expect((JSON.parse(unbound.out) as Page).sessions.map(({ id }) => id)).toEqual([world.names.session(BEARER)])
    const stale = await world.run(command, ['--stale', '--client', String(BOUND.client)])
    expect(stale.out).toMatch(/dpop .*,stale\n/)
    expect((await world.run(command, ['--with-incidents'])).out).toMatch(/^no such session\n/)
  })

  test('pages by --cursor, each session once', async () => {
    const world = await filledWorld()
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const args = ['--json', '--limit', '3', ...(cursor === '' ? [] : [`--cursor=${cursor}`])]
      const page: { sessions: { id: string }[]; cursor: string | null } = JSON.parse(
        (await world.run(command, args)).out,
      )
      expect(page.sessions.length).toBeLessThanOrEqual(3)
      ids.push(...page.sessions.map(({ id }) => id))
      cursor = page.cursor
    }
    expect([ids.length, new Set(ids).size]).toEqual([7, 7])
    const { out } = await world.run(command, ['--limit', '3'])
    expect(out).toMatch(/there are more: add --cursor \S+ for the next page\n$/)
  })

  test.each([
    [['--limit', '0'], '--limit is no whole number'],
    [['--limit', '1001'], '--limit is no whole number'],
    [['--limit', 'x'], '--limit is no whole number'],
    [['--idle', 'x'], '--idle is no duration'],
    [['--long-lived=1w'], '--long-lived is no duration'],
    [['--subject', ''], '--subject is empty'],
    [['x'], 'unexpected argument "x"'],
  ])('%j is wrong use', async (args, message) => {
    const { code, out, err } = await (await makeLedgerWorld()).run(command, args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})
