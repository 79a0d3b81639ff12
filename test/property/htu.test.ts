import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { htuMatches, normaliseOrigin, normaliseTarget } from '../../src/check/proof/htu.ts'

const ORIGIN = 'https://api.example.com'
const RUNS = { numRuns: 3000 }

/** Pieces that paths are attacked with. */
const piece = fc.constantFrom(
  'a',
  'A',
  'b',
  '~',
  '.',
  '..',
  '/',
  '//',
  '/./',
  '/../',
  '%2e',
  '%2E%2e',
  '%2f',
  '%2F',
  '%5c',
  '%7e',
  '%7E',
  '%41',
  '%61',
  '%25',
  '%252e',
  '%00',
  '%c3%a9',
  '%C3%A9',
  'é',
  ';',
  ';v=1',
  '?',
  '?q=/../',
  '#',
  '#f',
  '\\',
  '\t',
  ' ',
  '%',
  '%2',
  '%zz',
  '|',
  '{',
  '[',
  ':',
  '@',
  '🔒',
  '\ufffd',
)
const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`)
const anyPath = fc.oneof(
  path,
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '*', '//evil.example/x', 'https://evil.example/x'),
)
const authority = fc.constantFrom(
  'api.example.com',
  'API.example.COM',
  'api.example.com:443',
  'api.example.com:',
  'api.example.com:0443',
  'api.example.com:8443',
  'api.example.com.',
  'user@api.example.com',
  'evil.example',
  'api.example.com@evil.example',
  'api.example.com\\@evil.example',
  'xn--api.example.com',
  '[::1]',
  '',
)
const scheme = fc.constantFrom('https://', 'HTTPS://', 'http://', 'https:/', '//', 'ftp://', '')
const target = fc.oneof(
  fc.tuple(scheme, authority, fc.oneof(path, fc.constant(''))).map((parts) => parts.join('')),
  path.map((p) => ORIGIN + p),
  fc.string({ unit: 'binary' }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
)

/**
 * What the path means, by another road than the code's: each character by itself, `<n>` for an octet that may only stand
 * encoded or that is told apart from its character, then dot segments walked by a stack.
 */
function meaning(raw: string): string {
  const octets = (c: string) => [...Buffer.from(c)].map((octet) => `<${octet}>`).join('')
  const written = raw.slice(1).replace(/%([0-9A-Fa-f]{2})|[^/]/gsu, (c, hex?: string) => {
    if (hex === undefined) return /[A-Za-z0-9._~!$&'()*+,;=:@[\]-]/.test(c) ? c : octets(c)
    const octet = Number.parseInt(hex, 16)
    return /[A-Za-z0-9._~-]/.test(String.fromCharCode(octet)) ? String.fromCharCode(octet) : `<${octet}>`
  })
  const segments: string[] = []
  const all = written.split('/')
  for (const [i, segment] of all.entries()) {
    const isDots = segment === '.' || segment === '..'
    if (segment === '..') segments.pop()
    if (!isDots) segments.push(segment)
    else if (i === all.length - 1) segments.push('')
  }
  return segments.join('/')
}
const untilQuery = (text: string) => text.split('?')[0] as string

describe('normaliseTarget', () => {
  it('A12 idempotent', () => {
    fc.assert(
      fc.property(target, (uri) => {
        const normal = normaliseTarget(uri)
        if (normal !== undefined) expect(normaliseTarget(normal)).toBe(normal)
      }),
      RUNS,
    )
  })

  it('A12 the normal form is plain ASCII of one origin, without dot segments, query or fragment', () => {
    fc.assert(
      fc.property(target, (uri) => {
        const normal = normaliseTarget(uri)
        if (normal === undefined) return
        expect(normal).toMatch(/^https?:\/\/[a-z0-9._:[\]-]+\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/[\]-]|%[0-9A-F]{2})*$/)
        const path = normal.slice(normal.indexOf('/', normal.indexOf('://') + 3))
        expect(`${path}/`).not.toMatch(/\/\.\.?\//)
      }),
      RUNS,
    )
  })

  it('A12 as the WHATWG parser has it, where the two agree by design', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@-]{0,6}$/)
    const simple = fc.tuple(
      fc.constantFrom('http', 'https'),
      fc.stringMatching(/^[A-Za-z]{1,8}\.[A-Za-z]{2,5}$/),
      fc.option(fc.integer({ min: 1, max: 65_535 })),
      fc.array(segment, { maxLength: 6 }),
    )
    fc.assert(
      fc.property(simple, fc.constantFrom('', '?a=/../b', '#f'), ([protocol, host, port, segments], tail) => {
        const uri = `${protocol}://${host}${port === null ? '' : `:${port}`}/${segments.join('/')}${tail}`
        const url = new URL(uri)
        expect(normaliseTarget(uri)).toBe(url.origin + url.pathname)
      }),
      RUNS,
    )
  })
})

