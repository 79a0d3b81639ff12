/**
 * One thing wrong, everything else right: the whole check, from facts to the answer. Each row names the requirement, what is
 * changed in an honest request, and what must come of it. The steps have finer tables of their own.
 */
import type { Reason } from '../../../../src/check/reasons.ts'
import type { RoutePlan } from '../../../../src/check/route-plan.ts'
import { acceptAll, acceptAny } from '../../../support/check-world.ts'
import { sha256Base64Url, signJws } from '../../../support/jws.ts'
import {
  asEnvoyWrites,
  honest,
  honestCertificate,
  NOW_SECONDS,
  ORIGIN,
  PAYMENTS_ID,
  type Shape,
  thiefKey,
  tokenOf,
} from '../../../support/request.ts'
import type { Certificates } from './certificates.ts'

export interface Case {
  readonly requirement: string
  readonly title: string
  readonly shape: (certificates: Certificates) => Shape
  readonly route?: Partial<RoutePlan>
  readonly reason: Reason
  readonly status: 400 | 401 | 403 | 503
  /** `error` of the challenge of the scheme used; null: a challenge without error; undefined: no challenge. */
  readonly error?: string | null
}

type Change = (shape: Shape) => Partial<Shape>

/** From the honest DPoP request. */
function dpop(
  requirement: string,
  title: string,
  change: Change,
  reason: Reason,
  status: Case['status'],
  error?: string | null,
  route: Partial<RoutePlan> = {},
): Case {
  const shape = (): Shape => {
    const base = honest()
    return { ...base, ...change(base) }
  }
  return { requirement, title, shape, route, reason, status, ...(error === undefined ? {} : { error }) }
}

/** From the honest request with a certificate-bound token under Bearer. */
function certificate(
  requirement: string,
  title: string,
  change: (shape: Shape, certificates: Certificates) => Partial<Shape>,
  reason: Reason,
  status: Case['status'],
  error?: string | null,
  route: Partial<RoutePlan> = {},
): Case {
  const shape = (certificates: Certificates): Shape => {
    const base = honestCertificate(certificates.payments)
    return { ...base, ...change(base, certificates) }
  }
  return { requirement, title, shape, route, reason, status, ...(error === undefined ? {} : { error }) }
}

const claims = (change: Record<string, unknown>) => (shape: Shape) => ({
  tokenClaims: { ...shape.tokenClaims, ...change },
})
const proof = (change: Record<string, unknown>) => (shape: Shape) => ({
  proofClaims: { ...shape.proofClaims, ...change },
})

/** Token and proof of a thief who has the token and made a key of his own. */
const foreignKey = (shape: Shape): Partial<Shape> => ({
  proofKey: thiefKey,
  proofHeader: { ...shape.proofHeader, jwk: thiefKey.jwk },
})

const W1 = 'invalid_dpop_proof'
const W2 = 'invalid_token'

