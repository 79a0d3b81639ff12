import { beforeAll, describe, expect, it } from 'vitest'
import { makeMemoryReplayStore } from '../../../../src/adapters/memory/memory-replay-store.ts'
import type { EnvoyAnswer } from '../../../../src/check/answer.ts'
import { holderTag } from '../../../../src/check/proof/holder-tag.ts'
import type { RouteMatch } from '../../../../src/check/route-plan.ts'
import { acceptAll, acceptAny, header, makeWorld, routePlan } from '../../../support/check-world.ts'
import { makeKey } from '../../../support/jws.ts'
import {
  asEnvoyWrites,
  factsOf,
  honest,
  honestCertificate,
  NOW_SECONDS,
  ORIGIN,
  type Shape,
  thiefKey,
} from '../../../support/request.ts'
import { bothBindings, CASES } from './cases.ts'
import { type Certificates, makeCertificates } from './certificates.ts'

let certificates: Certificates
const HOLDER = holderTag({ peer: undefined, certificate: undefined, address: '10.0.0.1' })

beforeAll(async () => {
  certificates = await makeCertificates()
})

function challenges(answer: EnvoyAnswer): string[] {
  return answer.headers.filter(([name]) => name === 'www-authenticate').map(([, value]) => value)
}

describe('one thing wrong', () => {
  it.each(CASES)('$requirement $title: $reason', async ({ shape, route, reason, status, error }) => {
    const world = makeWorld([routePlan({ ...route })])
    const { decision, answer } = await world.ask(factsOf(shape(certificates)))
    expect({ reason: decision.reason, verdict: decision.verdict }).toEqual({ reason, verdict: 'deny' })
    expect(answer.status).toBe(status)
    const told = challenges(answer)
    if (error === undefined) expect(told).toEqual([])
    else if (error === null) expect(told.join()).not.toContain('error=')
    else expect(told.some((challenge) => challenge.includes(`error="${error}"`))).toBe(true)
  })

  it.each(CASES)('$requirement $title: observe lets it pass and says so', async ({ shape, route, reason }) => {
    const world = makeWorld([routePlan({ ...route, mode: 'observe' })])
    const { decision, answer } = await world.ask(factsOf(shape(certificates)))
    if (reason === 'route_unknown') return expect(answer.allow).toBe(false)
    expect(answer.allow).toBe(true)
    expect(answer.metadata).toMatchObject({ would_deny: true, reason, mode: 'observe' })
    expect(decision.reason).toBe(reason)
  })

  it.each(CASES)('$requirement $title: neither token nor proof stands in the answer', async ({ shape, route }) => {
    const world = makeWorld([routePlan({ ...route })])
    const facts = factsOf(shape(certificates))
    const { answer } = await world.ask(facts)
    const text = JSON.stringify(answer)
    for (const secret of [...facts.authorization, ...facts.dpop].flatMap((value) => value.split(/[ ,]/))) {
      if (secret.length > 8) expect(text).not.toContain(secret)
    }
  })
})

