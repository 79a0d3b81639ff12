import { describe, expect, test } from 'vitest'
import type { Revocation, RevocationKind, RevocationList } from '../../../../src/check/revocation/revocation.ts'
import { buildRevocationIndex } from '../../../../src/check/revocation/revocation-index.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { caseMarkdown } from '../../../../src/ledger/case/case-markdown.ts'
import { caseText } from '../../../../src/ledger/case/case-text.ts'
import { makeIdentifiers } from '../../../../src/ledger/identifiers.ts'
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

const KEY = String(BOUND.confirmation.jkt)
const CERTIFICATE = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
const START_SECONDS = START_MS / 1000
/** Of `world.ask`. */
const NOW_MS = START_MS + 60_000

function entry(kind: RevocationKind, value: string, changes: Partial<Revocation> = {}): Revocation {
  return {
    id: `rv-${kind}`,
    kind,
    value,
    issuer: undefined,
    issuedBeforeSeconds: START_SECONDS + 30,
    expiresAtSeconds: undefined,
    why: undefined,
    by: undefined,
    atSeconds: START_SECONDS + 30,
    ...changes,
  }
}

function listOf(...entries: readonly Revocation[]): RevocationList {
  return buildRevocationIndex(entries, START_SECONDS)
}

async function usedBy(...tokens: readonly VerifiedToken[]) {
  const world = makeCaseWorld()
  for (const token of tokens) world.use({ token })
  await world.flush()
  return world
}

const ofIssuer = { issuer: ISSUER }
const ofAnother = { issuer: 'https://other.example.com' }
const WITH_CERTIFICATE = { ...BOUND, confirmation: { jkt: undefined, x5tS256: CERTIFICATE } }
const BY_HASH = { ...BEARER, tokenId: undefined }

describe('what the list cuts off is not alive', () => {
  test.each([
    ['a session by its sid', BOUND, entry('session', 'sid-of-the-runner')],
    ['a session by its sid and issuer', BOUND, entry('session', 'sid-of-the-runner', ofIssuer)],
    ['a token without sid by its jti', BEARER, entry('token', 'jti-of-the-bearer', ofIssuer)],
    ['a token without sid and jti by its hash', BY_HASH, entry('token', BY_HASH.sha256)],
    ['the only token of a session, which was asked for', BOUND, entry('token', BOUND.sha256)],
    ['the subject', BOUND, entry('subject', String(BOUND.subject), ofIssuer)],
    ['the client', BOUND, entry('client', String(BOUND.client))],
    ['the key', BOUND, entry('key', KEY)],
    ['the certificate it is bound to', WITH_CERTIFICATE, entry('certificate', CERTIFICATE)],
    ['the workload that holds it', BOUND, entry('workload', RUNNER)],
    ['a prefix of the workload', BOUND, entry('workload', 'spiffe://example.org/ns/ci/*')],
    ['the trust domain of the workload', BOUND, entry('trust-domain', 'example.org')],
    ['the issuer', BOUND, entry('issuer', ISSUER)],
  ])('%s', async (_, token, revocation) => {
    const world = await usedBy(token)
    const made = await world.ask('token', token.sha256, { revocations: listOf(revocation) })
    expect(made.sessions).toHaveLength(1)
    expect(made.alive).toEqual([])
    expect(made.commands).toEqual([])
    expect(made.revoked).toEqual([{ id: revocation.id, kind: revocation.kind, atMs: NOW_MS, inForce: true }])
  })

  test.each([
    ['another session', BOUND, entry('session', 'sid-of-another')],
    ['a session of another issuer', BOUND, entry('session', 'sid-of-the-runner', ofAnother)],
    ['another token', BEARER, entry('token', 'jti-of-another', ofIssuer)],
    ['a jti of another issuer', BEARER, entry('token', 'jti-of-the-bearer', ofAnother)],
    ['another hash', BY_HASH, entry('token', 'c'.repeat(64))],
    ['a subject of another issuer', BOUND, entry('subject', String(BOUND.subject), ofAnother)],
    ['another key', BOUND, entry('key', CERTIFICATE)],
    ['the certificate of another', WITH_CERTIFICATE, entry('certificate', KEY)],
    ['another workload', BOUND, entry('workload', `${RUNNER}-2`)],
    ['another trust domain', BOUND, entry('trust-domain', 'example.com')],
    ['another issuer', BOUND, entry('issuer', ofAnother.issuer)],
    ['a token that was issued since', BOUND, entry('key', KEY, { issuedBeforeSeconds: START_SECONDS - 1 })],
    ['an entry that has ended', BOUND, entry('key', KEY, { expiresAtSeconds: START_SECONDS + 59 })],
  ])('not by %s', async (_, token, revocation) => {
    const world = await usedBy(token)
    const made = await world.ask('token', token.sha256, { revocations: listOf(revocation) })
    expect(made.alive).toHaveLength(1)
    expect(made.commands.length).toBeGreaterThan(0)
    expect([made.revoked, made.missing]).toEqual([[], []])
  })

  test('one of those that hang together with it: it is left out, and its entry is told', async () => {
    const sibling = { ...BOUND, sha256: 'a'.repeat(64), sessionId: 'sid-2', tokenId: 'jti-2' }
    const world = await usedBy(BOUND, sibling)
    const revocations = listOf(entry('session', 'sid-2', ofIssuer))
    const made = await world.ask('token', BOUND.sha256, { revocations })
    expect(made.alive.map(({ session }) => session.id)).toEqual([world.names.session(BOUND)])
    expect(made.revoked).toMatchObject([{ id: 'rv-session', inForce: true }])
    expect(made.commands.find(({ command }) => command.includes(' key '))?.cutsOff).toContain(': 1 session ')
  })

  test('an entry for each kind is told, once', async () => {
    const world = await usedBy(BOUND)
    const revocations = listOf(entry('key', KEY), entry('session', 'sid-of-the-runner'), entry('issuer', ISSUER))
    const made = await world.ask('token', BOUND.sha256, { revocations })
    expect(made.revoked.map(({ kind }) => kind).sort()).toEqual(['issuer', 'key', 'session'])
  })

  test('thousands of them are told up to a bound, those of the session itself first', async () => {
    const others = Array.from({ length: 150 }, (_, i) => ({
      ...BOUND,
      sha256: `${i}`.padStart(64, '0'),
      sessionId: `${i}`,
    }))
    const world = await usedBy(...others, BOUND)
    const entries = others.map(({ sessionId }) => entry('session', sessionId, { id: `rv-${sessionId}` }))
    const revocations = listOf(...entries, entry('session', 'sid-of-the-runner', { id: 'rv-own' }))
    const made = await world.ask('token', BOUND.sha256, { revocations })
    expect([made.revoked.length, made.revoked[0]?.id]).toEqual([100, 'rv-own'])
  })
})

