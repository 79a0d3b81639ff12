import { describe, expect, test } from 'vitest'
import type { Incident } from '../../../../src/ledger/incident.ts'
import type { Sender } from '../../../../src/ledger/sender.ts'
import {
  BEARER,
  BOUND,
  HOLDER_SENDER,
  hashOf,
  makeCaseWorld,
  RUNNER,
  refusedAs,
  START_MS,
  THIEF,
  THIEF_SENDER,
} from './world.ts'

const TOKEN_HASH = BOUND.sha256
const KNOWN = { role: 'holder', sender: HOLDER_SENDER, hash: undefined, atMs: undefined } as const

async function caseOf(changes: Partial<Incident>, more: { thiefUses?: boolean; holderUses?: boolean } = {}) {
  const world = makeCaseWorld()
  const { thiefUses = true, holderUses = true } = more
  if (holderUses) {
    world.use()
    world.use({ at: 4_000 })
  }
  if (thiefUses)
    world.use({ sender: THIEF_SENDER, at: 5_000, refused: refusedAs(changes.reason ?? 'proof_key_mismatch') })
  await world.flush()
  await world.incident(changes)
  return world.ask('token', TOKEN_HASH)
}

describe('a case of a session that somebody else used', () => {
  test.each([
    ['stolen', 'proven', 'proof_key_mismatch', 'stolen'],
    ['stolen', 'proven', 'certificate_mismatch', 'stolen'],
    ['forwarded', 'proven', 'peer_mismatch', 'forwarded'],
    ['replayed', 'proven', 'proof_replayed', 'replayed'],
    ['transplanted', 'suspected', 'audience_mismatch', 'transplanted'],
    ['downgraded', 'suspected', 'binding_downgraded', 'downgraded'],
    ['revoked', 'proven', 'revoked', 'revoked use'],
    ['stale', 'suspected', 'session_too_old', 'stale use'],
    ['cloned', 'proven', undefined, 'cloned'],
    ['concurrent', 'suspected', undefined, 'concurrent use'],
  ] as const)(
    '%s, %s, by %s: found, with both senders, accused with that word',
    async (kind, confidence, reason, name) => {
      const made = await caseOf({ class: kind, confidence, reason, counterpart: KNOWN, by: 'What shows it.' })
      expect(made.finding).toMatchObject({ name, confidence, accuses: true })
      const word = confidence === 'proven' ? 'Proven: ' : 'Suspected: '
      expect(made.finding.sentence.startsWith(word)).toBe(true)
      for (const part of [THIEF, 'what shows it', '1 request, denied']) expect(made.finding.sentence).toContain(part)
      expect(made.senders?.left.sender).toEqual(HOLDER_SENDER)
      expect(made.senders?.right.sender).toEqual(THIEF_SENDER)
      expect(made.senders).toMatchObject({ left: { count: 2 }, right: { count: 1 } })
      expect(made.evidenceFor[0]).toContain('what shows it')
    },
  )

  test('what was let pass where the route only observes is said', async () => {
    const made = await caseOf({ outcome: 'let_pass', counterpart: KNOWN })
    expect(made.finding.sentence).toContain('let pass, since the route only observes')
    expect(made.evidenceAgainst.join(' ')).not.toContain('denied')
  })

  test('proven goes before suspected, an accusation before all else', async () => {
    const world = makeCaseWorld()
    world.use()
    world.use({ sender: THIEF_SENDER, at: 5_000 })
    await world.flush()
    await world.incident({ class: 'stale', confidence: 'proven', reason: 'session_idle', sender: HOLDER_SENDER })
    await world.incident({ class: 'cloned', confidence: 'suspected', reason: undefined })
    await world.incident({
      class: 'replayed',
      confidence: 'proven',
      reason: 'proof_replayed',
      counterpart: { ...KNOWN, role: 'first user' },
    })
    const made = await world.ask('token', TOKEN_HASH)
    expect(made.finding).toMatchObject({ name: 'replayed', confidence: 'proven' })
    expect(made.evidenceFor.slice(1).join(' ')).toContain('Also cloned, suspected')
  })

  test('the first user of a proof is found by its hash among the known senders', async () => {
    const counterpart = {
      role: 'first user',
      sender: undefined,
      hash: hashOf(HOLDER_SENDER),
      atMs: START_MS + 4_000,
    } as const
    const made = await caseOf({ class: 'replayed', reason: 'proof_replayed', counterpart })
    expect(made.finding).toMatchObject({ name: 'replayed', accuses: true })
    expect(made.senders?.left).toMatchObject({
      sender: HOLDER_SENDER,
      hash: undefined,
      title: 'First user of the proof',
    })
    expect(made.missing).toEqual([])
  })

  test('one that nobody known has stays a hash, and that is said', async () => {
    const counterpart = { role: 'first user', sender: undefined, hash: 'ab'.repeat(8), atMs: START_MS } as const
    const made = await caseOf({ class: 'replayed', reason: 'proof_replayed', counterpart })
    expect(made.senders?.left).toMatchObject({ sender: undefined, hash: 'ab'.repeat(8), firstMs: START_MS })
    expect(made.missing.join(' ')).toContain('known by its hash only')
    expect(made.finding.accuses).toBe(true)
  })

  test('a thief who came first, with a session whose holder is named: the holder is left', async () => {
    const made = await caseOf(
      { class: 'downgraded', confidence: 'suspected', reason: 'binding_downgraded' },
      { holderUses: false },
    )
    expect(made.finding).toMatchObject({ name: 'downgraded', accuses: true })
    expect(made.senders?.left.sender).toEqual({ peer: RUNNER, certificate: undefined, address: '' })
  })
})

