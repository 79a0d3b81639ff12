import { describe, expect, it } from 'vitest'
import { readCredentials } from '../../../src/check/credentials.ts'
import { factsOf, honest, type Shape } from '../../support/request.ts'

function read(changes: Partial<Shape>) {
  return readCredentials(factsOf({ ...honest(), dpop: ['p'], ...changes }))
}

const accepted: readonly [title: string, changes: Partial<Shape>, scheme: string, token: string][] = [
  ['A28 DPoP as registered', { authorization: ['DPoP abc'] }, 'dpop', 'abc'],
  ['A28 dpop in lower case', { authorization: ['dpop abc'] }, 'dpop', 'abc'],
  ['A28 DPOP in capitals', { authorization: ['DPOP abc'] }, 'dpop', 'abc'],
  ['A28 bearer in any case', { authorization: ['bEaReR abc'] }, 'bearer', 'abc'],
  ['A28 more than one space', { authorization: ['DPoP   abc'] }, 'dpop', 'abc'],
  ['A28 every character of token68', { authorization: ['Bearer aZ09-._~+/=='] }, 'bearer', 'aZ09-._~+/=='],
  [
    'C18 a query without a token',
    { authorization: ['Bearer abc'], path: '/x?token=1&xaccess_token=2' },
    'bearer',
    'abc',
  ],
]

const refused: readonly [title: string, changes: Partial<Shape>, reason: string, answer?: string][] = [
  ['A29 two Authorization fields', { authorization: ['DPoP a', 'DPoP a'] }, 'credentials_ambiguous'],
  ['A29 two fields as Envoy joins them', { authorization: ['Bearer a,DPoP b'] }, 'credentials_ambiguous'],
  ['A29 another scheme in front of ours', { authorization: ['Basic eDp5,DPoP b'] }, 'credentials_ambiguous'],
  ['A29 ours behind a comma and a space', { authorization: ['Basic eDp5, DPoP b'] }, 'credentials_ambiguous'],
  ['A29 ours in front of another scheme', { authorization: ['DPoP b,Basic eDp5'] }, 'credentials_ambiguous'],
  ['A28 a list of tokens', { authorization: ['DPoP a,b'] }, 'credentials_ambiguous'],
  ['A28 the scheme alone', { authorization: ['DPoP'] }, 'credentials_malformed'],
  ['A28 the scheme and a space', { authorization: ['DPoP '] }, 'credentials_malformed'],
  ['A28 two tokens', { authorization: ['DPoP a b'] }, 'credentials_malformed'],
  ['A28 a tab for a space', { authorization: ['DPoP \ta'] }, 'credentials_malformed'],
  ['A28 a no-break space behind the space', { authorization: ['DPoP \u00a0a'] }, 'credentials_malformed'],
  ['A28 a quoted token', { authorization: ['DPoP "a"'] }, 'credentials_malformed'],
  ['A28 padding in the middle', { authorization: ['DPoP a=b'] }, 'credentials_malformed'],
  ['A28 a token that is not ASCII', { authorization: ['DPoP \u00e9'] }, 'credentials_malformed'],
  ['A28 a trailing space', { authorization: ['DPoP a '] }, 'credentials_malformed'],
  ['A28 a scheme that only begins like ours', { authorization: ['DPoPx a'] }, 'token_missing'],
  ['A28 a tab behind the scheme', { authorization: ['DPoP\ta'] }, 'token_missing'],
  ['A28 a no-break space behind the scheme', { authorization: ['DPoP\u00a0a'] }, 'token_missing'],
  ['A29 a list of other schemes', { authorization: ['Basic eDp5,Digest x'] }, 'token_missing'],
  ['A24 Basic with the token as password', { authorization: ['Basic eDp5'] }, 'token_missing'],
  ['A30 no Authorization (Proxy-Authorization does not count)', { authorization: [] }, 'token_missing'],
  ['an empty Authorization', { authorization: [''] }, 'token_missing'],
  ['a scheme named like a member of Object', { authorization: ['constructor a'] }, 'token_missing'],
  ['C18 a token in the query only', { authorization: [], path: '/x?access_token=a' }, 'token_missing'],
  ['C18 a token in the query too', { path: '/x?a=1&access_token=a' }, 'credentials_ambiguous'],
  ['C18 its name percent-encoded', { path: '/x?access%5ftoken=a' }, 'credentials_ambiguous'],
  ['C18 its name without a value', { path: '/x?access_token' }, 'credentials_ambiguous'],
  ['A1 two DPoP fields', { dpop: ['p', 'q'] }, 'credentials_ambiguous', 'proof'],
  ['A1 the same proof twice', { dpop: ['p', 'p'] }, 'credentials_ambiguous', 'proof'],
  ['A1 two proofs as Envoy joins them', { dpop: ['p,q'] }, 'credentials_ambiguous', 'proof'],
]

describe('credentials', () => {
  it.each(accepted)('%s', (_title, changes, scheme, token) => {
    expect(read(changes)).toMatchObject({ ok: true, value: { scheme, token, proof: 'p' } })
  })

  it.each(refused)('%s', (_title, changes, reason, answer) => {
    const result = read({ scheme: 'DPoP', ...changes })
    expect(result).toMatchObject({ ok: false, error: answer === undefined ? { reason } : { reason, answer } })
  })

  it('an invalid percent sequence in the query is no token, and no error of ours', () => {
    expect(read({ path: '/x?%zz=1' }).ok).toBe(true)
  })

  it('an empty DPoP field is a proof, a malformed one; none is none', () => {
    expect(read({ dpop: [''] })).toMatchObject({ value: { proof: '' } })
    expect(read({ dpop: [] })).toMatchObject({ value: { proof: undefined } })
  })
})
