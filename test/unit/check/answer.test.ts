import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../src/check/answer.ts'
import { decide, noFindings } from '../../../src/check/decide.ts'
import type { Findings, Scheme } from '../../../src/check/decision.ts'
import { headerValue } from '../../../src/check/header-value.ts'
import { REASON_NAMES, REASONS, type Reason } from '../../../src/check/reasons.ts'
import { refusal } from '../../../src/check/refusal.ts'
import type { RoutePlan } from '../../../src/check/route-plan.ts'
import type { VerifiedToken } from '../../../src/check/token/verified-token.ts'
import { acceptAll, acceptAny, routePlan } from '../../support/check-world.ts'
import { factsOf, honest, NOW_SECONDS } from '../../support/request.ts'

const ALGS = 'algs="ES256 EdDSA PS256"'
const facts = factsOf({ ...honest(), authorization: ['DPoP the-token'], dpop: ['the-proof'] })

const token: VerifiedToken = {
  sha256: 'ab'.repeat(32),
  issuer: 'https://as.example.com',
  subject: 'sub',
  client: 'client',
  tokenId: 'jti',
  sessionId: 'sid',
  audience: ['x'],
  scope: 'read write',
  expiresAtSeconds: NOW_SECONDS + 60,
  notBeforeSeconds: undefined,
  issuedAtSeconds: NOW_SECONDS,
  authTimeSeconds: undefined,
  confirmation: { jkt: undefined, x5tS256: undefined },
  holder: undefined,
}

function findings(route: RoutePlan | undefined, more: Partial<Findings> = {}): Findings {
  return { ...noFindings(NOW_SECONDS * 1000), route, ...more }
}

function deny(reason: Reason, route: RoutePlan | undefined, scheme?: Scheme, more: Partial<Findings> = {}) {
  return answerOf(decide('d1', findings(route, { scheme, ...more }), refusal(reason, 'a detail for the log')), facts)
}

function fields(answer: ReturnType<typeof deny>, name: string): string[] {
  return answer.headers.filter(([header]) => header === name).map(([, value]) => value)
}

const both = routePlan({ binding: acceptAny('dpop', 'certificate') })
const dpopOnly = routePlan({ binding: acceptAny('dpop') })
const certificateOnly = routePlan({ binding: acceptAny('certificate') })
const plainToo = routePlan({ binding: acceptAny('dpop', 'insecureBearer') })

describe('A31 challenges, exactly (RFC 9449 §7, RFC 6750 §3)', () => {
  const text = (reason: Reason): string => `error_description="${REASONS[reason].publicText}"`

  it.each([
    ['W0 on a DPoP route', 'token_missing', both, undefined, [`DPoP ${ALGS}`]],
    ['W0 where plain bearer would do', 'token_missing', plainToo, undefined, [`DPoP ${ALGS}`, 'Bearer']],
    ['W0 on a certificate route', 'token_missing', certificateOnly, undefined, ['Bearer']],
    ['W1', 'proof_malformed', both, 'dpop', [`DPoP error="invalid_dpop_proof", ${text('proof_malformed')}, ${ALGS}`]],
    ['W2', 'token_expired', both, 'dpop', [`DPoP error="invalid_token", ${text('token_expired')}, ${ALGS}`]],
    [
      'W2 for Bearer on a DPoP-only route (A24)',
      'binding_downgraded',
      dpopOnly,
      'bearer',
      [`DPoP error="invalid_token", ${text('binding_downgraded')}, ${ALGS}`],
    ],
    ['W3', 'nonce_required', both, 'dpop', [`DPoP error="use_dpop_nonce", ${text('nonce_required')}, ${ALGS}`]],
    [
      'W4',
      'credentials_malformed',
      both,
      undefined,
      [
        `DPoP error="invalid_request", ${text('credentials_malformed')}, ${ALGS}`,
        `Bearer error="invalid_request", ${text('credentials_malformed')}`,
      ],
    ],
    [
      'A32 W6 with the DPoP challenge first and without error',
      'certificate_mismatch',
      both,
      'bearer',
      [`DPoP ${ALGS}`, `Bearer error="invalid_token", ${text('certificate_mismatch')}`],
    ],
    [
      'W6 on a certificate route',
      'certificate_missing',
      certificateOnly,
      'bearer',
      [`Bearer error="invalid_token", ${text('certificate_missing')}`],
    ],
    ['W7', 'peer_mismatch', both, 'dpop', []],
    ['W9', 'replay_store_unavailable', both, 'dpop', []],
  ] as const)('%s', (_title, reason, route, scheme, expected) => {
    expect(fields(deny(reason, route, scheme), 'www-authenticate')).toEqual(expected)
  })

  it('W5 names the scopes that the route requires', () => {
    const route = routePlan({ require: { scopes: ['read', 'pay'], peers: [] } })
    const [challenge] = fields(deny('scope_insufficient', route, 'dpop'), 'www-authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="read pay"')
  })

  it('F15 resource_metadata stands in every challenge of a route that names it', () => {
    const route = routePlan({ resourceMetadata: 'https://x.example/.well-known/oauth-protected-resource' })
    for (const challenge of fields(deny('certificate_mismatch', route, 'bearer'), 'www-authenticate')) {
      expect(challenge).toContain('resource_metadata="https://x.example/.well-known/oauth-protected-resource"')
    }
  })

  it('a route that demands all of dpop and certificate is a DPoP-only route', () => {
    const route = routePlan({ binding: acceptAll('dpop', 'certificate') })
    expect(fields(deny('binding_downgraded', route, 'bearer'), 'www-authenticate')).toHaveLength(1)
  })
})