describe('a revocation of who brought it', () => {
  async function forwarded(revocations?: RevocationList) {
    const world = makeCaseWorld()
    world.use()
    world.use({ sender: THIEF_SENDER, at: 5_000, refused: refusedAs('peer_mismatch') })
    await world.flush('verdicts')
    return world.ask('token', BOUND.sha256, { revocations })
  }
  const ofThief = `holdfast revoke workload ${THIEF}`

  test('is told, leaves the session alive, and is not advised again', async () => {
    const made = await forwarded(listOf(entry('workload', THIEF)))
    expect(made.alive).toHaveLength(1)
    expect(made.revoked).toMatchObject([{ id: 'rv-workload', kind: 'workload', inForce: true }])
    expect(made.commands.map(({ command }) => command)).not.toContain(ofThief)
    expect(made.commands.length).toBeGreaterThan(0)
  })

  test('is advised where it does not stand', async () => {
    for (const list of [undefined, listOf(), listOf(entry('workload', `${THIEF}-2`))]) {
      expect((await forwarded(list)).commands.map(({ command }) => command)).toContain(ofThief)
    }
  })
})

describe('a session with a newer token', () => {
  const second = { ...BOUND, sha256: 'a'.repeat(64), tokenId: 'jti-2', issuedAtSeconds: START_SECONDS + 20 }
  const revocations = listOf(entry('session', 'sid-of-the-runner'))

  test('not seen since it was revoked, is cut off', async () => {
    const world = makeCaseWorld()
    world.use()
    world.use({ token: second, at: 25_000 })
    await world.flush()
    const made = await world.ask('token', BOUND.sha256, { revocations })
    expect([made.alive, made.missing]).toEqual([[], []])
  })

  test('seen since, counts as alive, and that is said', async () => {
    const world = makeCaseWorld()
    world.use()
    world.use({ token: { ...second, issuedAtSeconds: START_SECONDS + 40 }, at: 45_000 })
    await world.flush()
    const made = await world.ask('token', BOUND.sha256, { revocations })
    expect(made.alive).toHaveLength(1)
    expect(made.revoked).toMatchObject([{ id: 'rv-session', inForce: true }])
    expect(made.missing).toEqual([
      'A revoked session was seen since: it may have a newer token that passes, so it counts as alive.',
    ])
  })

  test('refused since, is cut off as the ledger saw it', async () => {
    const world = makeCaseWorld()
    world.use()
    const revocation = { id: 'rv-session', kind: 'session' } as const
    world.use({ token: second, at: 45_000, refused: refusedAs('revoked', { revocation }) })
    await world.flush()
    expect((await world.ask('token', BOUND.sha256, { revocations })).alive).toEqual([])
  })
})