describe('the valid twins', () => {
  const twins: readonly [string, () => Shape, Parameters<typeof routePlan>[0]?][] = [
    ['a DPoP request', honest],
    [
      'A4 the long form of typ',
      () => ({ ...honest(), proofHeader: { ...honest().proofHeader, typ: 'application/dpop+jwt' } }),
    ],
    [
      'A9 unknown header parameters and claims',
      () => ({
        ...honest(),
        proofHeader: { ...honest().proofHeader, tx_id: 1 },
        proofClaims: { ...honest().proofClaims, extra: {} },
      }),
    ],
    [
      'A11 htu with a query and a fragment',
      () => ({ ...honest(), proofClaims: { ...honest().proofClaims, htu: `${ORIGIN}/v1/transfers?x=1#y` } }),
    ],
    [
      'A12 htu in another spelling',
      () => ({
        ...honest(),
        proofClaims: { ...honest().proofClaims, htu: 'HTTPS://PAYMENTS.example.com:443/v1/./tr%61nsfers' },
      }),
    ],
    [
      'A12 a raw non-ASCII path, which reaches us as bytes, under an encoded htu',
      () => ({
        ...honest(),
        path: Buffer.from('/v1/caf\u00e9').toString('latin1'),
        proofClaims: { ...honest().proofClaims, htu: `${ORIGIN}/v1/caf%C3%A9` },
      }),
    ],
    [
      'A16 a proof at the far edge',
      () => ({ ...honest(), proofClaims: { ...honest().proofClaims, iat: NOW_SECONDS - 60 } }),
    ],
    [
      'A16 a proof at the near edge',
      () => ({ ...honest(), proofClaims: { ...honest().proofClaims, iat: NOW_SECONDS + 5 } }),
    ],
    ['A28 the scheme in capitals', () => ({ ...honest(), scheme: 'DPOP' })],
    ['B1 a certificate-bound token with its certificate', () => honestCertificate(certificates.payments)],
    [
      'A27 both bindings with proof and certificate',
      () => bothBindings(certificates.payments.thumbprint, certificates.payments.certificatePem),
    ],
    [
      'workload binding',
      () => ({ ...honestCertificate(certificates.renewed), tokenClaims: { ...honest().tokenClaims, cnf: undefined } }),
      { binding: acceptAny('workload') },
    ],
    [
      'dpop and workload',
      () => ({ ...honest(), facts: { peerCertificate: asEnvoyWrites(certificates.payments.certificatePem) } }),
      { binding: acceptAll('dpop', 'workload') },
    ],
    [
      'an unbound token where insecureBearer is taken',
      () => ({ ...honest(), scheme: 'Bearer', dpop: [], tokenClaims: { ...honest().tokenClaims, cnf: undefined } }),
      { binding: acceptAny('insecureBearer') },
    ],
    ['the scopes that the route requires', honest, { require: { scopes: ['read', 'pay'], peers: [] } }],
    [
      'D7 a peer below the prefix that the route requires',
      () => ({ ...honest(), facts: { peerCertificate: asEnvoyWrites(certificates.payments.certificatePem) } }),
      { require: { scopes: [], peers: [{ kind: 'below', prefix: 'spiffe://example.org/ns/shop/' }] } },
    ],
  ]

  it.each(twins)('%s is allowed', async (_title, shape, route) => {
    const { decision, answer } = await makeWorld([routePlan(route)]).ask(factsOf(shape()))
    expect(decision).toMatchObject({ reason: 'ok', verdict: 'allow' })
    expect(answer.allow).toBe(true)
  })
})

describe('stolen (A22)', () => {
  it('names the key of the thief beside the one of the holder', async () => {
    const stolen = { ...honest(), proofKey: thiefKey, proofHeader: { ...honest().proofHeader, jwk: thiefKey.jwk } }
    const decision = await makeWorld().decide(factsOf(stolen))
    expect(decision.refusal?.foreignKey).toBe(thiefKey.thumbprint)
    expect(decision.findings.token?.confirmation.jkt).not.toBe(thiefKey.thumbprint)
  })
})

