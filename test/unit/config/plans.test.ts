import { describe, expect, test } from 'vitest'
import { makePlans, type Plans } from '../../../src/config/plans.ts'
import { configText, loadText, type Parts } from './config-file.ts'

async function plansOf(parts: Parts): Promise<Plans> {
  const loaded = await loadText(configText(parts))
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  return makePlans(loaded.config)
}

const PEERS = { peers: '{ trustDomains: [example.org] }' }

describe('plans', () => {
  test('defaults, in the form that a request looks up', async () => {
    const { routes, issuers, peers } = await plansOf({})
    expect(routes).toEqual([
      {
        name: 'payments',
        match: { authorities: ['payments.example.com'], path: { kind: 'prefix', value: '/' }, methods: undefined },
        origin: 'https://payments.example.com',
        audiences: new Set(['https://payments.example.com']),
        issuers: undefined,
        mode: 'enforce',
        binding: { rule: 'anyOf', accepted: new Set(['dpop', 'certificate']), takesDpop: true, takesBearer: true },
        proof: { algorithms: new Set(['ES256', 'EdDSA', 'PS256']), maxAgeSeconds: 60, futureSkewSeconds: 5 },
        nonce: 'offered',
        token: { maxLifetimeSeconds: undefined },
        session: { idleSeconds: undefined, maxAgeSeconds: undefined },
        require: { scopes: [], peers: [] },
        upstream: { authorization: 'keep' },
        resourceMetadata: undefined,
        cors: false,
        onStoreOutage: 'deny',
        onRevocationStale: 'deny',
      },
    ])
    expect(issuers).toEqual([
      {
        issuer: 'https://as.example.com',
        algorithms: new Set(['ES256', 'EdDSA', 'PS256']),
        tokenTypes: new Set(['at+jwt']),
        insecureAnyTokenType: false,
        requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
        clockSkewSeconds: 5,
        holder: { kind: 'claim', claim: 'client_id' },
        ignoredConfirmations: new Set(),
      },
    ])
    expect(peers).toEqual({ trustDomains: new Set(), forwardedFrom: 'none', trustedHops: 0, proxies: new Set() })
  })

  test('everything that may be set arrives', async () => {
    const { routes, issuers, peers } = await plansOf({
      top: {
        peers:
          '{ trustDomains: [example.org], forwardedClientCert: { from: envoy, trustedHops: 1, proxies: ["spiffe://example.org/gw"] } }',
      },
      issuer: {
        algorithms: '[RS256]',
        tokenTypes: '[Application/AT+JWT, jwt]',
        requiredClaims: '[sub]',
        clockSkewSeconds: '0',
        holder: '{ kubernetes: { trustDomain: cluster.local } }',
        insecureIgnoredConfirmations: '[osc]',
      },
      route: {
        match: '{ authorities: [a.example, b.example], path: /x, methods: [GET, PURGE] }',
        audience: '[a, b]',
        issuers: '[https://as.example.com]',
        mode: 'observe',
        binding: '{ allOf: [certificate, workload] }',
        proof: '{ algorithms: [Ed25519], maxAgeSeconds: 30, futureSkewSeconds: 0 }',
        nonce: 'required',
        token: '{ maxLifetimeSeconds: 3600 }',
        session: '{ idleSeconds: 900, maxAgeSeconds: 28800 }',
        require: '{ scopes: [pay], peers: ["spiffe://example.org/a", "spiffe://example.org/ns/b/*"] }',
        upstream: '{ authorization: strip }',
        resourceMetadata: 'https://payments.example.com/.well-known/oauth-protected-resource',
        cors: 'true',
        onStoreOutage: 'insecureAllow',
        onRevocationStale: 'insecureAllow',
      },
    })
    expect(routes[0]).toEqual({
      name: 'payments',
      match: {
        authorities: ['a.example', 'b.example'],
        path: { kind: 'exact', value: '/x' },
        methods: new Set(['GET', 'PURGE']),
      },
      origin: 'https://payments.example.com',
      audiences: new Set(['a', 'b']),
      issuers: new Set(['https://as.example.com']),
      mode: 'observe',
      binding: { rule: 'allOf', accepted: new Set(['certificate', 'workload']), takesDpop: false, takesBearer: true },
      proof: { algorithms: new Set(['Ed25519']), maxAgeSeconds: 30, futureSkewSeconds: 0 },
      nonce: 'required',
      token: { maxLifetimeSeconds: 3600 },
      session: { idleSeconds: 900, maxAgeSeconds: 28800 },
      require: {
        scopes: ['pay'],
        peers: [
          { kind: 'exact', text: 'spiffe://example.org/a' },
          { kind: 'below', prefix: 'spiffe://example.org/ns/b/' },
        ],
      },
      upstream: { authorization: 'strip' },
      resourceMetadata: 'https://payments.example.com/.well-known/oauth-protected-resource',
      cors: true,
      onStoreOutage: 'insecureAllow',
      onRevocationStale: 'insecureAllow',
    })
    expect(issuers[0]).toEqual({
      issuer: 'https://as.example.com',
      algorithms: new Set(['RS256']),
      tokenTypes: new Set(['at+jwt', 'jwt']),
      insecureAnyTokenType: false,
      requiredClaims: ['sub'],
      clockSkewSeconds: 0,
      holder: { kind: 'kubernetes', trustDomain: 'cluster.local' },
      ignoredConfirmations: new Set(['osc']),
    })
    expect(peers).toEqual({
      trustDomains: new Set(['example.org']),
      forwardedFrom: 'envoy',
      trustedHops: 1,
      proxies: new Set(['spiffe://example.org/gw']),
    })
  })

  test.each([
    ['{ anyOf: [dpop] }', true, false],
    ['{ anyOf: [dpop, insecureBearer] }', true, true],
    ['{ anyOf: [dpop, workload] }', true, true],
    ['{ anyOf: [certificate] }', false, true],
    ['{ allOf: [dpop] }', true, false],
    ['{ allOf: [dpop, certificate] }', true, false],
    ['{ allOf: [workload] }', false, true],
  ])('A24 %s takes DPoP: %s, Bearer: %s', async (binding, takesDpop, takesBearer) => {
    const { routes } = await plansOf({ top: PEERS, route: { binding } })
    expect(routes[0]?.binding).toMatchObject({ takesDpop, takesBearer })
  })

  test.each([
    ['https://A.Example', 'A.EXAMPLE', 'https://a.example', ['a.example']],
    ['https://a.example:443', 'a.example:443', 'https://a.example', ['a.example']],
    ['https://a.example:8443', 'a.example:8443', 'https://a.example:8443', ['a.example:8443']],
    ['https://a.example', 'a.example:80', 'https://a.example', ['a.example:80']],
    ['http://a.example:80', 'a.example:80', 'http://a.example', ['a.example']],
    ['http://a.example', 'a.example:443', 'http://a.example', ['a.example:443']],
    ['https://[::1]', '"[::1]:443"', 'https://[::1]', ['[::1]']],
  ])('A12 origin %s and authority %s in normal form', async (given, authority, origin, authorities) => {
    const { routes } = await plansOf({ route: { origin: given, match: `{ authority: ${authority} }` } })
    expect(routes[0]?.origin).toBe(origin)
    expect(routes[0]?.match.authorities).toEqual(authorities)
  })

  test('two spellings of one authority are one', async () => {
    const { routes } = await plansOf({ route: { match: '{ authorities: [a.example, "A.example:443"] }' } })
    expect(routes[0]?.match.authorities).toEqual(['a.example'])
  })

  test('frozen to the bottom, sets included', async () => {
    const { routes, issuers, peers } = await plansOf({})
    const route = routes[0]!
    const shut = (change: () => unknown) => expect(change).toThrow(TypeError)
    shut(() => (routes as unknown[]).push(1))
    shut(() => Object.assign(route.proof, { maxAgeSeconds: 1e9 }))
    shut(() => (route.binding.accepted as Set<string>).add('insecureBearer'))
    shut(() => (issuers[0]!.algorithms as Set<string>).delete('ES256'))
    shut(() => (peers.trustDomains as Set<string>).clear())
    expect(route.binding.accepted).toEqual(new Set(['dpop', 'certificate']))
  })
})
