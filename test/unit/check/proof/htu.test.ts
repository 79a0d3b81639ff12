import { describe, expect, it } from 'vitest'
import { htuMatches, normaliseOrigin, normaliseTarget } from '../../../../src/check/proof/htu.ts'

const ORIGIN = 'https://api.example.com'
const matches = (htu: string, path: string, origin = ORIGIN) => htuMatches(htu, origin, path)

describe('normaliseOrigin', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['HTTPS://API.Example.COM', 'https://api.example.com'],
    ['https://api.example.com:443', 'https://api.example.com'],
    ['https://api.example.com:', 'https://api.example.com'],
    ['http://api.example.com:80', 'http://api.example.com'],
    ['http://api.example.com:443', 'http://api.example.com:443'],
    ['http://api.example.com:1', 'http://api.example.com:1'],
    ['http://a:10', 'http://a:10'],
    ['https://api.example.com:80', 'https://api.example.com:80'],
    ['https://api.example.com:8443', 'https://api.example.com:8443'],
    ['https://api.example.com:65535', 'https://api.example.com:65535'],
    ['https://api.example.com.', 'https://api.example.com.'],
    ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
    ['https://127.0.0.1:8443', 'https://127.0.0.1:8443'],
    ['https://0x7f.1', 'https://0x7f.1'],
    ['https://[2001:DB8::1]', 'https://[2001:db8::1]'],
    ['https://[::1]:8443', 'https://[::1]:8443'],
    ['https://[::1]:443', 'https://[::1]'],
    ['https://my_service.ns', 'https://my_service.ns'],
  ])('A12 %s is %s', (origin, normal) => {
    expect(normaliseOrigin(origin)).toBe(normal)
    expect(normaliseOrigin(normal)).toBe(normal)
  })

  it.each([
    '',
    'https',
    'https:',
    'https://',
    'https://:443',
    '//api.example.com',
    'api.example.com',
    'ftp://api.example.com',
    'httpsx://api.example.com',
    ' https://api.example.com',
    'https://api.example.com/',
    'https://api.example.com/v1',
    'https://api.example.com?a',
    'https://api.example.com#a',
    'https://user@api.example.com',
    'https://user:pw@api.example.com',
    'https://api.example.com:0443',
    'https://api.example.com:0',
    'https://api.example.com:65536',
    'https://api.example.com:123456',
    'https://api.example.com:1e3',
    'https://api.example.com:1.',
    'https://api.example.com:0x50',
    'https://api.example.com:4 43',
    'https://api.example.com:443:443',
    'https://api.example.com:+443',
    'https://api.example.com:x',
    'https://api.exa mple.com',
    'https://api.exa\tmple.com',
    'https://api%2eexample.com',
    'https://bücher.example',
    'https://api.example.com\u200b',
    'https://\u212aey.example',
    'https://api\\example.com',
    'https://[::1',
    'https://::1',
    'https://[::1]x',
    'https://[fe80::1%25eth0]',
    'https://[]',
    `https://${'a'.repeat(256)}`,
  ])('A12 %j is no origin', (origin) => {
    expect(normaliseOrigin(origin)).toBeUndefined()
  })
})

describe('the same target', () => {
  it.each([
    ['https://api.example.com/a', '/a'],
    ['https://api.example.com', '/'],
    ['https://api.example.com/', '/'],
    ['https://api.example.com?q=1', '/?q=2'],
    ['https://api.example.com#f', '/'],
    ['https://api.example.com/a?x=%zz \t', '/a'],
    ['https://api.example.com/a#f?/../b', '/a?#'],
    ['HTTPS://API.EXAMPLE.COM:443/a', '/a'],
    ['https://api.example.com:/a', '/a'],
    ['https://api.example.com/%7euser/./a', '/~user/a'],
    ['https://api.example.com/~user', '/%7Euser'],
    ['https://api.example.com/%41%2d%5F', '/A-_'],
    ['https://api.example.com/a%2fb', '/a%2Fb'],
    ['https://api.example.com/a/../b', '/b'],
    ['https://api.example.com/b', '/a/%2e%2E/b'],
    ['https://api.example.com/a/..', '/'],
    ['https://api.example.com/a/b/..', '/a/'],
    ['https://api.example.com/a/.', '/a/'],
    ['https://api.example.com/../../a', '/a'],
    ['https://api.example.com/.a/..b/c.', '/.a/..b/c.'],
    ['https://api.example.com//a//b', '//a//b'],
    ['https://api.example.com//..', '/'],
    ["https://api.example.com/a;v=1,2/$&'()*+!=:@", "/a;v=1,2/$&'()*+!=:@"],
    ['https://api.example.com/a+b', '/a+b'],
    ['https://api.example.com/[x]', '/[x]'],
    ['https://api.example.com/a%00b', '/a%00b'],
    ['https://api.example.com/a%252e', '/a%252e'],
  ])('A11 A12 htu %j for %j', (htu, path) => {
    expect(matches(htu, path)).toBe(true)
  })

  it.each([
    ['percent-encoded by the client, raw over HTTP/2', '/caf%C3%A9', '/café'],
    ['raw in both', '/café', '/café'],
    ['raw in htu, percent-encoded by the HTTP library', '/café', '/caf%c3%a9'],
    ['beyond the first plane', '/%F0%9F%94%92', '/🔒'],
    ['what a URL class leaves as it is', '/a|b^c', '/a%7Cb%5Ec'],
    ['what a URL class encodes', '/%7Ba%7D%22%3C%3E%60', '/{a}"<>`'],
  ])('A12 %s', (_, htuPath, path) => {
    expect(matches(`${ORIGIN}${htuPath}`, path)).toBe(true)
  })

  it('A13 the port and the scheme are those of the route', () => {
    expect(matches('http://localhost:8080/a', '/a', 'http://localhost:8080')).toBe(true)
    expect(matches('https://localhost:8080/a', '/a', 'http://localhost:8080')).toBe(false)
    expect(matches('https://[2001:DB8::1]:8443/a', '/a', 'https://[2001:db8::1]:8443')).toBe(true)
  })
})

