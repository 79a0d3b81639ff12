import { describe, expect, test } from 'vitest'
import { configText, faultsOf, type Parts, takeMark } from './config-file.ts'

interface Case {
  readonly title: string
  /** With `«` where the fault stands. */
  readonly bad: Parts
  readonly path: string
  readonly says: string
  readonly good: Parts
}

const WORKLOAD_PEERS = '{ trustDomains: [example.org] }'
const SECOND_ROUTE = (name: string, match: string) =>
  `{ name: ${name}, match: ${match}, origin: https://payments.example.com, audience: a }`

const CASES: readonly Case[] = [
  {
    title: 'TLS files for a plaintext store',
    bad: { top: { store: '{ kind: redis, redis: { tls: «{} } }', nonce: '{ secret: env:NONCE }' } },
    path: 'store.redis.tls',
    says: 'has no effect with this url; write rediss://, or tls: null',
    good: {
      top: { store: '{ kind: redis, redis: { url: "rediss://r:1", tls: {} } }', nonce: '{ secret: env:NONCE }' },
    },
  },
  {
    title: 'more than one worker needs a shared store',
    bad: { top: { server: '{ workers: «2 }' } },
    path: 'server.workers',
    says: 'workers share no memory, so a proof could be used once in each; set workers: 1, or store.kind: redis',
    good: { top: { server: '{ workers: 1 }' } },
  },
  {
    title: 'two issuers of one name',
    bad: { issuers: ['{ issuer: «https://as.example.com, keys: { jwksFile: a.json } }'] },
    path: 'issuers[1].issuer',
    says: 'is an issuer that stands above already; keep one entry for each',
    good: { issuers: ['{ issuer: https://as.example.com/, keys: { jwksFile: a.json } }'] },
  },
  {
    title: 'a route names an unknown issuer',
    bad: { route: { issuers: '[«https://as.example.org]' } },
    path: 'routes[0].issuers[0]',
    says: 'is no configured issuer; did you mean https://as.example.com?',
    good: { route: { issuers: '[https://as.example.com]' } },
  },
  {
    title: 'two routes of one name',
    bad: { routes: [SECOND_ROUTE('«payments', '{ authority: other.example.com }')] },
    path: 'routes[1].name',
    says: 'is the name of a route above already; choose another',
    good: { routes: [SECOND_ROUTE('other', '{ authority: other.example.com }')] },
  },
  {
    title: 'a workload binding without trust domains',
    bad: { route: { binding: '{ anyOf: [dpop, «workload] }' } },
    path: 'routes[0].binding.anyOf[1]',
    says: 'needs the SPIFFE ID of the peer, but no trust domain is believed; add it to peers.trustDomains',
    good: { top: { peers: WORKLOAD_PEERS }, route: { binding: '{ anyOf: [dpop, workload] }' } },
  },
  {
    title: 'a workload binding in allOf without trust domains',
    bad: { route: { binding: '{ allOf: [«workload] }' } },
    path: 'routes[0].binding.allOf[0]',
    says: 'needs the SPIFFE ID of the peer, but no trust domain is believed; add it to peers.trustDomains',
    good: { top: { peers: WORKLOAD_PEERS }, route: { binding: '{ allOf: [workload] }' } },
  },
  {
    title: 'allowed peers of a trust domain that is not believed',
    bad: { top: { peers: WORKLOAD_PEERS }, route: { require: '{ peers: [«spiffe://example.net/ns/a/*] }' } },
    path: 'routes[0].require.peers[0]',
    says: 'is of trust domain example.net, which is not believed; add it to peers.trustDomains',
    good: { top: { peers: WORKLOAD_PEERS }, route: { require: '{ peers: [spiffe://example.org/ns/a/*] }' } },
  },
  {
    title: 'allowed peers without trust domains',
    bad: { route: { require: '{ peers: [«spiffe://example.org/a] }' } },
    path: 'routes[0].require.peers[0]',
    says: 'is of trust domain example.org, which is not believed; add it to peers.trustDomains',
    good: { top: { peers: WORKLOAD_PEERS }, route: { require: '{ peers: [spiffe://example.org/a] }' } },
  },
  {
    title: 'insecureBearer under allOf',
    bad: { route: { binding: '{ allOf: [dpop, «insecureBearer] }' } },
    path: 'routes[0].binding.allOf[1]',
    says: 'demands no binding, so it cannot be one of all; move it to anyOf or leave it out',
    good: { route: { binding: '{ anyOf: [dpop, insecureBearer] }' } },
  },
  {
    title: 'anyOf beside allOf',
    bad: { route: { binding: '{ anyOf: [dpop], allOf: «[dpop] }' } },
    path: 'routes[0].binding.allOf',
    says: 'stands beside anyOf; keep one',
    good: { route: { binding: '{ allOf: [dpop] }' } },
  },
  {
    title: 'no binding',
    bad: { route: { binding: '«{}' } },
    path: 'routes[0].binding',
    says: 'names no binding; add anyOf or allOf',
    good: { route: { binding: '{ anyOf: [dpop] }' } },
  },
  {
    title: 'an empty anyOf',
    bad: { route: { binding: '{ anyOf: «[] }' } },
    path: 'routes[0].binding.anyOf',
    says: 'is empty, so nothing could pass; name at least one binding',
    good: { route: { binding: '{ anyOf: [certificate] }' } },
  },
  {
    title: 'an empty allOf',
    bad: { route: { binding: '{ allOf: «[] }' } },
    path: 'routes[0].binding.allOf',
    says: 'is empty, so anything could pass; name at least one binding',
    good: { route: { binding: '{ allOf: [certificate] }' } },
  },
  {
    title: 'D23 trusted hops of a header that is not believed',
    bad: {
      top: {
        peers:
          '{ trustDomains: [example.org], forwardedClientCert: { trustedHops: «1, proxies: ["spiffe://example.org/gw"] } }',
      },
    },
    path: 'peers.forwardedClientCert.trustedHops',
    says: 'counts hops of a header that is not believed; set from: envoy, or trustedHops: 0',
    good: {
      top: {
        peers:
          '{ trustDomains: [example.org], forwardedClientCert: { from: envoy, trustedHops: 1, proxies: ["spiffe://example.org/gw"] } }',
      },
    },
  },
  {
    title: 'D23 trusted hops without proxies',
    bad: { top: { peers: '{ forwardedClientCert: { from: envoy, trustedHops: «1 } }' } },
    path: 'peers.forwardedClientCert.trustedHops',
    says: 'trusts any workload as a proxy; list the SPIFFE IDs of the hops in proxies',
    good: { top: { peers: '{ forwardedClientCert: { from: envoy, trustedHops: 0 } }' } },
  },
  {
    title: 'proxies without trusted hops',
    bad: {
      top: {
        peers:
          '{ trustDomains: [example.org], forwardedClientCert: { from: envoy, proxies: «["spiffe://example.org/gw"] } }',
      },
    },
    path: 'peers.forwardedClientCert.proxies',
    says: 'has no effect while trustedHops is 0; set trustedHops, or leave proxies out',
    good: { top: { peers: '{ forwardedClientCert: { from: envoy, proxies: [] } }' } },
  },
  {
    title: 'D23 a proxy of a trust domain that is not believed',
    bad: {
      top: { peers: '{ forwardedClientCert: { from: envoy, trustedHops: 1, proxies: [«spiffe://example.org/gw] } }' },
    },
    path: 'peers.forwardedClientCert.proxies[0]',
    says: 'is of trust domain example.org, which is not believed; add it to peers.trustDomains',
    good: {
      top: {
        peers:
          '{ trustDomains: [example.org], forwardedClientCert: { from: envoy, trustedHops: 1, proxies: [spiffe://example.org/gw] } }',
      },
    },
  },
  {
    title: 'C1 no token type',
    bad: { issuer: { tokenTypes: '«[]' } },
    path: 'issuers[0].tokenTypes',
    says: 'is empty, so any JWT of the issuer would pass; name the types, or set insecureAnyTokenType: true',
    good: { issuer: { tokenTypes: '[]', insecureAnyTokenType: 'true' } },
  },
  {
    title: 'C1 insecureAnyTokenType beside token types',
    bad: { issuer: { insecureAnyTokenType: '«true' } },
    path: 'issuers[0].insecureAnyTokenType',
    says: 'contradicts the list tokenTypes; set tokenTypes: [], or leave insecureAnyTokenType out',
    good: { issuer: { insecureAnyTokenType: 'false' } },
  },
  {
    title: 'no key set',
    bad: { issuer: { keys: '«{}' } },
    path: 'issuers[0].keys',
    says: 'names no key set; add jwksFile or jwksUri',
    good: { issuer: { keys: '{ jwksFile: keys.json }' } },
  },
  {
    title: 'two key sets',
    bad: { issuer: { keys: '{ jwksFile: keys.json, jwksUri: «https://as.example.com/jwks }' } },
    path: 'issuers[0].keys.jwksUri',
    says: 'stands beside jwksFile; keep one, so that it is clear which keys count',
    good: { issuer: { keys: '{ jwksUri: https://as.example.com/jwks }' } },
  },
  {
    title: 'C14 a key set over http',
    bad: { issuer: { keys: '{ jwksUri: «http://as.example.com/jwks }' } },
    path: 'issuers[0].keys.jwksUri',
    says: 'is http://; use https://, or set insecureHttp: true beside it',
    good: { issuer: { keys: '{ jwksUri: http://as.example.com/jwks, insecureHttp: true }' } },
  },
  {
    title: 'insecureHttp that nothing needs',
    bad: { issuer: { keys: '{ jwksUri: https://as.example.com/jwks, insecureHttp: «true }' } },
    path: 'issuers[0].keys.insecureHttp',
    says: 'weakens nothing here, as no http:// URL is used; leave it out',
    good: { issuer: { keys: '{ jwksUri: https://as.example.com/jwks, insecureHttp: false }' } },
  },
  {
    title: 'two holders',
    bad: { issuer: { holder: '{ claim: sub, kubernetes: «{ trustDomain: cluster.local } }' } },
    path: 'issuers[0].holder.kubernetes',
    says: 'stands beside claim; keep one',
    good: { issuer: { holder: '{ kubernetes: { trustDomain: cluster.local } }' } },
  },
  {
    title: 'no holder',
    bad: { issuer: { holder: '«{}' } },
    path: 'issuers[0].holder',
    says: 'names no holder; add claim or kubernetes, or leave holder out',
    good: { issuer: { holder: '{ claim: sub }' } },
  },
  {
    title: 'no authority',
    bad: { route: { match: '«{ pathPrefix: / }' } },
    path: 'routes[0].match',
    says: 'names no authority; add authority or authorities',
    good: { route: { match: '{ authorities: [payments.example.com], pathPrefix: / }' } },
  },
  {
    title: 'authority beside authorities',
    bad: { route: { match: '{ authority: a.example, authorities: «[b.example] }' } },
    path: 'routes[0].match.authorities',
    says: 'stands beside authority; keep one',
    good: { route: { match: '{ authorities: [a.example, b.example] }' } },
  },
  {
    title: 'path beside pathPrefix',
    bad: { route: { match: '{ authority: a.example, pathPrefix: /a, path: «/a }' } },
    path: 'routes[0].match.path',
    says: 'stands beside pathPrefix; keep one',
    good: { route: { match: '{ authority: a.example, path: /a }' } },
  },
]

