/** From decisions to the finding, with the incidents that the verdicts themselves make. */
import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Sender } from '../../../../src/ledger/sender.ts'
import {
  BEARER,
  BOUND,
  type CaseWorld,
  firstUseBy,
  HOLDER_SENDER,
  makeCaseWorld,
  RUNNER,
  refusedAs,
  START_MS,
  THIEF_SENDER,
} from './world.ts'

/** Of the internet: no certificate, no identity. */
const STRANGER: Sender = { peer: undefined, certificate: undefined, address: '203.0.113.66' }
const HOME: Sender = { peer: undefined, certificate: undefined, address: '198.51.100.7' }
const FOREIGN_KEY = 'k'.repeat(43)

type Story = readonly [
  title: string,
  play: (world: CaseWorld) => void,
  found: object,
  token?: { readonly sha256: string },
]

const UNNAMED = { ...BOUND, holder: undefined }

const THEFTS: readonly Story[] = [
  [
    'a leaked token from another runner, with a key of its own',
    (world) => {
      world.use()
      world.use({
        sender: THIEF_SENDER,
        at: 5_000,
        refused: refusedAs('proof_key_mismatch', { foreignKey: FOREIGN_KEY }),
      })
    },
    { name: 'stolen', confidence: 'proven', accuses: true },
  ],
  [
    'the same from the internet, where the token names no holder',
    (world) => {
      world.use({ token: UNNAMED, sender: HOME })
      world.use({
        token: UNNAMED,
        sender: STRANGER,
        at: 5_000,
        refused: refusedAs('proof_key_mismatch', { foreignKey: FOREIGN_KEY }),
      })
    },
    { name: 'stolen', confidence: 'proven', accuses: true },
  ],
  [
    'a token forwarded to another workload',
    (world) => {
      world.use()
      world.use({ sender: THIEF_SENDER, at: 5_000, refused: refusedAs('peer_mismatch') })
    },
    { name: 'forwarded', confidence: 'proven', accuses: true },
  ],
  [
    'a recorded request sent again by somebody else',
    (world) => {
      world.use()
      world.use({
        sender: THIEF_SENDER,
        at: 5_000,
        refused: refusedAs('proof_replayed', { firstUse: firstUseBy(HOLDER_SENDER, START_MS + 1_000) }),
      })
    },
    { name: 'replayed', confidence: 'proven', accuses: true },
  ],
  [
    'a bound token sent as a bearer token by a stranger',
    (world) => {
      world.use({ token: UNNAMED, sender: HOME })
      world.use({ token: UNNAMED, sender: STRANGER, at: 5_000, refused: refusedAs('binding_downgraded') })
    },
    { name: 'downgraded', confidence: 'suspected', accuses: true },
  ],
  [
    'a bearer token used by a stranger after the job had ended',
    (world) => {
      world.use({ token: BEARER, sender: HOME })
      world.use({ token: BEARER, sender: STRANGER, at: 50_000, refused: refusedAs('session_too_old') })
    },
    { name: 'stale use', confidence: 'suspected', accuses: true },
    BEARER,
  ],
  [
    'a revoked session in the hands of another workload',
    (world) => {
      world.use()
      world.use({
        sender: THIEF_SENDER,
        at: 5_000,
        refused: refusedAs('revoked', { revocation: { id: 'rv-1', kind: 'session' } }),
      })
    },
    { name: 'revoked use', confidence: 'proven', accuses: true },
  ],
]

const NOT_ACCUSED = { accuses: false, confidence: 'none' }

