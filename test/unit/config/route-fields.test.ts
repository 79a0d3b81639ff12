import { describe, expect, test } from 'vitest'
import { configText, faultsOf, type Parts, takeMark } from './config-file.ts'

type Case = readonly [bad: Parts, says: string, good: Parts]

const match = (value: string): Parts => ({ route: { match: `{ authority: a.example, ${value} }` } })
const authority = (value: string): Parts => ({ route: { match: `{ authority: ${value} }` } })
const route = (key: string, value: string): Parts => ({ route: { [key]: value } })

const CASES: readonly Case[] = [
  [route('name', '«"a b"'), 'routes[0].name: is no name for a route', route('name', 'team/payments.v1')],
  [
    route('origin', '«payments.example.com'),
    'routes[0].origin: is no origin',
    route('origin', 'http://payments.example.com'),
  ],
  [
    route('origin', '«https://a.example/'),
    'routes[0].origin: holds more than scheme and authority',
    route('origin', 'HTTPS://A.example'),
  ],
  [
    route('origin', '«https://a.example?x'),
    'routes[0].origin: holds more than scheme and authority',
    route('origin', 'https://a.example:443'),
  ],
  [
    route('origin', '«https://u@a.example'),
    'routes[0].origin: holds a user or password',
    route('origin', 'https://[::1]:8443'),
  ],
  [
    route('origin', '«https://a.example:0443'),
    'routes[0].origin: has no valid authority',
    route('origin', 'https://a.example:8443'),
  ],
  [route('audience', '«[]'), 'routes[0].audience: must not be an empty list', route('audience', '[a, b]')],
  [route('audience', '«""'), 'routes[0].audience: must not be empty', route('audience', 'a')],
  [
    route('mode', '«enforced'),
    'routes[0].mode: is none of enforce, observe, off; did you mean enforce?',
    route('mode', 'observe'),
  ],
  [
    route('nonce', '«true'),
    'routes[0].nonce: is none of required, offered, off; choose one of them',
    route('nonce', 'off'),
  ],
  [
    route('proof', '{ algorithms: [«HS256] }'),
    'routes[0].proof.algorithms[0]: is none of ES256,',
    route('proof', '{ algorithms: [ES512] }'),
  ],
  [
    route('proof', '{ maxAgeSeconds: «0 }'),
    'routes[0].proof.maxAgeSeconds: must be at least 1',
    route('proof', '{ maxAgeSeconds: 1 }'),
  ],
  [
    route('proof', '{ futureSkewSeconds: «301 }'),
    'routes[0].proof.futureSkewSeconds: must be at most 300',
    route('proof', '{ futureSkewSeconds: 0 }'),
  ],
  [
    route('token', '{ maxLifetimeSeconds: «0 }'),
    'routes[0].token.maxLifetimeSeconds: must be at least 1',
    route('token', '{ maxLifetimeSeconds: null }'),
  ],
  [
    route('session', '{ idleSeconds: «15m }'),
    'routes[0].session.idleSeconds: must be a whole number, but is text',
    route('session', '{ idleSeconds: 900 }'),
  ],
  [
    route('require', '{ scopes: [«"read write"] }'),
    'routes[0].require.scopes[0]: is no scope',
    route('require', '{ scopes: [read, write] }'),
  ],
  [
    route('require', '{ peers: [«"spiffe://a.b/*/x"] }'),
    'routes[0].require.peers[0]: is no SPIFFE ID',
    { top: { peers: '{ trustDomains: [a.b] }' }, route: { require: '{ peers: ["spiffe://a.b/*"] }' } },
  ],
  [
    route('resourceMetadata', '«http://a.example/m'),
    'routes[0].resourceMetadata: is no URL that starts with https://',
    route('resourceMetadata', 'https://a.example/m'),
  ],
  [
    route('resourceMetadata', `«'https://a.example/"'`),
    'routes[0].resourceMetadata: holds characters that no URL has',
    route('resourceMetadata', 'null'),
  ],
  [route('cors', '«yes'), 'routes[0].cors: must be true or false, but is text', route('cors', 'true')],
  [
    route('onStoreOutage', '«allow'),
    'routes[0].onStoreOutage: is none of deny, insecureMemory, insecureAllow',
    route('onStoreOutage', 'insecureAllow'),
  ],
  [route('issuers', '«[]'), 'routes[0].issuers: must not be an empty list', route('issuers', 'null')],
  // match (A14: nothing that servers read in more than one way)
  [authority('«"*.example.com"'), 'routes[0].match.authority: holds a wildcard', authority('a.example.com')],
  [authority('«https://a.example'), 'routes[0].match.authority: is no authority', authority('A.example')],
  [authority('«a.example:x'), 'routes[0].match.authority: has no port between 1 and 65535', authority('a.example:1')],
  [
    authority('«"a.example:65536"'),
    'routes[0].match.authority: has no port between 1 and 65535',
    authority('a.example:65535'),
  ],
  [authority('«bücher.example'), 'routes[0].match.authority: is no authority', authority('xn--bcher-kva.example')],
  [authority('«a..example'), 'routes[0].match.authority: is no authority', authority('"[2001:db8::1]:8443"')],
  [match('pathPrefix: «v1'), 'routes[0].match.pathPrefix: does not start with a slash', match('pathPrefix: /v1')],
  [match('pathPrefix: «/v1/'), 'routes[0].match.pathPrefix: ends in a slash', match('pathPrefix: /')],
  [match('pathPrefix: «/v1/*'), 'routes[0].match.pathPrefix: ends in a wildcard', match('pathPrefix: /v1/x')],
  [match('path: «/a?b'), 'routes[0].match.path: holds a query or fragment', match('path: /a')],
  [match('path: «"/a#b"'), 'routes[0].match.path: holds a query or fragment', match('path: /a/')],
  [match('path: «/a%2Fb'), 'routes[0].match.path: holds percent-encoding', match('path: /a/b')],
  [match('path: «/a//b'), 'routes[0].match.path: holds an empty segment', match('path: /a/b')],
  [match('path: «/a/../b'), 'routes[0].match.path: holds a dot segment', match('path: /a/...b')],
  [match('path: «/a/.'), 'routes[0].match.path: holds a dot segment', match('path: /a/.well-known')],
  [match('path: «/a;v=1'), 'routes[0].match.path: holds ; or \\', match('path: /a')],
  [match('path: «/ä'), 'routes[0].match.path: holds characters that no path has', match('path: /a')],
  [
    match('methods: [«get]'),
    'routes[0].match.methods[0]: is not a method as requests have it; methods are case-sensitive, write GET',
    match('methods: [GET, POST]'),
  ],
  [match('methods: «[]'), 'routes[0].match.methods: must not be an empty list', match('methods: null')],
]

describe('single keys of routes', () => {
  test.each(CASES.map(([bad, says, good]) => ({ bad, says, good })))('$says', async ({ bad, says, good }) => {
    const { text, line, column } = takeMark(configText(bad))
    const [fault, ...more] = await faultsOf(text)
    expect(fault).toContain(`holdfast.yaml:${line}:${column}: ${says}`)
    expect(fault).toContain('; ')
    expect(more).toEqual([])
    expect(await faultsOf(configText(good))).toEqual([])
  })

  test('200 routes are the most', async () => {
    const routes = (count: number) =>
      Array.from(
        { length: count - 1 },
        (_, i) => `{ name: r${i}, match: { authority: h${i}.example }, origin: "https://h${i}.example", audience: a }`,
      )
    expect(await faultsOf(configText({ routes: routes(200) }))).toEqual([])
    expect(await faultsOf(configText({ routes: routes(201) }))).toEqual([
      'holdfast.yaml:5:3: routes: must hold at most 200; take some out',
    ])
  })
})