describe('replay (A17)', () => {
  it('refuses the second of two, and names the first sender', async () => {
    const world = makeWorld()
    const facts = factsOf(honest())
    expect((await world.decide(facts)).reason).toBe('ok')
    const again = await world.decide({ ...facts, sourceAddress: '10.9.9.9' })
    expect(again.reason).toBe('proof_replayed')
    expect(again.refusal?.firstUse).toEqual({
      sender: expect.stringMatching(/^[0-9a-f]{16}$/),
      atMs: NOW_SECONDS * 1000,
    })
  })

  it('lets exactly one of fifty simultaneous copies pass', async () => {
    const world = makeWorld()
    const facts = factsOf(honest())
    const decisions = await Promise.all(Array.from({ length: 50 }, () => world.decide(facts)))
    expect(decisions.filter((decision) => decision.verdict === 'allow')).toHaveLength(1)
  })

  it('A18 a proof dated ahead is remembered until it is stale', async () => {
    const world = makeWorld()
    const facts = factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, iat: NOW_SECONDS + 5 } })
    expect((await world.decide(facts)).reason).toBe('ok')
    world.at(NOW_SECONDS + 65)
    expect((await world.decide(facts)).reason).toBe('proof_replayed')
    world.at(NOW_SECONDS + 66)
    expect((await world.decide(facts)).reason).toBe('proof_stale')
  })

  it('A17 the same jti of another key passes', async () => {
    const world = makeWorld()
    const other = makeKey('ES256')
    const jti = 'the-same'
    const mine = { ...honest(), proofClaims: { ...honest().proofClaims, jti } }
    const theirs = {
      ...mine,
      tokenClaims: { ...mine.tokenClaims, cnf: { jkt: other.thumbprint }, jti: 'token-2' },
      proofKey: other,
      proofHeader: { ...mine.proofHeader, jwk: other.jwk },
    }
    expect((await world.decide(factsOf(mine))).reason).toBe('ok')
    expect((await world.decide(factsOf(theirs))).reason).toBe('ok')
    expect((await world.decide(factsOf(mine))).reason).toBe('proof_replayed')
  })

  it('A0 a request that fails an earlier step does not burn its jti', async () => {
    const world = makeWorld([routePlan({ require: { scopes: ['pay'], peers: [] } })])
    const facts = factsOf(honest())
    const stolen = {
      ...honest(),
      proofClaims: { ...honest().proofClaims, jti: 'shared' },
      tokenClaims: { ...honest().tokenClaims, scope: 'none' },
    }
    expect((await world.decide(factsOf(stolen))).reason).toBe('scope_insufficient')
    expect((await world.decide(factsOf({ ...stolen, tokenClaims: honest().tokenClaims }))).reason).toBe('ok')
    expect((await world.decide(facts)).reason).toBe('ok')
  })

  it('A41 the same Check delivered twice: the second is a replay, and names the same sender', async () => {
    const world = makeWorld()
    const facts = factsOf(honest())
    await world.decide(facts)
    const again = await world.decide(facts)
    const third = await world.decide(facts)
    expect(again.reason).toBe('proof_replayed')
    expect(again.refusal?.firstUse).toEqual(third.refusal?.firstUse)
  })

  it('A17 a full or dead store denies with 503, never allows', async () => {
    const world = makeWorld([routePlan()], { replay: makeMemoryReplayStore(0, (NOW_SECONDS - 3600) * 1000) })
    const { decision, answer } = await world.ask(factsOf(honest()))
    expect(decision.reason).toBe('replay_store_unavailable')
    expect(answer.status).toBe(503)
  })

  it('insecureAllow goes on without the store, and says so', async () => {
    const replay = makeMemoryReplayStore(0, (NOW_SECONDS - 3600) * 1000)
    const world = makeWorld([routePlan({ onStoreOutage: 'insecureAllow' })], { replay })
    const { answer } = await world.ask(factsOf(honest()))
    expect(answer.allow).toBe(true)
    expect(answer.metadata['degraded']).toBe('insecureAllow')
  })
})

