/** Wrong claims: audience, times, names and required claims (C3, C4, C11). */
import { claims, type TokenCase, text } from './token-case.ts'
import { HEADER, NOW_SECONDS, PAYLOAD, signRaw } from './token-fixture.ts'

export const AUDIENCE: readonly TokenCase[] = [
  claims('C3', 'aud a list', { aud: ['https://a.example', 'https://api.example.com'] }, 'ok'),
  claims('C3', 'aud a number', { aud: 7 }, 'token_malformed'),
  claims('C3', 'aud an object', { aud: { 0: 'https://api.example.com' } }, 'token_malformed'),
  claims('C3', 'aud null', { aud: null }, 'token_malformed'),
  claims('C3', 'aud an empty list', { aud: [] }, 'token_malformed'),
  claims('C3', 'aud an empty text', { aud: '' }, 'token_malformed'),
  claims('C3', 'aud a list with a number', { aud: ['https://api.example.com', 7] }, 'token_malformed'),
  claims('C3', 'aud too long', { aud: 'a'.repeat(2049) }, 'token_malformed'),
]

export const TIMES: readonly TokenCase[] = [
  claims('C4', 'exp just inside the skew', { exp: NOW_SECONDS - 4.9 }, 'ok'),
  claims('C4', 'exp at the skew', { exp: NOW_SECONDS - 5 }, 'token_expired'),
  claims('C4', 'exp a second beyond the skew', { exp: NOW_SECONDS - 6 }, 'token_expired'),
  claims('C4', 'exp without skew', { exp: NOW_SECONDS - 1 }, 'token_expired', { clockSkewSeconds: 0 }),
  claims('C4', 'exp zero', { exp: 0, iat: 0 }, 'token_expired'),
  claims('C4', 'exp a text', { exp: `${NOW_SECONDS + 300}` }, 'token_malformed'),
  claims('C4', 'exp null', { exp: null }, 'token_malformed'),
  claims('C4', 'exp true', { exp: true }, 'token_malformed'),
  claims('C4', 'exp negative', { exp: -1 }, 'token_malformed'),
  claims('C4', 'nbf negative', { nbf: -1 }, 'token_malformed'),
  claims('C4', 'exp in milliseconds', { exp: 1_000_000_000_000 }, 'token_malformed'),
  claims('C4', 'exp after the year 2200', { exp: 7_258_118_401 }, 'token_malformed'),
  claims('C4', 'exp in the year 2199', { exp: 7_258_118_400 }, 'ok'),
  text(
    'C4',
    'exp 1e400, a number that is infinite',
    () => signRaw(JSON.stringify(HEADER), JSON.stringify(PAYLOAD).replace(/"exp":\d+/, '"exp":1e400')),
    'token_malformed',
  ),
  text(
    'C4',
    'exp NaN, which is no JSON',
    () => signRaw(JSON.stringify(HEADER), JSON.stringify(PAYLOAD).replace(/"exp":\d+/, '"exp":NaN')),
    'token_malformed',
  ),
  claims('C4', 'exp absent', { exp: undefined }, 'token_malformed'),
  claims('C4', 'exp absent, though the issuer need not send it', { exp: undefined }, 'token_malformed', {
    requiredClaims: [],
  }),
  claims('C4', 'nbf within the skew', { nbf: NOW_SECONDS + 5 }, 'ok'),
  claims('C4', 'nbf beyond the skew', { nbf: NOW_SECONDS + 6 }, 'token_not_yet_valid'),
  claims('C4', 'nbf a text', { nbf: '0' }, 'token_malformed'),
  claims('C4', 'iat within the skew', { iat: NOW_SECONDS + 5 }, 'ok'),
  claims('C4', 'iat beyond the skew', { iat: NOW_SECONDS + 6 }, 'token_not_yet_valid'),
  claims('C4', 'iat later than exp', { iat: NOW_SECONDS + 301 }, 'token_malformed'),
  claims('C4', 'iat a text', { iat: '0' }, 'token_malformed'),
  claims('C4', 'auth_time a text', { auth_time: '0' }, 'token_malformed'),
  claims('C4', 'auth_time a time', { auth_time: NOW_SECONDS - 100 }, 'ok'),
  ...['sub', 'client_id', 'iat', 'jti'].flatMap((name) => [
    claims('C4', `${name} absent`, { [name]: undefined }, 'token_malformed'),
    claims('C4', `${name} absent, where the issuer need not send it`, { [name]: undefined }, 'ok', {
      requiredClaims: [],
    }),
    claims('C4', `${name} null`, { [name]: null }, 'token_malformed', { requiredClaims: [] }),
  ]),
  ...['sub', 'client_id', 'jti', 'sid'].flatMap((name) => [
    claims('C4', `${name} a number`, { [name]: 7 }, 'token_malformed', { requiredClaims: [] }),
    claims('C4', `${name} an object`, { [name]: {} }, 'token_malformed', { requiredClaims: [] }),
    claims('C4', `${name} a list`, { [name]: ['x'] }, 'token_malformed', { requiredClaims: [] }),
    claims('C4', `${name} empty`, { [name]: '' }, 'token_malformed', { requiredClaims: [] }),
    claims('C4', `${name} too long`, { [name]: 'ä'.repeat(1025) }, 'token_malformed'),
    claims('C4', `${name} as long as may be`, { [name]: 'ä'.repeat(1024) }, 'ok'),
  ]),
  claims('C4', 'scope a list', { scope: ['read'] }, 'token_malformed'),
  claims('C4', 'scope empty', { scope: '' }, 'ok'),
  claims('C4', 'a required claim of the issuer absent', {}, 'token_malformed', { requiredClaims: ['tenant'] }),
  claims('C4', 'a required claim of the issuer null', { tenant: null }, 'token_malformed', {
    requiredClaims: ['tenant'],
  }),
  claims('C4', 'a required claim of the issuer empty', { tenant: '' }, 'token_malformed', {
    requiredClaims: ['tenant'],
  }),
  claims('C4', 'a required claim of the issuer there', { tenant: 't' }, 'ok', { requiredClaims: ['tenant'] }),
  claims('C4', 'a required claim with a name of Object.prototype', {}, 'token_malformed', {
    requiredClaims: ['toString'],
  }),
  claims('C11', 'sub absent on a client-credentials token', { sub: undefined }, 'token_malformed'),
]
