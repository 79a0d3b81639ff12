/** Containment: what is cut off by itself, what is not, and the brake. */
import { describe, expect, test } from 'vitest'
import {
  type Containable,
  type ContainmentKind,
  type ContainmentOptions,
  type ContainmentTarget,
  makeContainment,
} from '../../../../src/app/ledger/containment.ts'
import { containable } from '../../../../src/app/ledger/targets.ts'
import type { Revocation } from '../../../../src/check/revocation/revocation.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { makeIdentifiers } from '../../../../src/ledger/identifiers.ts'
import type { Incident } from '../../../../src/ledger/incident.ts'
import { readEntry, toRawEntry } from '../../../../src/revocations/raw-entry.ts'
import { TOKEN } from '../../../support/decisions.ts'
import { breakableStore, ISSUER, incident, NOW_MS, sessionRecord } from './ledger-samples.ts'

type Rule = ContainmentOptions['rules'][number]

const RULE: Rule = { classes: ['stolen'], routes: null, revoke: 'session', forSeconds: 600 }
const SESSION: ContainmentTarget = { kind: 'session', value: 'sid-1', issuer: ISSUER }

function world(rules: readonly Rule[] = [RULE], maxPerMinute = 5) {
  const written: Revocation[] = []
  const counts: string[] = []
  const logged: string[] = []
  let nowMs = NOW_MS
  let problem: string | undefined
  const log = (message: string): void => void logged.push(message)
  const { contain } = makeContainment({
    rules: [...rules],
    maxPerMinute,
    async write(revocation) {
      if (problem === undefined) written.push(revocation)
      return problem
    },
    counted: (revoke, outcome) => void counts.push(`${revoke} ${outcome}`),
    log: { debug: log, info: log, warn: log, error: log },
    nowMs: () => nowMs,
  })
  return {
    written,
    counts,
    logged,
    contain: (one: Incident, changes: Partial<Containable> = {}) =>
      contain({
        incident: one,
        routes: one.route === undefined ? [] : [one.route],
        targetOf: () => SESSION,
        ...changes,
      }),
    pass(ms: number): void {
      nowMs += ms
    },
    fail(why: string | undefined): void {
      problem = why
    },
  }
}

describe('containment', () => {
  test('revokes for its time, and says by whom and why', async () => {
    const { contain, written, counts, logged } = world()
    const contained = await contain(incident())
    expect(written).toEqual([
      {
        id: expect.stringMatching(/^rv-[0-9a-f]{16}$/),
        ...SESSION,
        issuedBeforeSeconds: NOW_MS / 1000 + 600,
        expiresAtSeconds: NOW_MS / 1000 + 600,
        why: `stolen, incident ${incident().id}`,
        by: 'holdfast containment',
        atSeconds: NOW_MS / 1000,
      },
    ])
    expect(contained).toEqual(incident({ contained: { id: written[0]?.id ?? '', kind: 'session' } }))
    expect(counts).toEqual(['session done'])
    expect(logged).toEqual(['contained'])
    // Every reader of the list takes the entry.
    expect(readEntry(toRawEntry(written[0] as Revocation))).toMatchObject({ ok: true })
  })

  test.each<[string, Partial<Incident>, Rule]>([
    ['is only suspected', { confidence: 'suspected' }, RULE],
    ['is of another class', { class: 'replayed' }, RULE],
    ['came on another route', { route: 'cart' }, { ...RULE, routes: ['payments'] }],
    ['came on a route that only observes', { outcome: 'let_pass' }, RULE],
  ])('leaves alone what %s', async (_, changes, rule) => {
    const { contain, written, counts } = world([rule])
    expect(await contain(incident(changes))).toEqual(incident(changes))
    expect([written, counts]).toEqual([[], []])
  })

  test('a rule that names an observing route means it', async () => {
    const { contain, written } = world([{ ...RULE, routes: ['payments'] }])
    await contain(incident({ outcome: 'let_pass' }))
    expect(written).toHaveLength(1)
  })

  test('an incident without a route counts for the routes of its session', async () => {
    const { contain, written } = world([{ ...RULE, classes: ['cloned'], routes: ['cart'] }])
    await contain(incident({ class: 'cloned', route: undefined }), { routes: ['payments', 'cart'] })
    expect(written).toHaveLength(1)
  })

  test('the first rule that fits is the one', async () => {
    const { contain, counts } = world([{ ...RULE, classes: ['cloned'] }, { ...RULE, revoke: 'key' }, RULE])
    await contain(incident())
    expect(counts).toEqual(['key done'])
  })

  test('what stands is not written again, until it has ended', async () => {
    const { contain, written, pass } = world()
    await contain(incident())
    expect((await contain(incident({ id: 'mzz000000-00000002' }))).contained).toBeUndefined()
    expect(written).toHaveLength(1)
    pass(599_000)
    await contain(incident())
    expect(written).toHaveLength(1)
    pass(1_001)
    await contain(incident())
    expect(written).toHaveLength(2)
  })

  test('the brake: so many a minute, then none, one warning, and on again', async () => {
    const { contain, written, counts, logged, pass } = world([RULE], 2)
    const next = (sid: string) => contain(incident(), { targetOf: () => ({ ...SESSION, value: sid }) })
    for (const sid of ['a', 'b', 'c', 'd']) await next(sid)
    expect(written.map(({ value }) => value)).toEqual(['a', 'b'])
    expect(counts).toEqual(['session done', 'session done', 'session braked', 'session braked'])
    expect(logged.filter((line) => line.startsWith('containment is braked'))).toHaveLength(1)
    pass(59_999)
    await next('c')
    expect(written).toHaveLength(2)
    pass(1)
    await next('c')
    expect(written.map(({ value }) => value)).toEqual(['a', 'b', 'c'])
  })

  test('a list that cannot be written: counted, told, tried again by the next incident', async () => {
    const { contain, written, counts, logged, fail } = world()
    fail('the shared list cannot be written')
    expect(await contain(incident())).toEqual(incident())
    fail(undefined)
    await contain(incident())
    expect(counts).toEqual(['session failed', 'session done'])
    expect(logged).toEqual(['containment failed', 'contained'])
    expect(written).toHaveLength(1)
  })

  test('a target that is not known is a failure, and takes nothing from the brake', async () => {
    const { contain, counts, written } = world([RULE], 1)
    await contain(incident(), { targetOf: () => undefined })
    await contain(incident())
    expect(counts).toEqual(['session failed', 'session done'])
    expect(written).toHaveLength(1)
  })
})