describe('nonce and fence (A33 to A36)', () => {
  const startMs = NOW_SECONDS * 1000
  const fenced = (route: Parameters<typeof routePlan>[0] = {}) =>
    makeWorld([routePlan(route)], { replay: makeMemoryReplayStore(1000, startMs) })

  it.each(['off', 'offered', 'required'] as const)(
    'with nonce: %s, a proof dated at the start needs one round trip',
    async (nonce) => {
      const world = fenced({ nonce })
      world.at(NOW_SECONDS + 1)
      const first = await world.ask(factsOf(honest()))
      expect(first.decision.reason).toBe('nonce_required')
      const given = header(first.answer, 'dpop-nonce')
      expect(given).toBeDefined()
      const retry = factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, nonce: given } })
      expect((await world.decide(retry)).reason).toBe('ok')
    },
  )

  it('the edge of the fence is start plus the allowed future skew', async () => {
    const world = fenced({ nonce: 'off' })
    world.at(NOW_SECONDS + 6)
    const dated = (iat: number) => factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, iat } })
    expect((await world.decide(dated(NOW_SECONDS + 5))).reason).toBe('nonce_required')
    expect((await world.decide(dated(NOW_SECONDS + 6))).reason).toBe('ok')
  })

  it('a nonce minted before the fence does not help', async () => {
    const world = makeWorld([routePlan()], { replay: makeMemoryReplayStore(1000, startMs) })
    const early = world.deps.nonces.issue((honest().tokenClaims['cnf'] as { jkt: string }).jkt, '', HOLDER, startMs)
    world.at(NOW_SECONDS + 1)
    const facts = factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, nonce: early } })
    expect((await world.decide(facts)).reason).toBe('nonce_stale')
  })

  it('a captured proof cannot pass again after the store was lost', async () => {
    const before = fenced()
    before.at(NOW_SECONDS + 2)
    const first = await before.ask(
      factsOf({
        ...honest(),
        proofClaims: { ...honest().proofClaims, iat: NOW_SECONDS + 6, htu: `${ORIGIN}/v1/transfers` },
      }),
    )
    expect(first.decision.reason).toBe('ok')
    const captured = factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, iat: NOW_SECONDS + 6 } })
    const after = makeWorld([routePlan()], { replay: makeMemoryReplayStore(1000, (NOW_SECONDS + 3) * 1000) })
    after.at(NOW_SECONDS + 4)
    expect((await after.decide(captured)).reason).toBe('nonce_required')
  })

  it('a store found lost in the very act of marking: a nonce first, and the new one passes', async () => {
    const fences = [
      { proofsUntilMs: 0, noncesUntilMs: 0, epoch: 'before' },
      { proofsUntilMs: startMs + 5000, noncesUntilMs: 0, epoch: 'after' },
    ] as const
    let lost = false
    const world = makeWorld([routePlan({ nonce: 'off' })], {
      replay: {
        fence: () => fences[lost ? 1 : 0],
        markFirstUse() {
          const first = lost
          lost = true
          return first ? { kind: 'first' } : { kind: 'fenced' }
        },
        disown: (_, nowMs) => nowMs,
      },
    })
    const refused = await world.ask(factsOf(honest()))
    expect(refused.decision.reason).toBe('nonce_required')
    const nonce = header(refused.answer, 'dpop-nonce')
    const retry = factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, nonce } })
    expect((await world.decide(retry)).reason).toBe('ok')
  })

  it('fence and mark happen in one turn, so that the mark counts under the fence that was looked at', async () => {
    let sameTurn = false
    const world = makeWorld([routePlan()], {
      replay: {
        fence() {
          sameTurn = true
          queueMicrotask(() => {
            sameTurn = false
          })
          return { proofsUntilMs: 0, noncesUntilMs: 0, epoch: '' }
        },
        markFirstUse: () => (sameTurn ? { kind: 'first' } : { kind: 'unavailable', detail: 'another turn' }),
        disown: (_, nowMs) => nowMs,
      },
    })
    expect((await world.decide(factsOf(honest()))).reason).toBe('ok')
  })

  it('A35 a nonce serves several requests; the first of a chain and an old one are replaced', async () => {
    const world = makeWorld([routePlan({ nonce: 'required' })])
    const handedOut = async (nonce: string | undefined, sourceAddress = '10.0.0.1') => {
      const shape = { ...honest(), proofClaims: { ...honest().proofClaims, nonce }, facts: { sourceAddress } }
      const { decision, answer } = await world.ask(factsOf(shape))
      expect(decision.reason).toBe('ok')
      const given = answer.responseHeaders.filter(([name]) => name === 'dpop-nonce').map(([, value]) => value)
      expect(given.length).toBeLessThanOrEqual(1)
      return given[0]
    }
    const first = header((await world.ask(factsOf(honest()))).answer, 'dpop-nonce')
    const next = await handedOut(first)
    expect([await handedOut(first), next]).toEqual([expect.any(String), expect.any(String)])
    for (let i = 0; i < 3; i++) expect(await handedOut(next)).toBeUndefined()
    expect(await handedOut(next, '10.0.0.2')).toBeUndefined()
    world.at(NOW_SECONDS + 30)
    expect(await handedOut(next)).toEqual(expect.any(String))
  })

  it('whose nonce was shown by whom is found out, also of one that is too old', async () => {
    const world = makeWorld([routePlan({ nonce: 'required' })])
    const useOf = async (nonce: string | undefined, sourceAddress: string, iat = NOW_SECONDS) => {
      const shape = { ...honest(), proofClaims: { ...honest().proofClaims, nonce, iat }, facts: { sourceAddress } }
      const { findings, reason } = await world.decide(factsOf(shape))
      return { use: findings.proofUse, nonce: findings.nonce, reason }
    }
    const [here, there] = ['10.0.0.1', '10.0.0.2'].map((address) =>
      holderTag({ peer: undefined, certificate: undefined, address }).toString('hex'),
    )
    const first = await useOf(undefined, '10.0.0.1')
    expect(first).toMatchObject({ reason: 'nonce_required', use: { by: here, handedTo: undefined } })
    expect(first.use?.lineage).toMatch(/^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{6}$/)
    const mintedAtMs = NOW_SECONDS * 1000
    expect((await useOf(first.nonce, '10.0.0.1')).use).toMatchObject({ by: here, handedTo: here, mintedAtMs })
    expect((await useOf(first.nonce, '10.0.0.2')).use).toMatchObject({ by: there, handedTo: here, mintedAtMs })
    world.at(NOW_SECONDS + 600)
    const late = await useOf(first.nonce, '10.0.0.2', NOW_SECONDS + 600)
    expect(late).toMatchObject({ reason: 'nonce_stale', use: { by: there, handedTo: here, mintedAtMs } })
  })

  it('the nonce of another key is refused', async () => {
    const world = makeWorld()
    const nonce = world.deps.nonces.issue(thiefKey.thumbprint, '', HOLDER, NOW_SECONDS * 1000)
    const facts = factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, nonce } })
    expect((await world.decide(facts)).reason).toBe('nonce_invalid')
  })

  it('defects of the proof are told before the nonce, and a stale iat stays refused under a fresh one', async () => {
    const world = makeWorld([routePlan({ nonce: 'required' })])
    const nonce = world.deps.nonces.issue(
      (honest().tokenClaims['cnf'] as { jkt: string }).jkt,
      '',
      HOLDER,
      NOW_SECONDS * 1000,
    )
    const wrong = (change: Record<string, unknown>) =>
      factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, ...change } })
    expect((await world.decide(wrong({ htm: 'PUT' }))).reason).toBe('proof_target_mismatch')
    expect((await world.decide(wrong({ iat: NOW_SECONDS - 61, nonce }))).reason).toBe('proof_stale')
    expect((await world.decide(wrong({ iat: NOW_SECONDS + 61, nonce }))).reason).toBe('proof_future')
  })
})