describe('htuMatches', () => {
  it('A11 never widens: what matches has the origin of the route and means the same path', () => {
    let matched = 0
    const related = fc.oneof(
      fc.tuple(target, anyPath),
      fc.tuple(path, path).map(([one, other]) => [ORIGIN + one, other] as const),
      fc.tuple(path, piece).map(([one, more]) => [ORIGIN + one, one + more] as const),
      path.map((one) => [ORIGIN + one, one] as const),
      path.map((one) => [ORIGIN + one.toLowerCase(), one] as const),
      path.map((one) => [`HTTPS://API.example.com:443${one.replaceAll('~', '%7e')}?x#y`, one] as const),
    )
    fc.assert(
      fc.property(related, ([htu, requestPath]) => {
        if (!htuMatches(htu, ORIGIN, requestPath)) return
        matched++
        const [, signedAuthority, signedPath] = /^https:\/\/([^/?#]*)([^?#]*)/i.exec(htu) ?? []
        expect(signedAuthority?.toLowerCase().replace(/:(443)?$/, '')).toBe('api.example.com')
        expect(requestPath.startsWith('/')).toBe(true)
        expect(requestPath).not.toMatch(/^[^?]*[#\\\s\ufffd]/)
        expect(meaning(signedPath || '/')).toBe(meaning(untilQuery(requestPath)))
      }),
      { numRuns: 10_000 },
    )
    expect(matched).toBeGreaterThan(500)
  })

  it('A11 A12 an honest client passes: what a URL class makes of the target matches what it sends', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), fc.constantFrom('', ':8443'), (somePath, query, port) => {
        const url = new URL(`https://api.example.com${port}${somePath}?${query}`)
        expect(htuMatches(url.href, url.origin, url.pathname + url.search)).toBe(true)
        expect(htuMatches(url.origin + url.pathname, url.origin, url.pathname + url.search)).toBe(true)
      }),
      RUNS,
    )
  })

  it('A11 A12 an honest client passes with any text in its segments', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (segments) => {
        const encoded = `/${segments.map(encodeURIComponent).join('/')}`
        expect(htuMatches(ORIGIN + encoded, ORIGIN, encoded)).toBe(true)
        expect(htuMatches(ORIGIN + encoded, ORIGIN, new URL(ORIGIN + encoded).pathname)).toBe(true)
      }),
      RUNS,
    )
  })

  it('A11 the query does not matter, whatever it is', () => {
    fc.assert(
      fc.property(
        path.map(untilQuery),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (bare, one, other) => {
          const plain = htuMatches(ORIGIN + bare, ORIGIN, bare)
          expect(htuMatches(`${ORIGIN}${bare}?${one}`, ORIGIN, `${bare}?${other}`)).toBe(plain && !bare.includes('#'))
        },
      ),
      RUNS,
    )
  })

  it('A12 A14 never throws', () => {
    fc.assert(
      fc.property(target, anyPath, (htu, requestPath) => {
        expect(typeof htuMatches(htu, ORIGIN, requestPath)).toBe('boolean')
        expect(typeof htuMatches(requestPath, ORIGIN, htu)).toBe('boolean')
      }),
      RUNS,
    )
  })
})

describe('normaliseOrigin', () => {
  it('A12 idempotent, and only ever lower-case ASCII', () => {
    fc.assert(
      fc.property(
        fc.tuple(scheme, fc.oneof(authority, fc.string({ unit: 'binary' }))).map((parts) => parts.join('')),
        (origin) => {
          const normal = normaliseOrigin(origin)
          if (normal === undefined) return
          expect(normaliseOrigin(normal)).toBe(normal)
          expect(normal).toMatch(/^https?:\/\/[a-z0-9._:[\]-]+$/)
        },
      ),
      RUNS,
    )
  })
})