describe.each(REASON_NAMES.map((reason) => ({ reason })))('$reason', ({ reason }) => {
  it('is denied with a status that Envoy knows as an error', () => {
    const answer = deny(reason, both, 'dpop')
    expect(answer.allow).toBe(false)
    expect([400, 401, 403, 503]).toContain(answer.status)
  })

  it('says less on the wire than in the log, in characters that RFC 6750 §3 allows', () => {
    const answer = deny(reason, both, 'dpop')
    const wire = JSON.stringify([answer.headers, answer.body])
    expect(wire).not.toContain('a detail for the log')
    expect(REASONS[reason].publicText).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/)
  })

  it('every 401 has a challenge, DPoP first; every answer is uncacheable and has its decision id', () => {
    const answer = deny(reason, both, 'dpop')
    const challenges = fields(answer, 'www-authenticate')
    if (answer.status === 401) expect(challenges[0]).toMatch(/^DPoP /)
    expect(fields(answer, 'cache-control')).toEqual(['no-store'])
    expect(fields(answer, 'x-holdfast-decision')).toEqual(['d1'])
    expect(JSON.parse(answer.body)).toEqual({
      error: expect.any(String),
      error_description: REASONS[reason].publicText,
      decision_id: 'd1',
    })
  })

  it('W9 has a numeric Retry-After, no other has one', () => {
    const answer = deny(reason, both, 'dpop')
    expect(fields(answer, 'retry-after')).toEqual(answer.status === 503 ? ['1'] : [])
  })
})

