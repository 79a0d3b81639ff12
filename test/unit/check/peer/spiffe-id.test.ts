import { describe, expect, it } from 'vitest'
import {
  hasSpiffeScheme,
  isTrustDomain,
  matchesPattern,
  parseSpiffeId,
  parseSpiffePattern,
  type SpiffePattern,
} from '../../../../src/check/peer/spiffe-id.ts'
import { INVALID, VALID } from './spiffe-id-cases.ts'

describe('parseSpiffeId', () => {
  it.each(VALID)('$requirement takes $name', ({ text }) => {
    expect(parseSpiffeId(text)?.text).toBe(text)
  })

  it.each(INVALID)('$requirement refuses $name', ({ text }) => {
    expect(parseSpiffeId(text)).toBeUndefined()
  })

  it('D1 cuts it into trust domain and path', () => {
    expect(parseSpiffeId('spiffe://td/a/b')).toEqual({ text: 'spiffe://td/a/b', trustDomain: 'td', path: '/a/b' })
    expect(parseSpiffeId('spiffe://td')).toEqual({ text: 'spiffe://td', trustDomain: 'td', path: '' })
  })
})

describe('hasSpiffeScheme', () => {
  it.each(['spiffe://td/x', 'SPIFFE://td/x', 'Spiffe:x', 'spiffe:'])('D6 sees the scheme in %s', (uri) => {
    expect(hasSpiffeScheme(uri)).toBe(true)
  })

  it.each(['https://td/x', 'spiffe', 'xspiffe://td/x', ''])('D6 sees another in %j', (uri) => {
    expect(hasSpiffeScheme(uri)).toBe(false)
  })
})

describe('isTrustDomain', () => {
  it('D3 takes a bare name only', () => {
    expect(isTrustDomain('example.org')).toBe(true)
    for (const text of ['', 'Example.org', 'spiffe://example.org', 'example.org/', 'a'.repeat(256)]) {
      expect(isTrustDomain(text)).toBe(false)
    }
  })
})

describe('patterns', () => {
  const pattern = (text: string): SpiffePattern => {
    const parsed = parseSpiffePattern(text)
    if (parsed === undefined) throw new Error(`no pattern: ${text}`)
    return parsed
  }

  it('D7 an ID matches itself and nothing else', () => {
    expect(matchesPattern('spiffe://td/ns/a', pattern('spiffe://td/ns/a'))).toBe(true)
    expect(matchesPattern('spiffe://td/ns/ab', pattern('spiffe://td/ns/a'))).toBe(false)
    expect(matchesPattern('spiffe://td/ns/a/b', pattern('spiffe://td/ns/a'))).toBe(false)
  })

  it('D7 a prefix matches whole segments below it', () => {
    expect(matchesPattern('spiffe://td/ns/a/b', pattern('spiffe://td/ns/a/*'))).toBe(true)
    expect(matchesPattern('spiffe://td/ns/ab', pattern('spiffe://td/ns/a/*'))).toBe(false)
    expect(matchesPattern('spiffe://td/ns/a', pattern('spiffe://td/ns/a/*'))).toBe(false)
  })

  it('D7 a prefix of a trust domain does not reach into one that starts alike', () => {
    expect(matchesPattern('spiffe://td/x', pattern('spiffe://td/*'))).toBe(true)
    expect(matchesPattern('spiffe://td.evil/x', pattern('spiffe://td/*'))).toBe(false)
  })

  it.each([
    '*',
    'spiffe://*',
    '/*',
    'spiffe://td*',
    'spiffe://td/a*',
    'spiffe://td/*/a',
    'spiffe://td/a/**',
    'spiffe://td//*',
  ])('D7 %s is no pattern', (text) => {
    expect(parseSpiffePattern(text)).toBeUndefined()
  })
})
