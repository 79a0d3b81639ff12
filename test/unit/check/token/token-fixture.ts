/** One valid access token and the world in which it is valid; tests change one thing of it. */

import { makeLruCache } from '../../../../src/adapters/lru/lru-cache.ts'
import type { IssuerPlan } from '../../../../src/check/route-plan.ts'
import type { RememberedToken, TokenDeps } from '../../../../src/check/token/verify-token.ts'
import type { FakeIssuerKeys } from '../../../support/fake-issuer-keys.ts'
import { fakeIssuerKeys } from '../../../support/fake-issuer-keys.ts'
import { encode, makeKey, signBytes, signJws, type TestKey } from '../../../support/jws.ts'

export const NOW_SECONDS = 1_767_225_600
export const ISSUER = 'https://as.example.com'
export const OTHER_ISSUER = 'https://other.example.com'
export const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
export const CERTIFICATE_HASH = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'

export const KEYS = {
  issuer: makeKey('ES256'),
  otherIssuer: makeKey('ES256'),
  rsa: makeKey('RS256'),
  attacker: makeKey('ES256'),
} as const

export const HEADER = { typ: 'at+jwt', alg: 'ES256', kid: 'k1' }

export const PAYLOAD = {
  iss: ISSUER,
  sub: 'user-1',
  client_id: 'client-1',
  aud: 'https://api.example.com',
  exp: NOW_SECONDS + 300,
  iat: NOW_SECONDS - 10,
  jti: 'token-1',
  scope: 'read write',
  cnf: { jkt: THUMBPRINT },
}

export const PLAN: IssuerPlan = {
  issuer: ISSUER,
  algorithms: new Set(['ES256', 'PS256', 'EdDSA']),
  tokenTypes: new Set(['at+jwt']),
  insecureAnyTokenType: false,
  requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
  clockSkewSeconds: 5,
  holder: { kind: 'claim', claim: 'client_id' },
  ignoredConfirmations: new Set(),
}

/** The valid token with some header parameters and claims changed; `undefined` removes one. */
export function makeToken(change: { header?: object; payload?: object; key?: TestKey; alg?: string } = {}): string {
  const key = change.key ?? KEYS.issuer
  return signJws({ ...HEADER, ...change.header }, { ...PAYLOAD, ...change.payload }, key, change.alg ?? key.alg)
}

/** Signs any two byte strings as header and payload: JSON that JSON.stringify would not write. */
export function signRaw(header: string | Buffer, payload: string | Buffer): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  return `${input}.${signBytes(input, KEYS.issuer).toString('base64url')}`
}

export function unsigned(header: object, payload: object, signature = ''): string {
  return `${encode(header)}.${encode(payload)}.${signature}`
}

export interface TokenWorld extends TokenDeps {
  readonly keys: FakeIssuerKeys
  readonly issuers: Map<string, IssuerPlan>
  readonly cacheUses: string[]
}

export function makeWorld(plan: Partial<IssuerPlan> = {}): TokenWorld {
  const keys = fakeIssuerKeys()
  keys.publish(ISSUER, [
    { kid: 'k1', publicKey: KEYS.issuer.publicKey },
    { kid: 'rs256-only', alg: 'RS256', publicKey: KEYS.rsa.publicKey },
  ])
  keys.publish(OTHER_ISSUER, [{ kid: 'other-k1', publicKey: KEYS.otherIssuer.publicKey }])
  const cacheUses: string[] = []
  return {
    issuers: new Map([
      [ISSUER, { ...PLAN, ...plan }],
      [OTHER_ISSUER, { ...PLAN, issuer: OTHER_ISSUER }],
    ]),
    keys,
    remembered: makeLruCache<RememberedToken>(100),
    observer: { cacheUsed: (cache, outcome) => void cacheUses.push(`${cache} ${outcome}`) },
    cacheUses,
  }
}