describe('a denial as a whole', () => {
  it('has these headers in this order, this body, and nothing for an upstream', () => {
    expect(deny('proof_stale', both, 'dpop', { nonce: 'n1' })).toEqual({
      allow: false,
      status: 401,
      headers: [
        ['www-authenticate', `DPoP error="invalid_dpop_proof", error_description="the DPoP proof is too old", ${ALGS}`],
        ['dpop-nonce', 'n1'],
        ['cache-control', 'no-store'],
        ['content-type', 'application/json'],
        ['x-holdfast-decision', 'd1'],
      ],
      removeHeaders: [],
      responseHeaders: [],
      body: '{"error":"invalid_dpop_proof","error_description":"the DPoP proof is too old","decision_id":"d1"}',
      metadata: {
        decision_id: 'd1',
        verdict: 'deny',
        mode: 'enforce',
        reason: 'proof_stale',
        class: 'stale',
        would_deny: false,
        route: 'payments',
      },
    })
  })

  it('without a route it challenges for nothing', () => {
    const answer = deny('route_unknown', undefined)
    expect(answer.status).toBe(403)
    expect(answer.headers.map(([name]) => name)).toEqual(['cache-control', 'content-type', 'x-holdfast-decision'])
  })

  it('a token under DPoP on a route that takes certificates only is answered as DPoP', () => {
    const [challenge] = fields(deny('token_expired', certificateOnly, 'dpop'), 'www-authenticate')
    expect(challenge).toMatch(/^DPoP error="invalid_token"/)
  })

  it('metadata names the peer, and what the store lacked, where they are known', () => {
    const peer = {
      spiffeId: 'spiffe://example.org/a',
      certificateThumbprint: undefined,
      certificateNotBeforeSeconds: undefined,
      certificateIssuerSerial: undefined,
    }
    const { metadata } = deny('peer_mismatch', both, 'dpop', {
      peer,
      degraded: ['insecureAllow', 'insecureStaleRevocations'],
    })
    expect(metadata).toMatchObject({
      peer: 'spiffe://example.org/a',
      degraded: 'insecureAllow,insecureStaleRevocations',
    })
  })
})

describe('nonce and CORS', () => {
  it('A33 exactly one DPoP-Nonce on W3', () => {
    expect(fields(deny('nonce_required', both, 'dpop', { nonce: 'n1' }), 'dpop-nonce')).toEqual(['n1'])
  })

  it('A35 the next nonce goes out on success, uncacheable', () => {
    const answer = answerOf(decide('d', findings(both, { token, nonce: 'n2' }), undefined), facts)
    expect(answer.responseHeaders).toEqual([
      ['dpop-nonce', 'n2'],
      ['cache-control', 'no-store'],
    ])
  })

  it('A40 the challenge headers are exposed on a denial and on success, only where the route says cors', () => {
    const route = routePlan({ cors: true })
    const exposed = ['access-control-expose-headers', 'WWW-Authenticate, DPoP-Nonce']
    expect(deny('token_missing', route).headers).toContainEqual(exposed)
    expect(answerOf(decide('d', findings(route, { token }), undefined), facts).responseHeaders).toContainEqual(exposed)
    expect(deny('token_missing', both).headers).not.toContainEqual(exposed)
  })
})

