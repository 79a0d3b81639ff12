/** Rules about the server and its pods: what it needs, its secrets, how many there are, how they end. */
import { expect, test } from 'vitest'
import { HELM4, render } from '../support/helm.ts'
import { expectRule, REDIS, ROUTE, type Rule, SIDECAR, STANDALONE } from './rule.ts'

const ISSUERS = [{ issuer: 'https://a', keys: { jwksUri: 'https://a/b' } }]
const ROUTES_ALONE = { singlePodPerScope: true, config: { routes: [ROUTE] } }
const OBSERVE = { config: { routes: [{ ...ROUTE, mode: 'observe' }] } }

const RULES: readonly Rule[] = [
  { fault: 'config.store.kind: each sidecar', base: SIDECAR, wrong: [{ singlePodPerScope: false }], mend: OBSERVE },
  { fault: 'config.store.kind: each sidecar', base: SIDECAR, wrong: [{ singlePodPerScope: false }], mend: REDIS },
  { fault: 'replicaCount: each pod', base: STANDALONE, wrong: [{ replicaCount: 2 }], mend: REDIS },
  { fault: 'replicaCount: each pod', base: STANDALONE, wrong: [{ replicaCount: 2 }], mend: OBSERVE },
  {
    fault: 'config.issuers: is missing',
    base: 'values.yaml',
    wrong: [ROUTES_ALONE],
    mend: { config: { issuers: ISSUERS } },
  },
  {
    fault: 'image.tag: latest',
    base: SIDECAR,
    wrong: [{ image: { tag: 'latest' } }],
    mend: { image: { digest: `sha256:${'0'.repeat(64)}` } },
  },
  {
    fault: 'keySets.existingConfigMap: stands beside',
    base: SIDECAR,
    wrong: [{ keySets: { files: { a: '{}' }, existingConfigMap: 'b' } }],
    mend: { keySets: { existingConfigMap: '' } },
  },
  {
    fault: 'keySets.files.a: holds a private',
    base: SIDECAR,
    wrong: [{ keySets: { files: { a: '{"keys":[{"kty":"EC","d":"x"}]}' } } }],
    mend: { keySets: { files: { a: '{"keys":[{"kty":"EC"}]}' } } },
  },
  {
    fault: 'config.nonce.secret: a secret must not',
    base: SIDECAR,
    wrong: [{ config: { nonce: { secret: 'hunter2' } } }],
    mend: { config: { nonce: { secret: 'file:/run/nonce' } } },
  },
  {
    fault: 'config.server.clientSecret: a secret must not',
    base: SIDECAR,
    wrong: [{ config: { server: { clientSecret: 'hunter2' } } }],
    mend: { config: { server: { clientSecret: 'env:SECRET' } } },
  },
  {
    fault: 'config.nonce.secret: stands beside',
    base: SIDECAR,
    wrong: [{ config: { nonce: { secret: 'file:/run/nonce' } }, secrets: { nonce: { existingSecret: 'a' } } }],
    mend: { secrets: { nonce: { existingSecret: '' } } },
  },
  {
    fault: 'config.server.tls: stands beside',
    base: STANDALONE,
    wrong: [{ config: { server: { tls: { certificate: 'a', key: 'b', clientCa: 'c' } } } }],
    mend: { secrets: { serverTls: { existingSecret: '' } } },
  },
  {
    fault: 'secrets.nonce.existingSecret: is missing',
    base: STANDALONE,
    wrong: [REDIS, { secrets: { nonce: { existingSecret: '' } } }],
    mend: { secrets: { nonce: { existingSecret: 'n' } } },
  },
  {
    fault: 'secrets.redisTls.existingSecret: has no effect',
    base: STANDALONE,
    wrong: [REDIS, { secrets: { redisTls: { existingSecret: 'a' } } }],
    mend: { config: { store: { redis: { url: 'rediss://redis.data.svc' } } } },
  },
  {
    fault: 'secrets.redisTls: names only one',
    base: STANDALONE,
    wrong: [
      REDIS,
      {
        config: { store: { redis: { url: 'rediss://a' } } },
        secrets: { redisTls: { existingSecret: 'a', keyKey: 'k' } },
      },
    ],
    mend: { secrets: { redisTls: { certificateKey: 'c' } } },
  },
  {
    fault: 'autoscaling.enabled: each pod',
    base: STANDALONE,
    wrong: [{ autoscaling: { enabled: true } }],
    mend: REDIS,
  },
  {
    fault: 'updateStrategy.type: RollingUpdate',
    base: STANDALONE,
    wrong: [{ updateStrategy: { type: 'RollingUpdate' } }],
    mend: REDIS,
  },
  {
    fault: 'config.server.workers: workers share',
    base: STANDALONE,
    wrong: [{ config: { server: { workers: 2 } } }],
    mend: REDIS,
  },
  {
    fault: 'autoscaling.minReplicas: is above',
    base: STANDALONE,
    wrong: [REDIS, { autoscaling: { enabled: true, minReplicas: 5, maxReplicas: 4 } }],
    mend: { autoscaling: { maxReplicas: 5 } },
  },
  {
    fault: 'autoscaling.metrics: there is nothing',
    base: STANDALONE,
    wrong: [REDIS, { autoscaling: { enabled: true, targetCPUUtilizationPercentage: 0 } }],
    mend: { autoscaling: { targetCPUUtilizationPercentage: 50 } },
  },
  {
    fault: 'podDisruptionBudget.minAvailable: stands beside',
    base: STANDALONE,
    wrong: [{ podDisruptionBudget: { minAvailable: 1, maxUnavailable: '50%' } }],
    mend: { podDisruptionBudget: { maxUnavailable: '' } },
  },
  {
    fault: 'updateStrategy.maxSurge: with maxUnavailable 0',
    base: STANDALONE,
    wrong: [{ updateStrategy: { maxSurge: 0 } }],
    mend: { updateStrategy: { maxUnavailable: 1 } },
  },
  {
    fault: 'terminationGracePeriodSeconds: a pod would be killed',
    base: STANDALONE,
    wrong: [{ terminationGracePeriodSeconds: 11 }],
    mend: { terminationGracePeriodSeconds: 12 },
  },
  {
    fault: 'terminationGracePeriodSeconds: a pod would be killed',
    base: STANDALONE,
    wrong: [{ config: { server: { drainSeconds: 25 } } }],
    mend: { preStopSleepSeconds: 3 },
  },
]

test.each(RULES)('$fault', expectRule)

test('all faults come at once, and none shows a secret', async () => {
  const refused = await render(HELM4, {
    values: [SIDECAR, { image: { tag: 'latest' }, config: { nonce: { secret: 'hunter2' } } }],
  })
  if (refused.ok) throw new Error('was rendered')
  expect(refused.error.match(/\n {2}\S/g)).toHaveLength(2)
  expect(refused.error).not.toContain('hunter2')
})
