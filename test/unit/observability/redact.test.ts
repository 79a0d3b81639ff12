import { describe, expect, it } from 'vitest'
import { describeError, scrub } from '../../../src/observability/redact.ts'
import { makeKey, signJws } from '../../support/jws.ts'

const JWT = signJws({ typ: 'dpop+jwt' }, { jti: 'a' }, makeKey())
const SECRET_43 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

describe('rule 11 scrub: what looks like a secret goes', () => {
  it.each([
    ['a JWT', `unexpected "${JWT}"`, 'unexpected "[redacted]"'],
    ['a JWT cut in two', `at ${JWT.slice(0, 60)}`, 'at [redacted]'],
    ['the shortest header of a JWT', 'near eyJ0IjoxfQ', 'near [redacted]'],
    ['an unsigned JWT', 'near eyJhIjoxfQ.eyJhIjoxfQ.', 'near [redacted]'],
    ['a thumbprint', `key ${SECRET_43}`, 'key [redacted]'],
    ['a run with padding', 'key MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', 'key [redacted]'],
    ['standard base64 with slashes', 'key aZ3/bC4/dE5/fG6/hI7/jK8/lM9/nO0/pQ1/rS2/tU3+', 'key [redacted]'],
    ['a digest in hex', `hash ${'0123456789abcdef'.repeat(4)}`, 'hash [redacted]'],
    ['a PEM', 'x -----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY----- y', 'x [redacted] y'],
    ['a PEM that does not end', 'x -----BEGIN EC PRIVATE KEY-----\nMIG', 'x [redacted]'],
    ['a URL-encoded PEM', 'x -----BEGIN%20CERTIFICATE-----%0AMIIB', 'x [redacted]'],
    ['what stands behind a scheme', 'header "DPoP abc"', 'header "DPoP [redacted]'],
    ['what stands behind a scheme, in any case', 'BEARER x, basic dTpw', 'BEARER [redacted] basic [redacted]'],
  ])('%s', (_, text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  it.each([
    'connect ECONNREFUSED 127.0.0.1:6379',
    "ENOENT: no such file or directory, open '/etc/holdfast/nonce-secret'",
    "EACCES: permission denied, open '/var/run/secrets/kubernetes.io/serviceaccount/token'",
    'introspection_unavailable at src/adapters/redis/redis-replay-store.ts:12:34',
    'cannot listen on unix:///run/holdfast/holdfast.sock: EADDRINUSE',
    '',
  ])('keeps %j, which an operator needs', (text) => {
    expect(scrub(text)).toBe(text)
  })

  it('is idempotent', () => {
    const once = scrub(`DPoP ${JWT} and ${SECRET_43}`)
    expect(scrub(once)).toBe(once)
  })
})

describe('describeError', () => {
  it('keeps name and code, and scrubs message, stack and cause', () => {
    const error = Object.assign(new TypeError(`bad ${JWT}`, { cause: new Error(`because ${SECRET_43}`) }), {
      code: 'ERR_X',
    })
    const described = describeError(error)
    expect(described).toMatchObject({ name: 'TypeError', code: 'ERR_X', message: 'bad [redacted]' })
    expect(described['cause']).toBe('Error: because [redacted]')
    expect(described['stack']).toMatch(/^ {4}at [^/]*redact\.test\.ts:\d+:\d+\)?$/m)
    expect(JSON.stringify(described)).not.toContain(JWT.slice(0, 20))
    expect(JSON.stringify(described)).not.toContain(SECRET_43.slice(0, 20))
  })

  it.each([
    ['a string', `boom ${JWT}`, 'boom [redacted]'],
    ['nothing', undefined, 'undefined'],
    ['an object that has no text', Object.create(null), 'no text'],
  ])('takes %s, for anything can be thrown', (_, thrown, message) => {
    expect(describeError(thrown)).toEqual({ name: 'thrown value', message })
  })
})