export const CASES: readonly Case[] = [
  dpop('A1', 'two DPoP fields', () => ({ dpop: ['a', 'b'] }), 'credentials_ambiguous', 401, W1),
  dpop('A1', 'two proofs joined by a comma', () => ({ dpop: ['a,b'] }), 'credentials_ambiguous', 401, W1),
  dpop('A2', 'a proof that is no JWT', () => ({ dpop: ['not-a-jwt'] }), 'proof_malformed', 401, W1),
  dpop('A2', 'an empty DPoP field', () => ({ dpop: [''] }), 'proof_malformed', 401, W1),
  dpop('A3', 'a proof without jti', proof({ jti: undefined }), 'proof_malformed', 401, W1),
  dpop(
    'A4',
    'an access token used as a proof',
    (shape) => ({ proofHeader: { ...shape.proofHeader, typ: 'at+jwt' } }),
    'proof_type',
    401,
    W1,
  ),
  dpop(
    'A5',
    'an algorithm that the route does not list',
    (shape) => ({ proofHeader: { ...shape.proofHeader, alg: 'ES384' } }),
    'proof_algorithm',
    401,
    W1,
  ),
  dpop(
    'A5',
    'alg none',
    (shape) => ({ proofHeader: { ...shape.proofHeader, alg: 'none' } }),
    'proof_algorithm',
    401,
    W1,
  ),
  dpop('A6', 'signed by another key than it shows', () => ({ proofKey: thiefKey }), 'proof_signature', 401, W1),
  dpop(
    'A6',
    'a private key in the header',
    (shape) => ({ proofHeader: { ...shape.proofHeader, jwk: { ...(shape.proofHeader['jwk'] as object), d: 'AA' } } }),
    'proof_key',
    401,
    W1,
  ),
  dpop(
    'A8',
    'crit in the proof',
    (shape) => ({ proofHeader: { ...shape.proofHeader, crit: ['x'], x: 1 } }),
    'proof_malformed',
    401,
    W1,
  ),
  dpop('A9', 'exp of the proof has passed', proof({ exp: NOW_SECONDS - 1 }), 'proof_stale', 401, W1),
  dpop('A10', 'htm of another method', proof({ htm: 'POST' }), 'proof_target_mismatch', 401, W1),
  dpop('A10', 'htm in lower case', proof({ htm: 'get' }), 'proof_target_mismatch', 401, W1),
  dpop('A11', 'htu of another path', proof({ htu: `${ORIGIN}/v1/transfer` }), 'proof_target_mismatch', 401, W1),
  dpop('A11', 'htu with a trailing slash', proof({ htu: `${ORIGIN}/v1/transfers/` }), 'proof_target_mismatch', 401, W1),
  dpop(
    'A12',
    'an encoded slash is not a slash',
    proof({ htu: `${ORIGIN}/v1%2Ftransfers` }),
    'proof_target_mismatch',
    401,
    W1,
  ),
  dpop(
    'A13',
    'a proof for another service',
    proof({ htu: 'https://reports.example.com/v1/transfers' }),
    'proof_target_mismatch',
    401,
    W1,
  ),
  dpop('A13', 'an authority that no route has', () => ({ authority: 'reports.example.com' }), 'route_unknown', 403),
  dpop(
    'A14',
    'a path that begins with two slashes',
    () => ({ path: '//evil.example/x' }),
    'proof_target_mismatch',
    401,
    W1,
  ),
  dpop('A14', 'an absolute-form path', () => ({ path: 'https://evil.example/x' }), 'route_unknown', 403),
  dpop('A14', 'CONNECT, without a path', () => ({ path: '', method: 'CONNECT' }), 'route_unknown', 403),
  dpop('A15', 'a path that may be read as another', () => ({ path: '/v1/%00transfers' }), 'route_unknown', 403),
  dpop('A16', 'a proof one second too old', proof({ iat: NOW_SECONDS - 61 }), 'proof_stale', 401, W1),
  dpop('A16', 'a proof one second too far ahead', proof({ iat: NOW_SECONDS + 6 }), 'proof_future', 401, W1),
  dpop('A19', 'a jti of 10 kB', proof({ jti: 'x'.repeat(10_000) }), 'proof_malformed', 401, W1),
  dpop(
    'A21',
    'ath of another token',
    () => ({ proofAth: sha256Base64Url('another') }),
    'proof_token_mismatch',
    401,
    W1,
  ),
  dpop('A22', 'a thief with the token and a key of his own', foreignKey, 'proof_key_mismatch', 401, W2),
  dpop(
    'A23',
    'a forged token whose cnf names the thief',
    (shape) => ({
      ...foreignKey(shape),
      tokenKey: thiefKey,
      tokenClaims: { ...shape.tokenClaims, cnf: { jkt: thiefKey.thumbprint } },
    }),
    'token_signature',
    401,
    W2,
  ),
  dpop(
    'A24',
    'a DPoP-bound token as Bearer without a proof',
    () => ({ scheme: 'Bearer', dpop: [] }),
    'binding_downgraded',
    401,
    W2,
  ),
  dpop(
    'A24',
    'a DPoP-bound token as Bearer with its proof',
    () => ({ scheme: 'bearer' }),
    'binding_downgraded',
    401,
    W2,
  ),
  dpop('A24', 'the same on a DPoP-only route', () => ({ scheme: 'Bearer', dpop: [] }), 'binding_downgraded', 401, W2, {
    binding: acceptAny('dpop'),
  }),
  dpop('A25', 'the DPoP scheme without a proof', () => ({ dpop: [] }), 'proof_missing', 401, W1),
  dpop('A26', 'a token without cnf under DPoP', claims({ cnf: undefined }), 'token_unbound', 401, W2),
  dpop(
    'A26',
    'a token without cnf as Bearer',
    (shape) => ({ ...claims({ cnf: undefined })(shape), scheme: 'Bearer', dpop: [] }),
    'token_unbound',
    401,
    W2,
  ),
  dpop('A27', 'a cnf that is not understood', claims({ cnf: { kid: 'k' } }), 'binding_unsupported', 401, W2),
  dpop(
    'A27',
    'an unknown member beside jkt',
    (shape) => claims({ cnf: { ...(shape.tokenClaims['cnf'] as object), osc: {} } })(shape),
    'binding_unsupported',
    401,
    W2,
  ),
  dpop(
    'A28',
    'the scheme without a token',
    () => ({ authorization: ['DPoP'] }),
    'credentials_malformed',
    400,
    'invalid_request',
  ),
  dpop(
    'A29',
    'two Authorization fields',
    () => ({ authorization: ['DPoP a', 'Bearer b'] }),
    'credentials_ambiguous',
    400,
    'invalid_request',
  ),
  dpop('A30', 'no Authorization field', () => ({ authorization: [] }), 'token_missing', 401, null),
  dpop('A33', 'a nonce that is not ours', proof({ nonce: 'A'.repeat(32) }), 'nonce_invalid', 401, 'use_dpop_nonce'),
  dpop('A34', 'no nonce where the route requires one', () => ({}), 'nonce_required', 401, 'use_dpop_nonce', {
    nonce: 'required',
  }),
  dpop('A37', 'a token that lives longer than the route takes', () => ({}), 'token_lifetime_exceeded', 401, W2, {
    token: { maxLifetimeSeconds: 659 },
  }),
  dpop(
    'A40',
    'plain OPTIONS is no preflight',
    () => ({ method: 'OPTIONS', authorization: [], dpop: [] }),
    'token_missing',
    401,
    null,
    { cors: true },
  ),
  dpop(
    'C1',
    'an ID token for an access token',
    (shape) => ({ tokenHeader: { ...shape.tokenHeader, typ: 'JWT' } }),
    'token_type',
    401,
    W2,
  ),
  dpop('C2', 'an issuer with a slash more', claims({ iss: 'https://as.example.com/' }), 'issuer_untrusted', 401, W2),
  dpop('C2', 'an issuer that is not one of the route', () => ({}), 'issuer_untrusted', 401, W2, {
    issuers: new Set(['https://other.example.com']),
  }),
  dpop(
    'C3',
    'an audience that is another service',
    claims({ aud: 'https://reports.example.com' }),
    'audience_mismatch',
    401,
    W2,
  ),
  dpop(
    'C3',
    'an audience that only begins like ours',
    claims({ aud: `${ORIGIN}.evil.example` }),
    'audience_mismatch',
    401,
    W2,
  ),
  dpop('C4', 'a token expired beyond the skew', claims({ exp: NOW_SECONDS - 6 }), 'token_expired', 401, W2),
  dpop('C4', 'a token that is not valid yet', claims({ nbf: NOW_SECONDS + 6 }), 'token_not_yet_valid', 401, W2),
  dpop(
    'C5',
    'alg none in the token',
    (shape) => ({ tokenHeader: { ...shape.tokenHeader, alg: 'none' } }),
    'token_signature',
    401,
    W2,
  ),
  dpop(
    'C6',
    'an unknown kid',
    (shape) => ({ tokenHeader: { ...shape.tokenHeader, kid: '../../etc/passwd' } }),
    'token_signature',
    401,
    W2,
  ),
  dpop(
    'C7',
    'a key in the header of the token',
    (shape) => ({ tokenKey: thiefKey, tokenHeader: { ...shape.tokenHeader, jwk: thiefKey.jwk } }),
    'token_signature',
    401,
    W2,
  ),
  dpop('C9', 'a token that is no JWS', () => ({ tokenText: 'abc' }), 'token_malformed', 401, W2),
  dpop(
    'C12',
    'a proof used as an access token',
    (shape) => ({ tokenText: signJws(shape.proofHeader, shape.proofClaims, shape.proofKey) }),
    'token_malformed',
    401,
    W2,
  ),
  dpop(
    'C18',
    'a token in the query beside the header',
    () => ({ path: '/v1/transfers?access_token=x' }),
    'credentials_ambiguous',
    400,
    'invalid_request',
  ),
  dpop(
    'C19',
    'a token with a character that lenient decoders skip',
    (shape) => ({ tokenText: `${tokenOf(shape)}=` }),
    'token_malformed',
    401,
    W2,
  ),
  dpop('D7', 'a peer that only begins like the one required', (shape) => shape, 'peer_untrusted', 403, undefined, {
    require: { scopes: [], peers: [{ kind: 'exact', text: PAYMENTS_ID }] },
  }),
  dpop(
    'W5',
    'a scope that the route requires is missing',
    () => ({}),
    'scope_insufficient',
    403,
    'insufficient_scope',
    { require: { scopes: ['admin'], peers: [] } },
  ),

  certificate(
    'B1',
    'another certificate of the same CA',
    (_shape, { reports }) => ({ facts: { peerCertificate: asEnvoyWrites(reports.certificatePem) } }),
    'certificate_mismatch',
    401,
    W2,
  ),
  certificate(
    'B2',
    'x5t#S256 in hex',
    (shape, { payments }) => ({
      tokenClaims: {
        ...shape.tokenClaims,
        cnf: { 'x5t#S256': Buffer.from(payments.thumbprint, 'base64url').toString('hex') },
      },
    }),
    'binding_unsupported',
    401,
    W2,
  ),
  certificate('B4', 'no client certificate', () => ({ facts: {} }), 'certificate_missing', 401, W2),
  certificate(
    'B7',
    'a renewed certificate of the same workload',
    (_shape, { renewed }) => ({ facts: { peerCertificate: asEnvoyWrites(renewed.certificatePem) } }),
    'certificate_rotated',
    401,
    W2,
  ),
  certificate(
    'B12',
    'a certificate-bound token is no bearer token where bearer is taken',
    () => ({ facts: {} }),
    'certificate_missing',
    401,
    W2,
    { binding: acceptAny('insecureBearer') },
  ),
  certificate(
    'A27',
    'both bindings, the proof missing',
    (shape) => ({
      scheme: 'Bearer',
      tokenClaims: { ...shape.tokenClaims, cnf: { ...(shape.tokenClaims['cnf'] as object), jkt: thiefKey.thumbprint } },
    }),
    'binding_downgraded',
    401,
    W2,
  ),
  certificate(
    'A27',
    'both bindings, the certificate another',
    (_shape, { payments, reports }) => bothBindings(payments.thumbprint, reports.certificatePem),
    'certificate_mismatch',
    401,
    W2,
  ),
  certificate(
    'A26',
    'a certificate-bound token under DPoP',
    (shape) => ({ scheme: 'DPoP', dpop: undefined, facts: shape.facts }),
    'token_unbound',
    401,
    W2,
  ),
  certificate(
    'B10',
    'another replica of the workload is another certificate',
    (_shape, { renewed }) => ({ facts: { peerCertificate: asEnvoyWrites(renewed.certificatePem) } }),
    'certificate_rotated',
    401,
    W2,
  ),
  certificate(
    'B11',
    'through a gateway the peer is the gateway',
    (_shape, { gateway }) => ({ facts: { peerCertificate: asEnvoyWrites(gateway.certificatePem) } }),
    'certificate_mismatch',
    401,
    W2,
  ),
  certificate(
    'D8',
    'two SPIFFE IDs in one certificate',
    (_shape, { twoIds }) => ({ facts: { peerCertificate: asEnvoyWrites(twoIds.certificatePem) } }),
    'peer_ambiguous',
    403,
  ),
  certificate(
    'D9',
    'a CA certificate as the peer',
    (_shape, { authority }) => ({ facts: { peerCertificate: asEnvoyWrites(authority.certificatePem) } }),
    'peer_untrusted',
    403,
  ),
  certificate(
    'D10',
    'a foreign trust domain',
    (_shape, { foreign }) => ({ facts: { peerCertificate: asEnvoyWrites(foreign.certificatePem) } }),
    'peer_untrusted',
    403,
  ),
  certificate(
    'D11',
    'a DNS name that spells the holder is no identity',
    (_shape, { spelled }) => ({
      scheme: 'Bearer',
      tokenClaims: { ...honest().tokenClaims, cnf: undefined },
      facts: { peerCertificate: asEnvoyWrites(spelled.certificatePem) },
    }),
    'peer_mismatch',
    403,
    undefined,
    { binding: acceptAny('workload') },
  ),

  certificate(
    'W-workload',
    'workload binding: another workload brings the token',
    (_shape, { reports }) => ({
      tokenClaims: { ...honest().tokenClaims, cnf: undefined },
      facts: { peerCertificate: asEnvoyWrites(reports.certificatePem) },
    }),
    'peer_mismatch',
    403,
    undefined,
    { binding: acceptAny('workload') },
  ),
  certificate(
    'W-workload',
    'workload binding: no certificate',
    () => ({ tokenClaims: { ...honest().tokenClaims, cnf: undefined }, facts: {} }),
    'certificate_missing',
    401,
    W2,
    { binding: acceptAny('workload') },
  ),
  certificate(
    'W-workload',
    'workload binding: the token names no workload',
    (shape) => ({
      tokenClaims: { ...honest().tokenClaims, cnf: undefined, client_id: 'deployer' },
      facts: shape.facts,
    }),
    'token_unbound',
    401,
    W2,
    { binding: acceptAny('workload') },
  ),
  certificate(
    'W-workload',
    'dpop and workload: the right proof by another workload',
    (_shape, { reports }) => ({ ...honest(), facts: { peerCertificate: asEnvoyWrites(reports.certificatePem) } }),
    'peer_mismatch',
    403,
    undefined,
    { binding: acceptAll('dpop', 'workload') },
  ),
  certificate(
    'W-workload',
    'dpop and workload: the right workload without a key',
    (shape) => ({ tokenClaims: { ...honest().tokenClaims, cnf: undefined }, facts: shape.facts }),
    'token_unbound',
    401,
    W2,
    { binding: acceptAll('dpop', 'workload') },
  ),
]

/** A DPoP request whose token is bound to a certificate too, on a connection with the given one. */
export function bothBindings(x5tS256: string, certificatePem: string): Shape {
  const shape = honest()
  const jkt = (shape.tokenClaims['cnf'] as { jkt: string }).jkt
  return {
    ...shape,
    tokenClaims: { ...shape.tokenClaims, cnf: { jkt, 'x5t#S256': x5tS256 } },
    facts: { peerCertificate: asEnvoyWrites(certificatePem) },
  }
}