const HONEST: readonly Story[] = [
  [
    'a retry of the same bytes',
    (world) => {
      world.use()
      world.use({
        at: 1_100,
        refused: refusedAs('proof_replayed', { firstUse: firstUseBy(HOLDER_SENDER, START_MS + 1_000) }),
      })
    },
    { ...NOT_ACCUSED, name: 'repeated by its own sender' },
  ],
  [
    'a retry by another pod of the workload',
    (world) => {
      world.use()
      const sender = { ...HOLDER_SENDER, certificate: 'cert-of-another-pod', address: '10.1.0.8' }
      world.use({
        sender,
        at: 1_100,
        refused: refusedAs('proof_replayed', { firstUse: firstUseBy(HOLDER_SENDER, START_MS + 1_000) }),
      })
    },
    { ...NOT_ACCUSED, name: 'repeated by its own sender' },
  ],
  [
    'another pod of the workload with a key of its own',
    (world) => {
      world.use()
      const sender = { ...HOLDER_SENDER, certificate: 'cert-of-another-pod', address: '10.1.0.8' }
      world.use({ sender, at: 1_100, refused: refusedAs('proof_key_mismatch', { foreignKey: FOREIGN_KEY }) })
    },
    { ...NOT_ACCUSED, name: 'stolen' },
  ],
  [
    'a renewed certificate',
    (world) => {
      world.use()
      world.use({
        sender: { ...HOLDER_SENDER, certificate: 'renewed' },
        at: 2_000,
        refused: refusedAs('certificate_rotated'),
      })
    },
    { ...NOT_ACCUSED, name: 'created here' },
  ],
  [
    'a clock that is off',
    (world) => {
      world.use()
      world.use({ at: 2_000, refused: refusedAs('proof_future') })
      world.use({ at: 3_000, refused: refusedAs('proof_stale') })
    },
    { ...NOT_ACCUSED, name: 'created here' },
  ],
  [
    'the holder itself goes on after the end, without mTLS, though its token names a workload',
    (world) => {
      world.use({ sender: HOME })
      world.use({ sender: HOME, at: 50_000, refused: refusedAs('session_too_old') })
    },
    { ...NOT_ACCUSED, name: 'stale use' },
  ],
  [
    'the holder itself uses a token that expired: known by the token only',
    (world) => {
      world.use()
      world.use({ at: 50_000, refused: refusedAs('token_expired') })
    },
    { ...NOT_ACCUSED, name: 'stale use' },
  ],
  [
    'the holder sends its bound token without a proof',
    (world) => {
      world.use()
      world.use({ at: 2_000, refused: refusedAs('proof_missing') })
    },
    { ...NOT_ACCUSED, name: 'downgraded' },
  ],
  [
    'round trips for a nonce',
    (world) => {
      world.use({ refused: refusedAs('nonce_required') })
      world.use({ at: 1_100 })
    },
    { ...NOT_ACCUSED, name: 'created here' },
  ],
]

async function findingOf([, play, , token = BOUND]: Story) {
  const world = makeCaseWorld()
  play(world)
  await world.flush('verdicts')
  return world.ask('token', token.sha256)
}

describe('thefts are found', () => {
  test.each(THEFTS.map((story) => ({ title: story[0], story })))('$title', async ({ story }) => {
    const made = await findingOf(story)
    expect(made.finding).toMatchObject(story[2])
    expect(made.senders?.left.sender?.address).toBe(addressOf(made))
    expect(made.senders?.right.sender).not.toEqual(made.senders?.left.sender)
    expect(made.labels.attack.length + made.labels.nhi.length).toBeGreaterThan(0)
  })
})

/** Of the honest one: who used the session first. */
function addressOf(made: Awaited<ReturnType<typeof findingOf>>): string | undefined {
  return [...(made.sessions[0]?.senders ?? [])].sort((one, other) => one.firstMs - other.firstMs)[0]?.address
}

describe('honest look-alikes accuse nobody', () => {
  test.each(HONEST.map((story) => ({ title: story[0], story })))('$title', async ({ story }) => {
    const made = await findingOf(story)
    expect(made.finding).toMatchObject(story[2])
    expect(made.labels.attack).toEqual([])
    expect(made.commands.some(({ command }) => command.includes(' workload '))).toBe(false)
  })
})

test('an expired token of somebody else: found by its hash, and the session is told', async () => {
  const world = makeCaseWorld()
  world.use()
  await world.flush()
  await world.incident({
    class: 'stale',
    confidence: 'suspected',
    reason: 'token_expired',
    session: undefined,
    holder: undefined,
  })
  const made = await world.ask('session', 'sid-of-the-runner')
  expect(made.finding).toMatchObject({ name: 'stale use', accuses: true })
  expect(made.senders?.left.sender?.peer).toBe(RUNNER)
  expect(made.missing.join(' ')).not.toContain('No token was verified')
})

test('a token that was never seen before it expired: nobody to compare its sender with, nobody accused', async () => {
  const world = makeCaseWorld()
  const text = 'a-token-that-expired'
  const findings = { token: undefined }
  world.use({ at: 50_000, refused: refusedAs('token_expired'), findings, facts: { authorization: [`Bearer ${text}`] } })
  await world.flush('verdicts')
  const made = await world.ask('token', hash('sha256', text))
  expect(made.finding).toMatchObject({ name: 'stale use', confidence: 'none', accuses: false })
  expect(made.finding.sentence).toContain('whose it is is not known')
})
