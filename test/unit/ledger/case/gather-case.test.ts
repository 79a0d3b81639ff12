import { describe, expect, test } from 'vitest'
import { makeMemoryLedger } from '../../../../src/adapters/memory/memory-ledger.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import type { LedgerStore } from '../../../../src/ledger/ledger-store.ts'
import {
  BEARER,
  BOUND,
  HOLDER_SENDER,
  ISSUER,
  makeCaseWorld,
  RUNNER,
  refusedAs,
  START_MS,
  THIEF,
  THIEF_SENDER,
} from './world.ts'

const BOUNDS = { retentionSeconds: 86_400, maxSessions: 1_000, maxIncidents: 1_000 }
const KEY = String(BOUND.confirmation.jkt)

function sibling(n: number, changes: Partial<VerifiedToken> = {}): VerifiedToken {
  const sha256 = String(n).padStart(64, '0')
  return { ...BOUND, sha256, sessionId: `sid-${n}`, tokenId: `jti-${n}`, ...changes }
}

describe('what a case is found by', () => {
  test.each([
    ['token', BOUND.sha256],
    ['jti', 'jti-of-the-runner'],
    ['session', 'sid-of-the-runner'],
    ['session', 'jti-of-the-runner'],
    ['session', BOUND.sha256],
    ['key', KEY],
    ['certificate', 'cert-of-runner'],
    ['peer', RUNNER],
    ['workload', RUNNER],
    ['subject', String(BOUND.subject)],
    ['client', String(BOUND.client)],
    ['issuer', ISSUER],
    ['address', HOLDER_SENDER.address],
  ] as const)('%s %s', async (kind, value) => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    const made = await world.ask(kind, value)
    expect(made.sessions.map(({ id }) => id)).toEqual([world.names.session(BOUND)])
    expect(made.searched.some(({ found }) => found > 0)).toBe(true)
    expect((await world.ask(kind, `${value}x`)).finding.name).toBe('nothing known')
  })

  test('a session by the name that the ledger gives it, a token too', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    expect((await world.ask('session', world.names.session(BOUND))).sessions).toHaveLength(1)
    expect((await world.ask('token', world.names.token(BOUND.sha256))).sessions).toHaveLength(1)
  })

  test('a decision, by its incident, and from there the session', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    const { decisionId } = await world.incident()
    const made = await world.ask('decision', String(decisionId))
    expect([made.sessions.length, made.incidents.length]).toEqual([1, 1])
  })

  test('the key of a thief leads to the session that it was used with', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    const foreignKey = 'k'.repeat(43)
    await world.incident({ foreignKey })
    const made = await world.ask('key', foreignKey)
    expect(made.sessions.map(({ id }) => id)).toEqual([world.names.session(BOUND)])
    expect(made.finding.name).toBe('stolen')
  })

  test('hashed subjects are found by their name all the same, and the case does not show it', async () => {
    const world = makeCaseWorld({ hashSubjects: true })
    world.use()
    await world.flush()
    const { asked, ...made } = await world.ask('subject', String(BOUND.subject))
    expect(asked.value).toBe(BOUND.subject)
    expect(made.sessions).toHaveLength(1)
    expect(JSON.stringify(made)).not.toContain(BOUND.subject)
    expect(made.missing.join(' ')).toContain('only who knows its name can revoke it')
  })

  test('jti without its issuer: every issuer is tried, and two that have it are told', async () => {
    const world = makeCaseWorld()
    const other = 'https://other.example.com'
    world.use()
    world.use({ token: { ...BOUND, sha256: 'c'.repeat(64), issuer: other } })
    await world.flush()
    const both = await world.ask('jti', String(BOUND.tokenId), { issuers: [ISSUER, other] })
    expect(both.sessions).toHaveLength(2)
    expect(both.missing).toContain('A jti is only unique with its issuer, and 2 issuers have this one.')
    const one = await world.ask('jti', String(BOUND.tokenId), { issuers: [ISSUER, other], issuer: other })
    expect(one.sessions.map(({ issuer }) => issuer)).toEqual([other])
    expect(one.missing).toEqual([])
  })

  test('a subject of another issuer is another one', async () => {
    const world = makeCaseWorld()
    const other = 'https://other.example.com'
    world.use()
    world.use({
      token: sibling(1, {
        issuer: other,
        confirmation: { jkt: 'x'.repeat(43), x5tS256: undefined },
        client: 'x',
        holder: undefined,
      }),
      sender: THIEF_SENDER,
    })
    await world.flush()
    const made = await world.ask('subject', String(BOUND.subject), { issuer: ISSUER })
    expect(made.sessions.map(({ issuer }) => issuer)).toEqual([ISSUER])
    expect(made.alive.map(({ session }) => session.issuer)).toEqual([ISSUER])
  })
})

