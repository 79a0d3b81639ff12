/** Wrong headers: type, issuer, algorithm, kid and extensions (C1, C2, C5, C6, C8, C12, D14, D15). */
import { createHmac, sign } from 'node:crypto'
import type { IssuerPlan } from '../../../../src/check/route-plan.ts'
import { encode } from '../../../support/jws.ts'
import { claims, header, type TokenCase, text } from './token-case.ts'
import { HEADER, ISSUER, KEYS, makeToken, OTHER_ISSUER, PAYLOAD, unsigned } from './token-fixture.ts'

const LEGACY: Partial<IssuerPlan> = { tokenTypes: new Set(), insecureAnyTokenType: true }
const OTHER_KINDS = [
  'dbsc+jwt',
  'dpop+jwt',
  'entity-statement+jwt',
  'kb+jwt',
  'logout+jwt',
  'oauth-authz-req+jwt',
  'oauth-client-attestation+jwt',
  'oauth-client-attestation-pop+jwt',
  'secevent+jwt',
  'statuslist+jwt',
  'token-introspection+jwt',
  'txntoken+jwt',
  'wit+jwt',
  'wpt+jwt',
]

export const TYPES: readonly TokenCase[] = [
  header('C1', 'typ at+jwt', { typ: 'at+jwt' }, 'ok'),
  header('C1', 'typ application/at+jwt', { typ: 'application/at+jwt' }, 'ok'),
  header('C1', 'typ in capitals', { typ: 'Application/AT+JWT' }, 'ok'),
  header('C1', 'typ JWT', { typ: 'JWT' }, 'token_type'),
  header('C1', 'typ absent', { typ: undefined }, 'token_type'),
  header('C1', 'typ with text before', { typ: 'x-at+jwt' }, 'token_type'),
  header('C1', 'typ with text behind', { typ: 'at+jwt+x' }, 'token_type'),
  header('C1', 'typ with a space', { typ: 'at+jwt ' }, 'token_type'),
  header('C1', 'typ with application/ twice', { typ: 'application/application/at+jwt' }, 'token_type'),
  header('C1', 'typ of another tree', { typ: 'text/at+jwt' }, 'token_type'),
  header('C1', 'typ empty', { typ: '' }, 'token_type'),
  header('C1', 'typ a list', { typ: ['at+jwt'] }, 'token_type'),
  header('C1', 'typ null', { typ: null }, 'token_type'),
  header('C1', 'typ JWT, issuer that predates RFC 9068', { typ: 'JWT' }, 'ok', LEGACY),
  header('C1', 'typ absent, issuer that predates RFC 9068', { typ: undefined }, 'ok', LEGACY),
  header('C1', 'typ at+jwt, issuer that predates RFC 9068', {}, 'ok', LEGACY),
  header('C1', 'typ null, issuer that predates RFC 9068', { typ: null }, 'token_type', LEGACY),
  header('C1', 'a type of the configuration', { typ: 'JWT' }, 'ok', { tokenTypes: new Set(['jwt']) }),
  ...OTHER_KINDS.flatMap((typ) => [
    header('C12', `typ ${typ}`, { typ }, 'token_type'),
    header('C12', `typ application/${typ}`, { typ: `application/${typ}` }, 'token_type'),
    header('C12', `typ ${typ}, where any type is taken`, { typ }, 'token_type', LEGACY),
    header('C12', `typ ${typ}, even where configured`, { typ }, 'token_type', { tokenTypes: new Set([typ]) }),
  ]),
  header('C12', 'an explicit type nobody knows, where any is taken', { typ: 'new+jwt' }, 'token_type', LEGACY),
  {
    requirement: 'C12',
    title: 'a logout token without typ, where any type is taken',
    token: () =>
      makeToken({ header: { typ: undefined }, payload: { events: { 'http://schemas.example/logout': {} } } }),
    plan: LEGACY,
    expected: 'token_type',
  },
  header('D14', 'a JWT-SVID as access token', { typ: 'JWT' }, 'token_type'),
  header('D15', 'a WIT in Authorization', { typ: 'wit+jwt' }, 'token_type'),
]

