import { describe, expect, test } from 'vitest'
import type { VerifiedToken } from '../../../src/check/token/verified-token.ts'
import { listSessions, parseSessionFilter, SWITCH_FILTERS, VALUE_FILTERS } from '../../../src/ledger/inventory.ts'
import type { LedgerStore } from '../../../src/ledger/ledger-store.ts'
import { BEARER, BOUND, ISSUER, makeCaseWorld, RUNNER, refusedAs, START_MS, THIEF, THIEF_SENDER } from './case/world.ts'

const NOW_MS = START_MS + 120_000
const OPTIONS = { cursor: undefined, limit: 100, withinMs: 1_000, nowMs: NOW_MS }

function token(sessionId: string, changes: Partial<VerifiedToken> = {}): VerifiedToken {
  return { ...BOUND, sha256: sessionId.padStart(64, '0'), sessionId, tokenId: sessionId, ...changes }
}

const SESSIONS: Readonly<Record<string, VerifiedToken>> = {
  usual: BOUND,
  bearer: BEARER,
  ended: token('ended', { expiresAtSeconds: START_MS / 1000 + 60 }),
  late: token('late', { expiresAtSeconds: START_MS / 1000 + 1 }),
  tooOld: token('tooOld'),
  longLived: token('longLived', { expiresAtSeconds: START_MS / 1000 + 86_400 }),
  revoked: token('revoked'),
  foreign: token('foreign', {
    issuer: 'https://other.example.com',
    subject: 'other',
    client: 'other',
    holder: undefined,
  }),
}

async function filledWorld(wrap: (store: LedgerStore) => LedgerStore = (store) => store) {
  const world = makeCaseWorld()
  for (const name of ['usual', 'bearer', 'ended', 'longLived', 'foreign'] as const) {
    world.use({ token: SESSIONS[name]!, ...(name === 'foreign' ? { sender: THIEF_SENDER } : {}) })
  }
  world.use({ token: SESSIONS['late']!, at: 3_000 })
  world.use({ token: SESSIONS['tooOld']!, refused: refusedAs('session_too_old') })
  world.use({
    token: SESSIONS['revoked']!,
    refused: refusedAs('revoked', { revocation: { id: 'rv', kind: 'session' } }),
  })
  world.use({ token: BOUND, at: 100_000 })
  await world.flush()
  await world.incident({}, SESSIONS['foreign'])
  const nameOf = new Map(Object.entries(SESSIONS).map(([name, one]) => [world.names.session(one), name]))
  return {
    async list(given: Readonly<Record<string, string>>, options = OPTIONS) {
      const filter = parseSessionFilter(given, world.names)
      if (!filter.ok) throw new Error(filter.error)
      const page = await listSessions(wrap(world.store), filter.value, options)
      if (!page.ok) throw new Error(page.detail)
      return { ...page.value, names: page.value.sessions.map(({ id }) => nameOf.get(id)).sort() }
    },
  }
}

const ALL = Object.keys(SESSIONS).sort()

describe('filters of the inventory', () => {
  test.each([
    [{}, ALL],
    [{ unbound: '1' }, ['bearer']],
    [{ unbound: '0' }, ALL],
    [{ unbound: '' }, ALL],
    [{ stale: '1' }, ['late', 'tooOld']],
    [{ alive: 'on' }, ['bearer', 'foreign', 'longLived', 'tooOld', 'usual']],
    [{ revoked: '1' }, ['revoked']],
    [{ 'with-incidents': '1' }, ['foreign']],
    [{ 'long-lived': '2h' }, ['longLived']],
    [{ idle: '1m', alive: '1' }, ['bearer', 'foreign', 'longLived', 'tooOld']],
    [{ issuer: 'https://other.example.com' }, ['foreign']],
    [{ subject: 'other' }, ['foreign']],
    [{ client: 'other', issuer: ISSUER }, []],
    [{ workload: THIEF }, ['foreign']],
    [{ workload: RUNNER, stale: '1' }, ['late', 'tooOld']],
    [{ route: 'payments', unbound: '1' }, ['bearer']],
    [{ route: 'another' }, []],
    [{ cursor: 'x', page: '2' }, ALL],
  ])('%j', async (given, names) => {
    const page = await (await filledWorld()).list(given)
    expect(page.names).toEqual(names)
    expect(page.cursor).toBeUndefined()
  })

  test.each([
    ['long-lived', '90'],
    ['idle', '1w'],
    ['idle', '-1s'],
    ['idle', '0s'],
  ])('%s %s is no duration', (name, text) => {
    expect(parseSessionFilter({ [name]: text }, { subject: String })).toEqual({
      ok: false,
      error: `${name} is no duration such as 90s, 15m, 8h or 30d`,
    })
  })

  test('a hashed subject is compared by its hash', () => {
    const filter = parseSessionFilter({ subject: 'ada' }, { subject: (subject) => `hashed:${subject}` })
    expect(filter).toMatchObject({ ok: true, value: { by: { relation: 'subject', value: 'hashed:ada' } } })
  })

  test('each name is used once', () => {
    const names = [...SWITCH_FILTERS, ...VALUE_FILTERS]
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('pages', () => {
  test('go on from their cursor until all were seen, each once', async () => {
    const world = await filledWorld()
    const seen: (string | undefined)[] = []
    let cursor: string | undefined
    do {
      const page = await world.list({}, { ...OPTIONS, limit: 3, cursor: cursor as undefined })
      expect(page.sessions.length).toBeLessThanOrEqual(3)
      seen.push(...page.names)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(seen.sort()).toEqual(ALL)
  })

  test('an index that holds all is enough; one that does not is not trusted', async () => {
    let walked = 0
    const counting = (more: boolean) => (store: LedgerStore) => ({
      ...store,
      async sessionsBy(...args: Parameters<LedgerStore['sessionsBy']>) {
        const read = await store.sessionsBy(...args)
        return read.ok ? { ok: true as const, value: { ...read.value, more } } : read
      },
      page(wish: Parameters<LedgerStore['page']>[0]) {
        walked++
        return store.page(wish)
      },
    })
    const whole = await (await filledWorld(counting(false))).list({ subject: 'other' })
    expect([whole.names, whole.looked, walked]).toEqual([['foreign'], 1, 0])
    const cutOff = await (await filledWorld(counting(true))).list({ subject: 'other' })
    expect([cutOff.names, walked]).toEqual([['foreign'], 1])
  })

  test('more than a page from an index are walked, so that there is a next page', async () => {
    const page = await (await filledWorld()).list({ issuer: ISSUER }, { ...OPTIONS, limit: 2 })
    expect(page.sessions).toHaveLength(2)
    expect(page.cursor).toBeDefined()
  })
})