describe('what else is alive', () => {
  test('by key, subject, client and workload; not what ended or was revoked', async () => {
    const world = makeCaseWorld()
    const otherKey = { jkt: 'x'.repeat(43), x5tS256: undefined }
    world.use()
    world.use({ token: sibling(1) })
    world.use({
      token: sibling(2, { confirmation: otherKey, client: 'another', holder: undefined }),
      sender: THIEF_SENDER,
    })
    world.use({ token: sibling(3, { expiresAtSeconds: START_MS / 1000 + 10 }) })
    const revocation = { id: 'rv-1', kind: 'session' } as const
    world.use({ token: sibling(4), refused: refusedAs('revoked', { revocation }) })
    world.use({
      token: sibling(5, { confirmation: otherKey, client: 'foreign', subject: 'foreign', holder: undefined }),
      sender: THIEF_SENDER,
    })
    await world.flush()
    const made = await world.ask('token', BOUND.sha256)
    const alive = Object.fromEntries(made.alive.map(({ session, by }) => [session.id, by]))
    expect(alive).toEqual({
      [world.names.session(BOUND)]: ['session', 'key', 'subject', 'client', 'workload'],
      [world.names.session(sibling(1))]: ['key', 'subject', 'client', 'workload'],
      [world.names.session(sibling(2))]: ['subject'],
    })
    expect(made.aliveMore).toBe(false)
  })

  test('a revoked session that passed again since is alive', async () => {
    const world = makeCaseWorld()
    const revocation = { id: 'rv-1', kind: 'session' } as const
    world.use({ refused: refusedAs('revoked', { revocation }) })
    world.use({ at: 2_000 })
    await world.flush()
    expect((await world.ask('token', BOUND.sha256)).alive).toHaveLength(1)
  })

  test('more than fit are said to be more', async () => {
    const world = makeCaseWorld()
    world.use()
    for (let i = 0; i < 250; i++) world.use({ token: sibling(i) })
    await world.flush()
    const made = await world.ask('token', BOUND.sha256)
    expect(made.alive.length).toBeLessThanOrEqual(200)
    expect(made.aliveMore).toBe(true)
    expect(made.commands.find(({ command }) => command.includes(' key '))?.cutsOff).toContain('at least')
  })
})

describe('what is missing is said', () => {
  test('gaps of the ledger in the time of the case, not those before it', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    await world.store.saveGap({ fromMs: START_MS - 9_000, toMs: START_MS - 8_000, dropped: 1, by: 'a' })
    expect((await world.ask('token', BOUND.sha256)).missing).toEqual([])
    await world.store.saveGap({ fromMs: START_MS + 3_000, toMs: START_MS + 9_000, dropped: 7, by: 'a' })
    const made = await world.ask('token', BOUND.sha256)
    expect(made.missing).toEqual([
      'The ledger has a gap from 2027-01-15T08:00:03Z to 2027-01-15T08:00:09Z: 7 events not written.',
    ])
    expect(made.timeline.some(({ what }) => what === 'The ledger dropped 7 events')).toBe(true)
    expect((await world.ask('jti', 'of-nobody')).missing).toHaveLength(3)
  })

  test('lists that overflowed, and incidents that are no longer kept', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    const before = await world.sessionOf()
    await world.store.saveSessions([
      {
        ...before,
        uses: 0,
        senders: [],
        routes: [],
        verdicts: {},
        sendersOmitted: 3,
        routesOmitted: 1,
        incidents: ['gone'],
        incidentCount: 1,
      },
    ])
    const { missing } = await world.ask('token', BOUND.sha256)
    expect(missing).toEqual([
      '3 uses came from senders that no longer fit the list of senders.',
      '1 use went to routes that no longer fit the list of routes.',
      'Incidents of these sessions happened that are no longer kept.',
    ])
  })

  test('a case that begins before the retention', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    const made = await world.ask('token', BOUND.sha256, { retentionSeconds: 30, nowMs: START_MS + 60_000 })
    expect(made.missing).toEqual([
      'Incidents before 2027-01-15T08:00:30Z are no longer kept, and the case begins earlier.',
    ])
  })

  test('an incident whose session is gone', async () => {
    const world = makeCaseWorld()
    await world.incident()
    const made = await world.ask('token', BOUND.sha256)
    expect(made.finding).toMatchObject({ name: 'stolen', accuses: true })
    expect(made.missing.join(' ')).toContain('no longer kept, or was never written')
    expect(made.commands.map(({ command }) => command)).toEqual([`holdfast revoke workload ${THIEF}`])
  })

  test('an incident without a verified token', async () => {
    const world = makeCaseWorld()
    const { decisionId } = await world.incident({ session: undefined, token: undefined })
    const made = await world.ask('decision', String(decisionId))
    expect(made.missing.join(' ')).toContain('No token was verified')
  })

  test('entries that cannot be read are counted', async () => {
    const real = makeMemoryLedger(BOUNDS, () => START_MS)
    const store: LedgerStore = {
      ...real,
      async sessionsBy(relative, limit) {
        const read = await real.sessionsBy(relative, limit)
        return read.ok ? { ok: true, value: { ...read.value, corrupt: relative.relation === 'token' ? 2 : 0 } } : read
      },
    }
    const world = makeCaseWorld({ store })
    world.use()
    await world.flush()
    expect((await world.ask('token', BOUND.sha256)).missing).toEqual(['2 entries could not be read: left out.'])
  })

  test('a bearer token that names nobody: who came first is taken for its holder, and that is said', async () => {
    const world = makeCaseWorld()
    world.use({ token: BEARER })
    world.use({ token: BEARER, sender: THIEF_SENDER, at: 2_000 })
    await world.flush()
    await world.incident({ class: 'stale', confidence: 'suspected', reason: 'session_too_old' }, BEARER)
    const made = await world.ask('token', BEARER.sha256)
    expect(made.finding).toMatchObject({ name: 'stale use', accuses: true })
    expect(made.missing.join(' ')).toContain('who used it first is taken for the holder')
  })

  test('a ledger that cannot be read is no case', async () => {
    const store: LedgerStore = {
      ...makeMemoryLedger(BOUNDS, () => START_MS),
      gaps: async () => ({ ok: false, detail: 'no connection' }),
    }
    await expect(makeCaseWorld({ store }).ask('token', BOUND.sha256)).rejects.toThrow('no connection')
  })
})