describe('idle sessions', () => {
  it('a use keeps the session alive; without one it ends', async () => {
    const idle = routePlan({ session: { idleSeconds: 100, maxAgeSeconds: undefined } })
    const world = makeWorld([idle])
    const at = (seconds: number) => {
      world.at(seconds)
      return world.decide(factsOf({ ...honest(), proofClaims: { ...honest().proofClaims, iat: seconds } }))
    }
    expect((await at(NOW_SECONDS)).reason).toBe('ok')
    expect((await at(NOW_SECONDS + 90)).reason).toBe('ok')
    expect((await at(NOW_SECONDS + 180)).reason).toBe('ok')
    expect((await at(NOW_SECONDS + 290)).reason).toBe('session_idle')
  })
})

describe('revocation, modes, preflight, bounds', () => {
  it('a revoked token is refused with what was revoked, before its proof is marked', async () => {
    const revocation = {
      id: 'r1',
      kind: 'session',
      value: 's',
      issuer: undefined,
      issuedBeforeSeconds: NOW_SECONDS,
      expiresAtSeconds: undefined,
      why: undefined,
      by: undefined,
      atSeconds: NOW_SECONDS,
    } as const
    let revoked = true
    const world = makeWorld([routePlan()], {
      revocations: { find: () => (revoked ? { kind: 'revoked', revocation } : { kind: 'clear' }) },
    })
    const facts = factsOf(honest())
    const refused = await world.decide(facts)
    expect(refused).toMatchObject({ reason: 'revoked', refusal: { revocation: { id: 'r1', kind: 'session' } } })
    revoked = false
    expect((await world.decide(facts)).reason).toBe('ok')
  })

  it('a list that cannot be shown to be fresh denies with 503', async () => {
    const world = makeWorld([routePlan()], { revocations: { find: () => ({ kind: 'stale', detail: 'x' }) } })
    const { decision, answer } = await world.ask(factsOf(honest()))
    expect(decision.reason).toBe('revocation_stale')
    expect(answer.status).toBe(503)
  })

  it('onRevocationStale insecureAllow goes on without a fresh list, and says so; what is known to be revoked stays out', async () => {
    let known = false
    const revocation = { id: 'r1', kind: 'session' } as const
    const world = makeWorld([routePlan({ onRevocationStale: 'insecureAllow' })], {
      revocations: { find: () => (known ? { kind: 'revoked', revocation } : { kind: 'stale', detail: 'x' }) },
    })
    const { decision, answer } = await world.ask(factsOf(honest()))
    expect(decision.reason).toBe('ok')
    expect(answer.metadata['degraded']).toBe('insecureStaleRevocations')
    known = true
    expect((await world.decide(factsOf(honest()))).reason).toBe('revoked')
  })

  it('mode off allows whatever comes, without an identity', async () => {
    const world = makeWorld([routePlan({ mode: 'off' })])
    const { decision, answer } = await world.ask(
      factsOf({ ...honest(), authorization: ['rubbish'], facts: { holdfastHeaders: ['x-holdfast-subject'] } }),
    )
    expect(decision).toMatchObject({ verdict: 'allow', reason: 'ok', mode: 'off' })
    expect(answer.removeHeaders).toContain('x-holdfast-subject')
    expect(answer.removeHeaders).not.toContain('authorization')
  })

  it('A40 a preflight passes where the route says cors, and only there', async () => {
    const preflight = factsOf({
      ...honest(),
      method: 'OPTIONS',
      authorization: [],
      dpop: [],
      facts: { corsPreflight: true },
    })
    expect((await makeWorld([routePlan({ cors: true })]).decide(preflight)).reason).toBe('ok')
    expect((await makeWorld([routePlan()]).decide(preflight)).reason).toBe('token_missing')
  })

  it('a header over its limit is told once the route is known', async () => {
    const fault = { reason: 'credentials_malformed', detail: 'too long' } as const
    const facts = factsOf({ ...honest(), facts: { fault } })
    expect((await makeWorld().decide(facts)).reason).toBe('credentials_malformed')
    expect((await makeWorld([routePlan({ mode: 'observe' })]).decide(facts)).verdict).toBe('allow')
  })

  it('a route named by Envoy is taken, and decides by its own rules', async () => {
    const match: RouteMatch = {
      authorities: ['payments.example.com'],
      path: { kind: 'prefix', value: '/v1' },
      methods: undefined,
    }
    const world = makeWorld([
      routePlan(),
      routePlan({ name: 'strict', match, require: { scopes: ['admin'], peers: [] } }),
    ])
    const facts = factsOf({ ...honest(), facts: { routeName: 'payments' } })
    expect((await world.decide(facts)).reason).toBe('ok')
    expect((await world.decide({ ...factsOf(honest()), routeName: undefined })).reason).toBe('scope_insufficient')
  })

  it('B9 around a rotation, token and connection must be of one certificate, in both directions', async () => {
    const { payments, renewed } = certificates
    const on = (connection: Certificates['payments'], bound: Certificates['payments']) =>
      factsOf({ ...honestCertificate(bound), facts: { peerCertificate: asEnvoyWrites(connection.certificatePem) } })
    const world = makeWorld()
    expect((await world.decide(on(payments, renewed))).reason).toBe('certificate_rotated')
    expect((await world.decide(on(renewed, payments))).reason).toBe('certificate_rotated')
    expect((await world.decide(on(renewed, renewed))).reason).toBe('ok')
  })

  it('B8 a DPoP-bound token outlives the rotation of the certificate', async () => {
    const world = makeWorld()
    for (const { certificatePem } of [certificates.payments, certificates.renewed]) {
      const facts = factsOf({ ...honest(), facts: { peerCertificate: asEnvoyWrites(certificatePem) } })
      expect((await world.decide(facts)).reason).toBe('ok')
    }
  })

  it('D-E2 headers that Envoy was told to leave out deny, since absent is not known to be not sent', async () => {
    const world = makeWorld()
    expect((await world.decide({ ...factsOf(honest()), dpop: [] })).reason).toBe('proof_missing')
    expect((await world.decide({ ...factsOf(honest()), authorization: [] })).reason).toBe('token_missing')
    const bound = factsOf({ ...honestCertificate(certificates.payments), facts: {} })
    expect((await world.decide(bound)).reason).toBe('certificate_missing')
  })

  it('B7 a rotated certificate is told from a stolen one by what was seen here', async () => {
    const world = makeWorld()
    const unnamed = (certificate: Certificates['payments'], bound: Certificates['payments']) =>
      factsOf({
        ...honestCertificate(bound),
        tokenClaims: { ...honestCertificate(bound).tokenClaims, client_id: 'shop' },
        facts: { peerCertificate: asEnvoyWrites(certificate.certificatePem) },
      })
    const { payments, renewed, reports } = certificates
    expect((await world.decide(unnamed(renewed, payments))).reason).toBe('certificate_mismatch')
    expect((await world.decide(unnamed(payments, payments))).reason).toBe('ok')
    expect((await world.decide(unnamed(renewed, payments))).reason).toBe('certificate_rotated')
    expect((await world.decide(unnamed(reports, payments))).reason).toBe('certificate_mismatch')
  })
})