describe('what was refused as revoked before', () => {
  async function refused(kind: RevocationKind, token = BOUND) {
    const world = makeCaseWorld()
    world.use({ token })
    const revocation = { id: `rv-${kind}`, kind } as const
    world.use({ token, at: 2_000, refused: refusedAs('revoked', { revocation }) })
    await world.flush()
    return world
  }

  test('and stands in the list, is not alive, and is told once, with the time of the refusal', async () => {
    const world = await refused('key')
    const made = await world.ask('token', BOUND.sha256, { revocations: listOf(entry('key', KEY)) })
    expect(made.alive).toEqual([])
    expect(made.revoked).toEqual([{ id: 'rv-key', kind: 'key', atMs: START_MS + 2_000, inForce: true }])
    expect(caseText(made)).toContain('2027-01-15T08:00:02Z  key rv-key, in force\n')
    expect(caseMarkdown(made)).toContain('- 2027-01-15T08:00:02Z key `rv-key`, in force\n')
  })

  test('and has ended or was taken back, is alive again: nobody must take it for contained', async () => {
    const made = await (await refused('session')).ask('token', BOUND.sha256, { revocations: listOf() })
    expect(made.alive).toHaveLength(1)
    expect(made.commands.length).toBeGreaterThan(0)
    expect(made.revoked).toEqual([{ id: 'rv-session', kind: 'session', atMs: START_MS + 2_000, inForce: false }])
    expect(caseText(made)).toContain('session rv-session, no longer in force\n')
  })

  test.each(['certificate', 'token'] as const)(
    'by a %s that the ledger cannot name, stays as it was seen',
    async (kind) => {
      const made = await (await refused(kind)).ask('client', String(BOUND.client), { revocations: listOf() })
      expect(made.alive).toEqual([])
      expect(made.revoked).toEqual([{ id: `rv-${kind}`, kind, atMs: START_MS + 2_000 }])
    },
  )

  test('without a list nothing changes', async () => {
    const world = await refused('session')
    const made = await world.ask('token', BOUND.sha256)
    expect(made.alive).toEqual([])
    expect(made.revoked).toEqual([{ id: 'rv-session', kind: 'session', atMs: START_MS + 2_000 }])
    expect(caseText(made)).toContain('session rv-session\n')
    const fresh = await usedBy(BOUND)
    expect(await fresh.ask('token', BOUND.sha256)).toEqual(
      await fresh.ask('token', BOUND.sha256, { revocations: listOf() }),
    )
  })

  test('under a list that cannot be read, stays as it was seen, and that is said', async () => {
    const revocations: RevocationList = { find: () => ({ kind: 'stale', detail: 'the list cannot be read' }) }
    const made = await (await refused('session')).ask('token', BOUND.sha256, { revocations })
    expect(made.alive).toEqual([])
    expect(made.revoked).toEqual([{ id: 'rv-session', kind: 'session', atMs: START_MS + 2_000 }])
    expect(made.missing).toEqual([
      'What is revoked is known only as far as it was seen refused: the list cannot be read.',
    ])
  })
})

describe('what the list cannot be asked is said', () => {
  test('a subject that is kept as a hash, unless it was asked for by its name', async () => {
    const world = makeCaseWorld({ hashSubjects: true })
    world.use()
    await world.flush()
    const revocations = listOf(entry('subject', String(BOUND.subject)))
    const unknown = await world.ask('token', BOUND.sha256, { revocations })
    expect(unknown.alive).toHaveLength(1)
    expect(unknown.missing).toContain('The subject is kept as a hash: whether it is revoked by its name is not known.')
    const known = await world.ask('subject', String(BOUND.subject), { revocations })
    expect(known.alive).toEqual([])
    expect(known.missing.join(' ')).not.toContain('whether it is revoked')
  })

  test('sessions of another secret', async () => {
    const world = await usedBy(BOUND)
    const names = makeIdentifiers({ secret: Buffer.alloc(32, 8), hashSubjects: false })
    const other = makeCaseWorld({ store: world.store, names })
    const revocations = listOf(entry('session', 'sid-of-the-runner'))
    const made = await other.ask('client', String(BOUND.client), { revocations })
    expect(made.alive).toHaveLength(1)
    expect(made.missing).toContain(
      'Sessions were sealed with another secret: whether they are revoked by sid or jti is not known.',
    )
  })

  test('a bearer token whose sender was cut off is alive: who else has it can use it', async () => {
    const world = makeCaseWorld()
    world.use({ token: BEARER, sender: { ...HOLDER_SENDER, peer: THIEF } })
    await world.flush()
    const made = await world.ask('token', BEARER.sha256, { revocations: listOf(entry('workload', THIEF)) })
    expect(made.alive).toHaveLength(1)
    expect(made.revoked).toMatchObject([{ kind: 'workload', inForce: true }])
  })
})