describe('what is cut off', () => {
  const names = makeIdentifiers({ secret: Buffer.alloc(32, 7), hashSubjects: false })
  const KEY = Buffer.alloc(32, 1).toString('base64url')
  const token: VerifiedToken = { ...TOKEN, confirmation: { jkt: KEY, x5tS256: undefined } }

  async function targets(
    held: VerifiedToken | undefined,
    stored: VerifiedToken | undefined,
    { hashSubjects = false, down = false } = {},
  ): Promise<Record<ContainmentKind, ContainmentTarget | undefined>> {
    const broken = breakableStore()
    const id = names.session(token)
    if (stored !== undefined) {
      const record = sessionRecord({
        id: names.session(stored),
        handle: names.seal(stored),
        issuer: stored.issuer,
        subject: stored.subject,
        keyThumbprint: stored.confirmation.jkt,
        tokens: [{ token: names.token(stored.sha256), jti: undefined }],
      })
      await broken.store.saveSessions([record])
    }
    if (down) broken.outage('refuses')
    const of = incident({
      session: stored === undefined ? id : names.session(stored),
      key: undefined,
      subject: undefined,
      route: undefined,
    })
    const tokens = { get: () => held }
    const { targetOf } = await containable(of, { names, store: broken.store, tokens, hashSubjects })
    return { session: targetOf('session'), key: targetOf('key'), subject: targetOf('subject') }
  }

  test.each<[string, Partial<VerifiedToken>, ContainmentTarget]>([
    ['its sid', {}, { kind: 'session', value: 'session-1', issuer: ISSUER }],
    ['else its jti', { sessionId: undefined }, { kind: 'token', value: 'token-1', issuer: ISSUER }],
    [
      'else its hash',
      { sessionId: undefined, tokenId: undefined },
      { kind: 'token', value: TOKEN.sha256, issuer: undefined },
    ],
  ])('a session by %s, from the token and from the sealed handle alike', async (_, changes, session) => {
    const one = { ...token, ...changes }
    const expected = {
      session,
      key: { kind: 'key', value: KEY, issuer: undefined },
      subject: { kind: 'subject', value: 'deployer', issuer: ISSUER },
    }
    expect(await targets(one, undefined)).toEqual(expected)
    expect(await targets(undefined, one)).toEqual(expected)
  })

  test('a subject that the ledger keeps hashed is known from the token only', async () => {
    expect((await targets(token, undefined, { hashSubjects: true })).subject).toMatchObject({ value: 'deployer' })
    expect((await targets(undefined, token, { hashSubjects: true })).subject).toBeUndefined()
  })

  test('nothing is known without a token while the ledger is away; with it all is', async () => {
    const nothing = { session: undefined, key: undefined, subject: undefined }
    expect(await targets(undefined, token, { down: true })).toEqual(nothing)
    expect((await targets(token, token, { down: true })).session).toMatchObject({ value: 'session-1' })
  })

  test('an entry that no reader of the list would take is not written', async () => {
    const odd = { ...token, sessionId: 'a\u0000b', confirmation: { jkt: 'short', x5tS256: undefined } }
    expect(await targets(odd, undefined)).toMatchObject({ session: undefined, key: undefined })
  })
})