describe('what the upstream gets', () => {
  const allowed = (route: RoutePlan, more: Partial<Findings> = {}) =>
    answerOf(decide('d1', findings(route, { token, scheme: 'dpop', held: ['dpop'], ...more }), undefined), facts)

  it('our identity headers, each set or removed, never both', () => {
    const answer = allowed(both)
    expect(answer.headers).toEqual([
      ['x-holdfast-decision', 'd1'],
      ['x-holdfast-issuer', 'https://as.example.com'],
      ['x-holdfast-subject', 'sub'],
      ['x-holdfast-client', 'client'],
      ['x-holdfast-session', 'sid'],
      ['x-holdfast-binding', 'dpop'],
      ['x-holdfast-scope', 'read write'],
    ])
    expect(answer.removeHeaders).toEqual(['x-holdfast-peer', 'dpop'])
  })

  it('an identity that has nothing to say of a thing says nothing; no binding is none', () => {
    const bare = { ...token, subject: undefined, client: '', scope: '', sessionId: undefined }
    const answer = allowed(plainToo, { token: bare, held: [] })
    expect(answer.headers).toEqual([
      ['x-holdfast-decision', 'd1'],
      ['x-holdfast-issuer', 'https://as.example.com'],
      ['x-holdfast-session', 'jti'],
      ['x-holdfast-binding', 'none'],
    ])
    expect(answer.removeHeaders).toEqual([
      'x-holdfast-subject',
      'x-holdfast-client',
      'x-holdfast-peer',
      'x-holdfast-scope',
      'dpop',
    ])
    expect(answer.metadata['binding']).toBe('none')
    expect(answer.responseHeaders).toEqual([])
    expect(allowed(plainToo, { token: { ...token, scope: undefined } }).removeHeaders).toContain('x-holdfast-scope')
  })

  it('the peer, when it has a SPIFFE ID', () => {
    const peer = {
      spiffeId: 'spiffe://example.org/a',
      certificateThumbprint: 'x',
      certificateNotBeforeSeconds: 1,
      certificateIssuerSerial: undefined,
    }
    expect(allowed(both, { peer }).headers).toContainEqual(['x-holdfast-peer', 'spiffe://example.org/a'])
  })

  it('where nothing was verified, credentials stay: mode off and preflights', () => {
    const off = routePlan({ mode: 'off', upstream: { authorization: 'strip' } })
    const answer = answerOf(decide('d1', findings(off), undefined), facts)
    expect(answer.headers).toEqual([['x-holdfast-decision', 'd1']])
    expect(answer.removeHeaders).not.toContain('dpop')
    expect(answer.removeHeaders).not.toContain('authorization')
  })

  it('D-E5 any other header under our prefix goes', () => {
    const spoofed = { ...facts, holdfastHeaders: ['x-holdfast-admin', 'x-holdfast-subject'] }
    const answer = answerOf(decide('d1', findings(both, { token }), undefined), spoofed)
    expect(answer.removeHeaders).toContain('x-holdfast-admin')
    expect(answer.removeHeaders).not.toContain('x-holdfast-subject')
  })

  it('C17 Authorization is kept, turned into Bearer, or stripped; the proof always goes', () => {
    const keep = allowed(routePlan({ upstream: { authorization: 'keep' } }))
    const bearer = allowed(routePlan({ upstream: { authorization: 'bearer' } }))
    const strip = allowed(routePlan({ upstream: { authorization: 'strip' } }))
    expect(keep.removeHeaders).not.toContain('authorization')
    expect(keep.headers.map(([name]) => name)).not.toContain('authorization')
    expect(bearer.headers).toContainEqual(['authorization', 'Bearer the-token'])
    expect(strip.removeHeaders).toContain('authorization')
    for (const answer of [keep, bearer, strip]) expect(answer.removeHeaders).toContain('dpop')
  })

  it('where observe let a refusal pass: no identity of ours, credentials as they came', () => {
    const route = routePlan({ mode: 'observe', upstream: { authorization: 'strip' } })
    const decision = decide('d1', findings(route, { token }), refusal('proof_replayed', 'x'))
    const answer = answerOf(decision, facts)
    expect(answer.allow).toBe(true)
    expect(answer.headers).toEqual([['x-holdfast-decision', 'd1']])
    expect(answer.removeHeaders).toContain('x-holdfast-subject')
    expect(answer.removeHeaders).not.toContain('dpop')
    expect(answer.removeHeaders).not.toContain('authorization')
    expect(answer.metadata).toMatchObject({
      verdict: 'allow',
      reason: 'proof_replayed',
      class: 'replayed',
      would_deny: true,
    })
  })

  it('metadata tells the decision and hashes only', () => {
    expect(allowed(both, { keyThumbprint: 'thumb' }).metadata).toEqual({
      decision_id: 'd1',
      verdict: 'allow',
      mode: 'enforce',
      reason: 'ok',
      class: 'none',
      would_deny: false,
      route: 'payments',
      issuer: 'https://as.example.com',
      binding: 'dpop',
      token: 'abababababababab',
      session: expect.stringMatching(/^[0-9a-f]{16}$/),
      key: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })
})

describe('claims as header values', () => {
  it.each([
    ['plain', 'plain'],
    ['two words', 'two words'],
    [' edge ', '%20edge%20'],
    [' a', '%20a'],
    ['a ', 'a%20'],
    ['~é', '~%C3%A9'],
    ['a\r\nx-evil: 1', 'a%0D%0Ax-evil: 1'],
    ['é', '%C3%A9'],
    ['%C3%A9', '%25C3%25A9'],
    ['\u0000', '%00'],
    ['', ''],
  ])('%j → %s', (text, value) => expect(headerValue(text)).toBe(value))
})
