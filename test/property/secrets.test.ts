/** Rule 11: whatever a request holds, no byte of a token, proof, nonce or key gets into the log or the metrics. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REASON_NAMES } from '../../src/check/reasons.ts'
import { refusal } from '../../src/check/refusal.ts'
import { makeDecisionLog } from '../../src/observability/decision-log.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { makeMetricSet } from '../../src/observability/metric-set.ts'
import { makePrometheusObserver } from '../../src/observability/prometheus-observer.ts'
import { scrub } from '../../src/observability/redact.ts'
import { decision, event, TOKEN } from '../support/decisions.ts'

/** At least 128 bits of base64url, which is what every secret here looks like. */
const secret = fc.uint8Array({ minLength: 18, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
const jwt = fc.tuple(secret, secret).map(([payload, signature]) => `eyJhbGciOiJFUzI1NiJ9.${payload}.${signature}`)

describe('rule 11 the log of decisions', () => {
  it('holds none of what a request carries as a credential, nor path, query, nonce or thumbprint', () => {
    const planted = fc.record({
      token: jwt,
      proof: jwt,
      query: secret,
      certificate: secret,
      forwarded: secret,
      nonce: secret,
      thumbprint: secret,
      tokenSha256: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
      tokenId: secret,
      sessionId: secret,
      jkt: secret,
      scope: secret,
      reason: fc.constantFrom(undefined, ...REASON_NAMES),
      mode: fc.constantFrom('enforce', 'observe', 'off'),
    })
    fc.assert(
      fc.property(planted, ({ reason, mode, ...secrets }) => {
        const lines: string[] = []
        const logger = createLogger('debug', { write: (line) => void lines.push(line) })
        const made = decision(reason === undefined ? undefined : refusal(reason, 'constant words'), {
          mode,
          peer: {
            spiffeId: 'spiffe://td/a',
            certificateThumbprint: secrets.certificate,
            certificateNotBeforeSeconds: 0,
            certificateIssuerSerial: undefined,
          },
          token: {
            ...TOKEN,
            sha256: secrets.tokenSha256,
            tokenId: secrets.tokenId,
            sessionId: secrets.sessionId,
            scope: secrets.scope,
            confirmation: { jkt: secrets.jkt, x5tS256: secrets.certificate },
          },
          keyThumbprint: secrets.thumbprint,
          nonce: secrets.nonce,
          held: ['dpop'],
        })
        makeDecisionLog(logger, 'all').decided(
          event(made, {
            authorization: [`DPoP ${secrets.token}`],
            dpop: [secrets.proof],
            path: `/v1?access_token=${secrets.query}`,
            authority: secrets.query,
            forwardedClientCert: [`Cert="${secrets.forwarded}"`],
            peerCertificate: secrets.forwarded,
            peerPrincipal: secrets.forwarded,
            holdfastHeaders: [`x-holdfast-${secrets.query}`],
            routeName: secrets.query,
          }),
        )
        expect(lines).toHaveLength(1)
        for (const value of Object.values(secrets)) expect(lines[0]).not.toContain(value)
      }),
      { numRuns: 500 },
    )
  })
})

describe('rule 11 the metrics', () => {
  it('hold no text of a request: a decision adds no series, so no label', async () => {
    const set = makeMetricSet()
    const observer = makePrometheusObserver(set)
    observer.setRoutes([{ name: 'payments', mode: 'enforce' }])
    await fc.assert(
      fc.asyncProperty(jwt, secret, fc.constantFrom(...REASON_NAMES), async (token, other, reason) => {
        observer.decided(
          event(decision(refusal(reason, other), { token: { ...TOKEN, issuer: other, subject: other } }), {
            authorization: [token],
            method: other,
            authority: other,
          }),
        )
        const { body } = await set.render()
        expect(body.includes(token) || body.includes(other)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })
})

describe('rule 11 scrub', () => {
  const around = fc.constantFrom(' ', '"', "'", ': ', '=', '(', '\n', ', ', '<', '%20')

  it('leaves no secret in an error message, wherever it stands', () => {
    fc.assert(
      fc.property(fc.oneof(secret, jwt), fc.lorem(), around, around, (hidden, words, before, after) => {
        expect(scrub(`${words}${before}${hidden}${after}${words}`)).not.toContain(hidden)
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws, and is idempotent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(scrub(scrub(text))).toBe(scrub(text))
      }),
    )
  })

  it('takes time in proportion to the text', () => {
    const startedMs = performance.now()
    for (const text of ['-----BEGIN '.repeat(20_000), 'eyJ.'.repeat(50_000), randomBytes(200_000).toString('latin1')]) {
      scrub(text)
    }
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })
})
