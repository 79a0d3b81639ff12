import { test } from 'vitest'
import { expectRule, REDIS, ROUTE, type Rule, SIDECAR, STANDALONE } from './rule.ts'

const DRILL = 'https://issuer.drill.invalid'
const OWN = 'https://as.example.com'
const ISSUERS = [
  { issuer: OWN, keys: { jwksUri: `${OWN}/jwks` } },
  { issuer: DRILL, keys: { jwksFile: '/etc/holdfast/keys/drill.json' } },
]
const DRILL_ROUTE = {
  name: 'drill',
  match: { authority: 'drill.invalid' },
  origin: 'https://drill.invalid',
  audience: 'https://drill.invalid',
  issuers: [DRILL],
}
const OWN_ROUTE = { ...ROUTE, issuers: [OWN] }
/** All that a drill of the Service needs, but for the Secrets. */
const CONFIG = { config: { issuers: ISSUERS, routes: [OWN_ROUTE, DRILL_ROUTE] } }
const ASKED = { helmTest: { drill: { existingSecret: 'w', clientTls: { existingSecret: 't' } } } }
const THROUGH_ENVOY = { helmTest: { drill: { target: 'https://a' } } }

const RULES: readonly Rule[] = [
  {
    fault: "config.routes (a): has no issuers, so it believes the drill's too",
    base: STANDALONE,
    wrong: [{ config: { issuers: ISSUERS, routes: [ROUTE, DRILL_ROUTE] } }],
    mend: CONFIG,
  },
  {
    fault: "config.routes (a): believes the drill's issuer",
    base: STANDALONE,
    wrong: [{ config: { issuers: ISSUERS, routes: [{ ...ROUTE, issuers: [OWN, DRILL] }, DRILL_ROUTE] } }],
    mend: CONFIG,
  },
  {
    fault: "config.routes (both): believes the drill's issuer",
    base: STANDALONE,
    wrong: [
      {
        config: {
          issuers: ISSUERS,
          routes: [{ ...DRILL_ROUTE, name: 'both', match: { authorities: ['drill.invalid', 'a.example.com'] } }],
        },
      },
    ],
    mend: { config: { routes: [DRILL_ROUTE] } },
  },
  {
    fault: 'config.routes (near): has no issuers',
    base: SIDECAR,
    wrong: [
      { config: { issuers: ISSUERS, routes: [{ ...ROUTE, name: 'near', match: { authority: 'notdrill.invalid' } }] } },
    ],
    mend: { config: { routes: [{ ...ROUTE, name: 'near', mode: 'off' }] } },
  },
  {
    fault: 'config.routes: has none for drill.invalid',
    base: STANDALONE,
    wrong: [ASKED],
    mend: CONFIG,
  },
  {
    fault: 'helmTest.drill.target: is missing; sidecars listen within their pods',
    base: SIDECAR,
    wrong: [ASKED],
    mend: THROUGH_ENVOY,
  },
  {
    fault: 'helmTest.drill.target: is missing; Istio lets mesh.istio.callers alone ask',
    base: 'examples/istio-gateway.yaml',
    wrong: [CONFIG, ASKED],
    mend: THROUGH_ENVOY,
  },
  {
    fault: 'helmTest.drill.target: is missing; with config.peers.forwardedClientCert.trustedHops',
    base: STANDALONE,
    wrong: [
      CONFIG,
      ASKED,
      { config: { peers: { forwardedClientCert: { trustedHops: 1, proxies: ['spiffe://a/b'] } } } },
    ],
    mend: THROUGH_ENVOY,
  },
  {
    fault: 'helmTest.drill.clientTls.existingSecret: is missing',
    base: STANDALONE,
    wrong: [CONFIG, { helmTest: { drill: { existingSecret: 'w' } } }],
    mend: ASKED,
  },
  {
    fault: 'helmTest.drill.clientTls.certificateKey: is empty, or keyKey is',
    base: STANDALONE,
    wrong: [CONFIG, ASKED, { helmTest: { drill: { clientTls: { keyKey: '' } } } }],
    mend: { helmTest: { drill: { clientTls: { keyKey: 'tls.key' } } } },
  },
  {
    fault: 'helmTest.drill.clientTls: names only one of certificateKey and keyKey',
    base: STANDALONE,
    wrong: [
      CONFIG,
      ASKED,
      { insecureOpenListener: true, secrets: { serverTls: { clientCaKey: '' } } },
      { helmTest: { drill: { clientTls: { certificateKey: '' } } } },
    ],
    mend: { helmTest: { drill: { clientTls: { keyKey: '' } } } },
  },
]

test.each(RULES)('$fault', expectRule)

test('without helmTest.enabled nothing is asked of the drill, but its issuer is still kept to its route', async () => {
  await expectRule({
    fault: "config.routes (a): has no issuers, so it believes the drill's too",
    base: STANDALONE,
    wrong: [
      { helmTest: { enabled: false, drill: { existingSecret: 'w' } } },
      { config: { issuers: ISSUERS, routes: [ROUTE] } },
    ],
    mend: { config: { routes: [OWN_ROUTE] } },
  })
})

test('several replicas with Redis are attacked like one', async () => {
  await expectRule({
    fault: 'helmTest.drill.clientTls.existingSecret: is missing',
    base: STANDALONE,
    wrong: [REDIS, { replicaCount: 3 }, CONFIG, { helmTest: { drill: { existingSecret: 'w' } } }],
    mend: ASKED,
  })
})
