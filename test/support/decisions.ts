/** Finished decisions, for what counts and logs them. */
import { decide, noFindings } from '../../src/check/decide.ts'
import type { Decision, Findings } from '../../src/check/decision.ts'
import type { CheckEvent } from '../../src/check/observer.ts'
import type { Refusal } from '../../src/check/refusal.ts'
import type { RequestFacts } from '../../src/check/request-facts.ts'
import type { VerifiedToken } from '../../src/check/token/verified-token.ts'
import { routePlan } from './check-world.ts'

const NO_FACTS: RequestFacts = {
  fault: undefined,
  method: 'GET',
  authority: 'payments.example.com',
  path: '/v1',
  authorization: [],
  dpop: [],
  forwardedClientCert: [],
  corsPreflight: false,
  holdfastHeaders: [],
  peerCertificate: '',
  peerPrincipal: '',
  sourceAddress: '10.1.2.3',
  routeName: undefined,
  traceparent: undefined,
  userAgent: '',
}

export const TOKEN: VerifiedToken = {
  sha256: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
  issuer: 'https://as.example.com',
  subject: 'deployer',
  client: 'spiffe://example.org/ns/shop/sa/payments',
  tokenId: 'token-1',
  sessionId: 'session-1',
  audience: ['https://payments.example.com'],
  scope: 'pay',
  expiresAtSeconds: 1_800_000_600,
  notBeforeSeconds: undefined,
  issuedAtSeconds: 1_800_000_000,
  authTimeSeconds: undefined,
  confirmation: { jkt: 'thumbprint', x5tS256: undefined },
  holder: undefined,
}

/** A decision on route `payments`; `mode` is the route's. No refusal: allowed. */
export function decision(
  refusal: Refusal | undefined,
  changes: Partial<Findings> & { mode?: Decision['mode'] } = {},
): Decision {
  const { mode = 'enforce', ...findings } = changes
  return decide('d1', { ...noFindings(1_800_000_000_000), route: routePlan({ mode }), ...findings }, refusal)
}

export function event(made: Decision, facts: Partial<RequestFacts> = {}): CheckEvent {
  return { decision: made, facts: { ...NO_FACTS, ...facts }, durationMs: 1.23456 }
}
