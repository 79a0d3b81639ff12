/**
 * One honest request as a shape of which a test changes one thing; the rest is made anew around it, so that exactly that
 * thing is wrong.
 */
import type { RequestFacts } from '../../src/check/request-facts.ts'
import { makeKey, sha256Base64Url, signJws, type TestKey } from './jws.ts'

export const NOW_SECONDS = 1_800_000_000
export const ISSUER = 'https://as.example.com'
export const ORIGIN = 'https://payments.example.com'
export const PAYMENTS_ID = 'spiffe://example.org/ns/shop/sa/payments'

export const issuerKey: TestKey = { ...makeKey('ES256') }
export const holderKey: TestKey = makeKey('ES256')
export const thiefKey: TestKey = makeKey('ES256')

export interface Shape {
  method: string
  authority: string
  path: string
  scheme: string
  tokenHeader: Record<string, unknown>
  tokenClaims: Record<string, unknown>
  tokenKey: TestKey
  /** The token as text, instead of one made from the three above. */
  tokenText: string | undefined
  proofHeader: Record<string, unknown>
  /** Without `ath`: it follows the token unless `proofAth` says otherwise. */
  proofClaims: Record<string, unknown>
  proofAth: string | undefined
  proofKey: TestKey
  /** Fields as they arrive; undefined: made from the parts above. */
  authorization: readonly string[] | undefined
  dpop: readonly string[] | undefined
  facts: Partial<RequestFacts>
}

/** A DPoP request to route `payments` that is right in everything. */
export function honest(): Shape {
  return {
    method: 'GET',
    authority: 'payments.example.com',
    path: '/v1/transfers?limit=10',
    scheme: 'DPoP',
    tokenHeader: { typ: 'at+jwt', alg: 'ES256', kid: 'k1' },
    tokenClaims: {
      iss: ISSUER,
      sub: 'deployer',
      client_id: PAYMENTS_ID,
      aud: ORIGIN,
      iat: NOW_SECONDS - 60,
      exp: NOW_SECONDS + 600,
      jti: 'token-1',
      sid: 'session-1',
      scope: 'pay read',
      cnf: { jkt: holderKey.thumbprint },
    },
    tokenKey: issuerKey,
    tokenText: undefined,
    proofHeader: { typ: 'dpop+jwt', alg: 'ES256', jwk: holderKey.jwk },
    proofClaims: {
      jti: `proof-${Math.random()}`,
      htm: 'GET',
      htu: `${ORIGIN}/v1/transfers`,
      iat: NOW_SECONDS,
    },
    proofAth: undefined,
    proofKey: holderKey,
    authorization: undefined,
    dpop: undefined,
    facts: {},
  }
}

/** The same as Bearer, bound to a certificate by `x5t#S256`, with that certificate on the connection. */
export function honestCertificate(certificate: { thumbprint: string; certificatePem: string }): Shape {
  const shape = honest()
  return {
    ...shape,
    scheme: 'Bearer',
    tokenClaims: { ...shape.tokenClaims, cnf: { 'x5t#S256': certificate.thumbprint } },
    dpop: [],
    facts: { peerCertificate: asEnvoyWrites(certificate.certificatePem) },
  }
}

/** Envoy's form of `source.certificate`: URL-encoded PEM. */
export function asEnvoyWrites(pem: string): string {
  return encodeURIComponent(pem)
}

export function tokenOf(shape: Shape): string {
  return shape.tokenText ?? signJws(shape.tokenHeader, shape.tokenClaims, shape.tokenKey)
}

export function proofOf(shape: Shape, token: string): string {
  const ath = shape.proofAth ?? sha256Base64Url(token)
  return signJws(shape.proofHeader, { ...shape.proofClaims, ath }, shape.proofKey)
}

export function factsOf(shape: Shape): RequestFacts {
  const token = tokenOf(shape)
  return {
    fault: undefined,
    method: shape.method,
    authority: shape.authority,
    path: shape.path,
    authorization: shape.authorization ?? [`${shape.scheme} ${token}`],
    dpop: shape.dpop ?? [proofOf(shape, token)],
    forwardedClientCert: [],
    corsPreflight: false,
    holdfastHeaders: [],
    peerCertificate: '',
    peerPrincipal: '',
    sourceAddress: '10.0.0.1',
    routeName: undefined,
    traceparent: undefined,
    userAgent: '',
    ...shape.facts,
  }
}