describe('rules between keys', () => {
  test.each(CASES)('$title', async ({ bad, path, says, good }) => {
    const { text, line, column } = takeMark(configText(bad))
    expect(await faultsOf(text)).toEqual([`holdfast.yaml:${line}:${column}: ${path}: ${says}`])
    expect(await faultsOf(configText(good))).toEqual([])
  })

  test('A14 two routes that take the same requests stand at the match of the second', async () => {
    const bad = configText({ routes: [SECOND_ROUTE('other', '«{ authority: Payments.example.com:443 }')] })
    const { text, line, column } = takeMark(bad)
    const [fault, ...more] = await faultsOf(text)
    expect(more).toEqual([])
    expect(fault).toContain(`holdfast.yaml:${line}:${column}: routes[1].match: `)
    expect(fault).toContain('route "payments"')
    const good = configText({ routes: [SECOND_ROUTE('other', '{ authority: payments.example.com:8443 }')] })
    expect(await faultsOf(good)).toEqual([])
  })

  test('the redis store needs a nonce secret', async () => {
    const { text, line, column } = takeMark(configText({ top: { store: '{ kind: redis }', nonce: '«{}' } }))
    expect(await faultsOf(text)).toEqual([
      `holdfast.yaml:${line}:${column}: nonce.secret: is missing; replicas that share a store need one secret: file:PATH or env:NAME`,
    ])
  })

  test('several workers go with the redis store', async () => {
    const text = configText({ top: { server: '{ workers: 2 }', store: '{ kind: redis }', nonce: '{ secret: env:X }' } })
    expect(await faultsOf(text)).toEqual([])
  })
})