describe('another target', () => {
  it.each([
    ['https://api.example.com/a/b', '/a%2Fb'],
    ['https://api.example.com/a', '//a'],
    ['https://api.example.com//a', '/a'],
    ['https://api.example.com/a//b', '/a/b'],
    ['https://api.example.com/a/', '/a'],
    ['https://api.example.com/a', '/a/'],
    ['https://api.example.com/A', '/a'],
    ['https://api.example.com/..%2fa', '/a'],
    ['https://api.example.com/a/..%2fb', '/b'],
    ['https://api.example.com/a;v=1', '/a'],
    ['https://api.example.com/a%3Bv=1', '/a;v=1'],
    ['https://api.example.com/a%20b', '/a+b'],
    ['https://api.example.com/[', '/%5B'],
    ['https://api.example.com/a%3Fb', '/a?b'],
    ['https://api.example.com/a%2523', '/a%23'],
    ['https://api.example.com/%252e%252e/a', '/a'],
    ['https://api.example.com:0443/a', '/a'],
    ['https://api.example.com./a', '/a'],
    ['https://user@api.example.com/a', '/a'],
    ['https://api.example.com@evil.example/a', '/a'],
    ['https://evil.example/x', '//evil.example/x'],
    ['https://evil.example/x', 'https://evil.example/x'],
    ['https://api.example.com/x', 'https://api.example.com/x'],
    ['https://api.example.com/', '*'],
    ['https://api.example.com/*', '*'],
    ['https://api.example.com/', ''],
    ['https://api.example.com', ''],
    ['https://api.example.com.evil.example/a', '.evil.example/a'],
    ['https://api.example.com.evil.example/%61', '.evil.example/a'],
    ['https://api.example.com/', '?a=1'],
    ['https://api.example.com', '?a=1'],
    ['https://api.example.com/api.example.com:443', 'api.example.com:443'],
    ['https://api.example.com/a', '/a#b'],
    ['https://api.example.com/a', '/a#'],
    ['https://api.example.com:443@evil.example/a', '/a'],
    ['https:/api.example.com/a', '/a'],
    ['https:api.example.com/a', '/a'],
    ['//api.example.com/a', '/a'],
    ['/a', '/a'],
    ['', '/'],
    ['https://', '/'],
    ['wss://api.example.com/a', '/a'],
    ['https://api.example.com\\a', '/a'],
    ['https://api.example.com\\@evil.example/a', '/a'],
    ['https://cafe\u0301.example/a', '/a'],
  ])('A11 A12 A14 htu %j for %j', (htu, path) => {
    expect(matches(htu, path)).toBe(false)
  })

  it.each(['\\', '\t', '\n', '\r', ' ', '\0', '\x1f', '\x7f', '%', '%zz', '%+1', '% 1', '%0x', '\ufffd', '\ud800'])(
    'A14 %j in the path matches nothing, not even itself',
    (odd) => {
      expect(matches(`${ORIGIN}/a${odd}`, `/a${odd}`)).toBe(false)
      expect(matches(`${ORIGIN}/a${odd}b`, `/a${odd}b`)).toBe(false)
      expect(matches(`${ORIGIN}/ab`, `/a${odd}b`)).toBe(false)
      expect(matches(`${ORIGIN}/a${odd}b`, '/ab')).toBe(false)
    },
  )

  it('A12 half a %XX at the end matches nothing', () => {
    expect(matches(`${ORIGIN}/a%4`, '/a%4')).toBe(false)
  })

  it('A12 two spellings of é are two paths: nothing is folded', () => {
    expect(matches(`${ORIGIN}/cafe%CC%81`, '/caf%C3%A9')).toBe(false)
    expect(matches(`${ORIGIN}/cafe\u0301`, '/caf\u00e9')).toBe(false)
  })

  it('A12 bytes of another encoding are another path', () => {
    expect(matches(`${ORIGIN}/caf%E9`, '/caf%C3%A9')).toBe(false)
    expect(matches(`${ORIGIN}/caf%C3%A9`, '/caf\u00c3\u00a9')).toBe(false)
  })

  it('A12 a letter that only folds to ASCII is no ASCII letter', () => {
    expect(matches('https://\u212aey.example/a', '/a', 'https://key.example')).toBe(false)
    expect(matches('http\u017f://key.example/a', '/a', 'https://key.example')).toBe(false)
  })
})

describe('normaliseTarget', () => {
  it.each([
    ['HTTP://Example.com:80/%7Ea/../b%2fc/?q#f', 'http://example.com/b%2Fc/'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com/a/./b/../../c/d/..', 'https://example.com/c/'],
  ])('A12 %s', (uri, normal) => {
    expect(normaliseTarget(uri)).toBe(normal)
  })

  it.each([
    '',
    '/a',
    'example.com/a',
    'https:/example.com',
    'https://example.com/%zz',
    'https://user@example.com/',
    'a?b#c',
  ])('A12 %j has none', (uri) => {
    expect(normaliseTarget(uri)).toBeUndefined()
  })
})