export const ISSUERS: readonly TokenCase[] = [
  claims('C2', 'iss with a trailing slash', { iss: `${ISSUER}/` }, 'issuer_untrusted'),
  claims('C2', 'iss in other case', { iss: 'https://AS.example.com' }, 'issuer_untrusted'),
  claims('C2', 'iss with the default port', { iss: 'https://as.example.com:443' }, 'issuer_untrusted'),
  claims('C2', 'iss of nobody', { iss: 'https://evil.example' }, 'issuer_untrusted'),
  claims('C2', 'iss empty', { iss: '' }, 'issuer_untrusted'),
  claims('C2', 'iss a name of Object.prototype', { iss: '__proto__' }, 'issuer_untrusted'),
  claims('C2', 'iss a list', { iss: [ISSUER] }, 'token_malformed'),
  claims('C2', 'iss absent', { iss: undefined }, 'token_malformed'),
  text(
    'C2',
    'the key of another configured issuer',
    () => makeToken({ header: { kid: 'other-k1' }, key: KEYS.otherIssuer }),
    'token_signature',
  ),
  text(
    'C2',
    'the other issuer with its own key',
    () => makeToken({ header: { kid: 'other-k1' }, payload: { iss: OTHER_ISSUER }, key: KEYS.otherIssuer }),
    'ok',
  ),
]

export const ALGORITHMS: readonly TokenCase[] = [
  ...['none', 'None', 'NONE', 'noNE'].flatMap((alg) => [
    text('C5', `alg ${alg}, empty signature`, () => unsigned({ ...HEADER, alg }, PAYLOAD), 'token_malformed'),
    text('C5', `alg ${alg}, a signature`, () => makeToken({ header: { alg } }), 'token_signature'),
  ]),
  text(
    'C5',
    'HS256 with the public key as secret',
    () => {
      const secret = KEYS.issuer.publicKey.export({ format: 'pem', type: 'spki' }) as string
      return hmacToken({ ...HEADER, alg: 'HS256' }, secret)
    },
    'token_signature',
  ),
  text(
    'C5',
    'HS256 with the JWK as secret',
    () => hmacToken({ ...HEADER, alg: 'HS256' }, JSON.stringify(KEYS.issuer.jwk)),
    'token_signature',
  ),
  {
    requirement: 'C5',
    title: 'HS256 where the configuration allows it',
    token: () => hmacToken({ ...HEADER, alg: 'HS256' }, JSON.stringify(KEYS.issuer.jwk)),
    plan: { algorithms: new Set(['ES256', 'HS256']) },
    expected: 'token_signature',
  },
  text(
    'C5',
    'RS256, which the issuer may not use',
    () => makeToken({ header: { alg: 'RS256', kid: 'rs256-only' }, key: KEYS.rsa }),
    'token_signature',
  ),
  {
    requirement: 'C5',
    title: 'RS256, where the issuer may use it',
    token: () => makeToken({ header: { alg: 'RS256', kid: 'rs256-only' }, key: KEYS.rsa }),
    plan: { algorithms: new Set(['RS256', 'PS256']) },
    expected: 'ok',
  },
  {
    requirement: 'C5',
    title: 'PS256 with a key marked RS256',
    token: () => makeToken({ header: { alg: 'PS256', kid: 'rs256-only' }, key: KEYS.rsa, alg: 'PS256' }),
    plan: { algorithms: new Set(['RS256', 'PS256']) },
    expected: 'token_signature',
  },
  header('C5', 'ES256 with the kid of an RSA key', { kid: 'rs256-only' }, 'token_signature'),
  header('C5', 'alg in other case', { alg: 'es256' }, 'token_signature'),
  header('C5', 'alg absent', { alg: undefined }, 'token_malformed'),
  header('C5', 'alg a list', { alg: ['ES256'] }, 'token_malformed'),
  header('C5', 'alg null', { alg: null }, 'token_malformed'),
  header('C5', 'alg with a name of Object.prototype', { alg: 'constructor' }, 'token_signature'),
  text('C5', 'empty signature', () => makeToken().replace(/[^.]*$/, ''), 'token_malformed'),
  text('C5', 'signed by another key', () => makeToken({ key: KEYS.attacker }), 'token_signature'),
  text('C5', 'a flipped bit in the signature', () => flipSignature(makeToken()), 'token_signature'),
  text(
    'C5',
    'the claims of another token',
    () => withClaimsOf(makeToken(), makeToken({ payload: { sub: 'admin' } })),
    'token_signature',
  ),
  text('C5', 'a signature in DER form', () => withDerSignature(), 'token_signature'),
  text(
    'C5',
    'a signature of zeros (CVE-2022-21449)',
    () => makeToken().replace(/[^.]*$/, Buffer.alloc(64).toString('base64url')),
    'token_signature',
  ),
]