describe('honest look-alikes accuse nobody', () => {
  const POD: Sender = { ...HOLDER_SENDER, certificate: 'cert-of-another-pod', address: '10.1.0.99' }

  test('a retry of the same proof by the same sender', async () => {
    const counterpart = { role: 'first user', sender: undefined, hash: hashOf(HOLDER_SENDER), atMs: START_MS } as const
    const made = await caseOf(
      { class: 'replayed', confidence: 'suspected', reason: 'proof_replayed', sender: HOLDER_SENDER, counterpart },
      { thiefUses: false },
    )
    expect(made.finding).toMatchObject({ name: 'repeated by its own sender', confidence: 'none', accuses: false })
    expect(made.finding.sentence).toContain('nobody is accused')
    expect(made.labels).toEqual({ attack: [], nhi: [], csf: [], sp800207: [] })
    expect(made.commands.map(({ command }) => command).join(' ')).not.toContain('workload')
  })

  test('several pods of one service account, with and without a counterpart that is named', async () => {
    const counterpart = { role: 'first user', sender: HOLDER_SENDER, hash: undefined, atMs: START_MS } as const
    for (const kind of ['replayed', 'stolen', 'forwarded', 'transplanted', 'downgraded', 'revoked', 'stale'] as const) {
      const made = await caseOf({ class: kind, reason: undefined, sender: POD, counterpart }, { thiefUses: false })
      expect([kind, made.finding.accuses, made.finding.confidence]).toEqual([kind, false, 'none'])
    }
    for (const kind of ['concurrent', 'cloned'] as const) {
      const made = await caseOf({ class: kind, reason: undefined, sender: POD, counterpart }, { thiefUses: false })
      expect(made.finding).toMatchObject({ name: 'created here', accuses: false })
    }
  })

  test('a foreign key from the same address is no retry: who is behind a NAT is not known', async () => {
    const behindNat: Sender = { peer: undefined, certificate: undefined, address: '203.0.113.9' }
    const counterpart = { role: 'holder', sender: behindNat, hash: undefined, atMs: undefined } as const
    const made = await caseOf({ class: 'stolen', sender: behindNat, counterpart }, { thiefUses: false })
    expect(made.finding).toMatchObject({ name: 'stolen', confidence: 'proven', accuses: true })
  })

  test.each([
    ['proof_future', "look at the client's clock"],
    ['proof_stale', "look at the client's clock"],
    ['certificate_rotated', 'an ordinary rotation'],
    ['nonce_required', 'RFC 9449'],
    ['nonce_stale', 'RFC 9449'],
    ['nonce_invalid', 'RFC 9449'],
  ] as const)('%s by the own sender: created here, with a hint', async (reason, hint) => {
    const world = makeCaseWorld()
    world.use()
    world.use({ at: 2_000, refused: refusedAs(reason) })
    await world.flush()
    if (reason.startsWith('proof')) {
      await world.incident({ class: 'stale', confidence: 'suspected', reason, sender: HOLDER_SENDER })
    }
    const made = await world.ask('token', TOKEN_HASH)
    expect(made.finding).toMatchObject({ name: 'created here', confidence: 'none', accuses: false })
    expect(made.evidenceAgainst.join(' ')).toContain(hint)
  })

  test('senders that the configuration calls one holder', async () => {
    const [one, other] = ['198.51.100.1', '198.51.100.2'].map(
      (address): Sender => ({ peer: undefined, certificate: undefined, address }),
    ) as [Sender, Sender]
    const world = makeCaseWorld()
    world.use({ token: BEARER, sender: one })
    world.use({ token: BEARER, sender: other, at: 2_000 })
    await world.flush()
    const counterpart = { role: 'other sender', sender: one, hash: undefined, atMs: undefined } as const
    await world.incident(
      { class: 'concurrent', confidence: 'suspected', reason: undefined, sender: other, counterpart },
      BEARER,
    )
    const apart = await world.ask('token', BEARER.sha256)
    expect(apart.finding).toMatchObject({ name: 'concurrent use', accuses: true })
    const shared = await world.ask('token', BEARER.sha256, { sameHolder: () => true })
    expect(shared.finding).toMatchObject({ name: 'created here', accuses: false })
  })

  test('drift is told, and accuses nobody', async () => {
    const made = await caseOf({ class: 'drifted', confidence: 'suspected', reason: undefined, sender: THIEF_SENDER })
    expect(made.finding).toMatchObject({ name: 'drifted', confidence: 'suspected', accuses: false })
  })

  test.each(['transplanted', 'downgraded', 'revoked', 'stale'] as const)('%s by its own holder', async (kind) => {
    const made = await caseOf({ class: kind, reason: undefined, sender: HOLDER_SENDER }, { thiefUses: false })
    expect(made.finding).toMatchObject({ confidence: 'none', accuses: false })
    expect(made.finding.sentence).toContain('it is its own holder')
    expect(made.senders).toBeUndefined()
  })
})

