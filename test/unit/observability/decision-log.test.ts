import { beforeEach, describe, expect, it } from 'vitest'
import type { Decision, Findings } from '../../../src/check/decision.ts'
import { NO_PEER } from '../../../src/check/peer/peer.ts'
import { type Refusal, refusal } from '../../../src/check/refusal.ts'
import { sessionOf } from '../../../src/check/session.ts'
import { shortHash } from '../../../src/check/short-hash.ts'
import { type DecisionLogLevel, makeDecisionLog } from '../../../src/observability/decision-log.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { decision, event, TOKEN } from '../../support/decisions.ts'

let lines: Record<string, unknown>[]

beforeEach(() => {
  lines = []
})

function logAt(level: DecisionLogLevel): ReturnType<typeof makeDecisionLog> {
  return makeDecisionLog(createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) }), level)
}

const REVOKED = refusal('revoked', 'the list says so')

describe('log.decisions', () => {
  const clean = (): Decision => decision(undefined)
  const denied = (): Decision => decision(REVOKED)
  const passed = (): Decision => decision(REVOKED, { mode: 'observe' })

  it.each([
    ['none', []],
    ['denied', ['deny', 'allow']],
    ['all', ['allow', 'deny', 'allow']],
  ] as [DecisionLogLevel, string[]][])('%s', (level, verdicts) => {
    const log = logAt(level)
    for (const made of [clean(), denied(), passed()]) log.decided(event(made))
    expect(lines.map((line) => line['verdict'])).toEqual(verdicts)
  })
})

describe('a line of the decision log', () => {
  function lineOf(refused: Refusal | undefined, findings: Partial<Findings> = {}, facts = {}): Record<string, unknown> {
    logAt('all').decided(event(decision(refused, findings), facts))
    const { level, time, msg, ...line } = lines[0] ?? {}
    expect([level, msg]).toEqual(['info', 'decision'])
    return line
  }

  it('says who, what, where and why, with hashes for what is secret', () => {
    const first = { sender: 'ab12cd34', atMs: 1_800_000_000_000 }
    const line = lineOf(refusal('proof_replayed', 'used before', { firstUse: first }), {
      token: TOKEN,
      peer: { ...NO_PEER, spiffeId: 'spiffe://example.org/ci', certificateThumbprint: 'x5t' },
      scheme: 'dpop',
      keyThumbprint: 'thumbprint',
      proofAgeSeconds: 2,
      held: ['dpop', 'certificate'],
    })
    expect(line).toEqual({
      decision_id: 'd1',
      verdict: 'deny',
      mode: 'enforce',
      reason: 'proof_replayed',
      would_deny: false,
      duration_ms: 1.235,
      method: 'GET',
      route: 'payments',
      source_address: '10.1.2.3',
      peer: 'spiffe://example.org/ci',
      certificate: shortHash('x5t'),
      scheme: 'dpop',
      key: shortHash('thumbprint'),
      proof_age_seconds: 2,
      issuer: TOKEN.issuer,
      subject: TOKEN.subject,
      client: TOKEN.client,
      token: '0011223344556677',
      session: shortHash(sessionOf(TOKEN).key),
      binding: 'dpop,certificate',
      class: 'replayed',
      attack: ['T1550.001', 'T1557'],
      nhi: ['NHI4'],
      csf: ['DE.AE-02'],
      detail: 'used before',
      first_use: { sender: 'ab12cd34', at: '2027-01-15T08:00:00.000Z' },
    })
  })

  it('names what was revoked', () => {
    const line = lineOf(refusal('revoked', 'x', { revocation: { id: 'r1', kind: 'key' } }))
    expect(line['revocation']).toEqual({ id: 'r1', kind: 'key' })
  })

  it('joins the trace of the request', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const line = lineOf(undefined, {}, { traceparent })
    expect([line['trace_id'], line['span_id']]).toEqual(['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'])
  })

  it('leaves out what is not known', () => {
    const line = lineOf(refusal('route_unknown', 'x'), { route: undefined }, { sourceAddress: '' })
    for (const name of ['route', 'issuer', 'token', 'peer', 'source_address', 'trace_id', 'first_use']) {
      expect(line).not.toHaveProperty(name)
    }
  })

  it.each([
    ['a line break', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['a direction mark', 'a\u202eb', 'a\\u202eb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['C1 controls', 'a\u009bb', 'a\\u009bb'],
    ['an escape sequence', '\u001b[31m', '\\u001b[31m'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
    ['a long text', 'x'.repeat(5_000), `${'x'.repeat(256)}…`],
  ])('makes %s in a claim harmless', (_, claim, expected) => {
    const line = lineOf(undefined, { token: { ...TOKEN, subject: claim, client: claim } })
    expect([line['subject'], line['client']]).toEqual([expected, expected])
  })
})

describe('the rate of the decision log', () => {
  it('tells what was left out at most once a second', () => {
    const log = logAt('denied')
    for (let ms = 0; ms < 3_000; ms++) log.decided(event(decision(REVOKED, { nowMs: ms })))
    const told = lines.filter((line) => line['msg'] === 'decisions left out of the log')
    expect(told).toHaveLength(2)
  })

  it('cuts a flood of denials, and says how many were left out', () => {
    const log = logAt('denied')
    for (let i = 0; i < 1_000; i++) log.decided(event(decision(REVOKED, { nowMs: 0 })))
    expect(lines).toHaveLength(200)
    log.decided(event(decision(REVOKED, { nowMs: 1_000 })))
    expect(lines.slice(200)).toMatchObject([
      { msg: 'decisions left out of the log', lane: 'denied', suppressed: 800 },
      { msg: 'decision', reason: 'revoked' },
    ])
  })

  it('never lets allows push out a denial', () => {
    const log = logAt('all')
    for (let i = 0; i < 1_000; i++) log.decided(event(decision(undefined, { nowMs: 0 })))
    log.decided(event(decision(REVOKED, { nowMs: 0 })))
    expect(lines).toHaveLength(51)
    expect(lines.at(-1)).toMatchObject({ reason: 'revoked' })
  })

  it('tells the rest at the end, once', () => {
    const log = logAt('denied')
    for (let i = 0; i < 205; i++) log.decided(event(decision(REVOKED, { nowMs: 0 })))
    log.flush()
    log.flush()
    expect(lines.slice(200)).toMatchObject([{ lane: 'denied', suppressed: 5 }])
  })
})