export const KIDS: readonly TokenCase[] = [
  ...[
    '../../etc/passwd',
    "' OR '1'='1",
    '*)(uid=*',
    'k1\u0000',
    'k1\n',
    ' k1',
    'K1',
    '',
    '__proto__',
    'https://evil.example/jwks',
    'other-k1',
  ].map((kid) => header('C6', `kid ${JSON.stringify(kid)}`, { kid }, 'token_signature')),
  header('C6', 'kid too long', { kid: 'k'.repeat(257) }, 'token_malformed'),
  header('C6', 'kid as long as may be', { kid: 'k'.repeat(256) }, 'token_signature'),
  header('C6', 'kid too long in bytes', { kid: 'ä'.repeat(129) }, 'token_malformed'),
  header('C6', 'kid of 1 MB', { kid: 'k'.repeat(1_000_000) }, 'token_malformed'),
  header('C6', 'kid a list', { kid: ['k1'] }, 'token_malformed'),
  header('C6', 'kid null', { kid: null }, 'token_malformed'),
  header('C6', 'kid a number', { kid: 1 }, 'token_malformed'),
  header('C6', 'kid absent, one key fits', { kid: undefined }, 'ok'),
]

export const EXTENSIONS: readonly TokenCase[] = [
  header('C8', 'crit with an unknown name', { crit: ['x'], x: 1 }, 'token_malformed'),
  header('C8', 'crit empty', { crit: [] }, 'token_malformed'),
  header('C8', 'crit with a repeated name', { crit: ['x', 'x'], x: 1 }, 'token_malformed'),
  header('C8', 'crit with a standard name', { crit: ['alg'] }, 'token_malformed'),
  header('C8', 'crit a text', { crit: 'b64' }, 'token_malformed'),
  header('C8', 'crit null', { crit: null }, 'token_malformed'),
  header('C8', 'b64 false and critical', { crit: ['b64'], b64: false }, 'token_malformed'),
  header('C8', 'b64 true and critical', { crit: ['b64'], b64: true }, 'token_malformed'),
  header('C8', 'b64 false', { b64: false }, 'token_malformed'),
  header('C8', 'an extra header parameter', { x: 1 }, 'ok'),
  claims('C8', 'an extra claim', { x: 1 }, 'ok'),
]

function hmacToken(header: object, secret: string): string {
  const input = `${encode(header)}.${encode(PAYLOAD)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

function flipSignature(token: string): string {
  const dot = token.lastIndexOf('.') + 1
  const signature = Buffer.from(token.slice(dot), 'base64url')
  signature[10] = (signature[10] ?? 0) ^ 1
  return token.slice(0, dot) + signature.toString('base64url')
}

/** Header and signature of one token around the claims of another. */
function withClaimsOf(token: string, other: string): string {
  const [header, , signature] = token.split('.')
  return [header, other.split('.')[1], signature].join('.')
}

function withDerSignature(): string {
  const input = `${encode(HEADER)}.${encode(PAYLOAD)}`
  return `${input}.${sign('sha256', Buffer.from(input), KEYS.issuer.privateKey).toString('base64url')}`
}