describe('a case without an incident says how the session began', () => {
  test('created here', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    const made = await world.ask('token', TOKEN_HASH)
    expect(made.finding).toEqual({
      name: 'created here',
      confidence: 'none',
      accuses: false,
      sentence: 'No impersonation is seen: the session was created here and used by its own holder.',
    })
    expect(made.evidenceFor).toEqual([
      `Created here: first used by ${RUNNER} at 10.1.0.7 1 s after it was issued.`,
      'What passed last had shown its binding: dpop.',
    ])
  })

  test('first seen late, and by how much', async () => {
    const world = makeCaseWorld()
    world.use({ at: 1_800_000 })
    await world.flush()
    const made = await world.ask('token', TOKEN_HASH, { nowMs: START_MS + 1_900_000 })
    expect(made.finding).toMatchObject({ name: 'first seen late', confidence: 'none' })
    expect(made.finding.sentence).toContain('first used 30 min after it was issued')
  })

  test('first seen from another peer than the token names: suspected, nobody is accused', async () => {
    const world = makeCaseWorld()
    world.use({ sender: THIEF_SENDER })
    await world.flush()
    const made = await world.ask('token', TOKEN_HASH)
    expect(made.finding).toMatchObject({
      name: 'first seen from another peer',
      confidence: 'suspected',
      accuses: false,
    })
  })

  test('nothing known, and what was searched', async () => {
    const made = await makeCaseWorld().ask('token', TOKEN_HASH)
    expect(made.finding).toMatchObject({
      name: 'nothing known',
      sentence: 'Nothing is known of it: looked for by token.',
    })
    expect(made.searched).toEqual([{ relation: 'token', value: expect.stringMatching(/^[\w-]{22}$/), found: 0 }])
    expect([made.commands, made.timeline, made.alive]).toEqual([[], [], []])
  })
})

describe('the parts of a case', () => {
  test('the timeline is in order of time, in the columns of the senders, and bounded', async () => {
    const world = makeCaseWorld()
    world.use()
    world.use({ sender: THIEF_SENDER, at: 5_000, refused: refusedAs('proof_key_mismatch') })
    await world.flush()
    for (let i = 0; i < 80; i++) await world.incident({ atMs: START_MS + 10_000 + i, counterpart: KNOWN })
    const { timeline } = await world.ask('token', TOKEN_HASH)
    expect(timeline).toHaveLength(50)
    expect(timeline[0]).toEqual({ atMs: START_MS, side: 'both', what: 'The session was issued' })
    expect(timeline[1]).toMatchObject({ side: 'left' })
    expect(timeline.some(({ what }) => what === '34 entries are left out here')).toBe(true)
    expect(timeline.at(-1)).toMatchObject({ atMs: START_MS + 10_079, side: 'right' })
    expect(timeline.map(({ atMs }) => atMs)).toEqual(timeline.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
  })

  test('G4 labels come from the reasons of what accuses', async () => {
    const { labels } = await caseOf({ counterpart: KNOWN })
    expect(labels).toEqual({
      attack: ['T1528', 'T1550.001'],
      nhi: ['NHI2', 'NHI4'],
      csf: ['DE.CM-09', 'PR.AA-03', 'PR.AA-04', 'RS.AN-03'],
      sp800207: [3, 6],
    })
  })

  test('what was revoked already: seen refusals, and what containment did', async () => {
    const made = await caseOf({
      class: 'revoked',
      reason: 'revoked',
      revocation: { id: 'rv-1', kind: 'session' },
      contained: { id: 'rv-2', kind: 'key' },
    })
    expect(made.revoked.map(({ id, kind }) => [id, kind])).toEqual([
      ['rv-1', 'session'],
      ['rv-2', 'key'],
    ])
  })
})
