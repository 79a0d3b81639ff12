/** The chart and what the server keeps: the audit log has a place to be written to, and the admin port may have TLS. */
import { describe, expect, test } from 'vitest'
import { HELM4, type KubeObject, only, renderObjects } from '../support/helm.ts'
import { expectRule, type Rule, SIDECAR, STANDALONE } from './rule.ts'

const FILE = '/var/lib/holdfast/audit/audit.jsonl'
const AUDIT = { config: { audit: { file: FILE } } }
const CLAIM = { auditVolume: { existingClaim: 'audit' } }
const TLS = { config: { admin: { tls: { certificate: '/run/tls/tls.crt', key: '/run/tls/tls.key', clientCa: null } } } }

const RULES: readonly Rule[] = [
  {
    fault: 'config.audit.file: the root file system is read-only',
    base: STANDALONE,
    wrong: [AUDIT],
    mend: CLAIM,
  },
  {
    fault: 'config.audit.file: the root file system is read-only',
    base: STANDALONE,
    wrong: [{ config: { audit: { file: '/tmp/audit.jsonl' } } }, CLAIM],
    mend: {
      extraVolumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Gi' } }],
      extraVolumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
    },
  },
  {
    fault: 'config.audit.file: a sidecar has no place to write',
    base: SIDECAR,
    wrong: [AUDIT, CLAIM],
    mend: { config: { audit: { file: null, stdout: true } } },
  },
  ...[
    ['ledger', 'secret'],
    ['console', 'secret'],
    ['audit', 'signingKey'],
  ].map(
    ([section = '', key = '']): Rule => ({
      fault: `config.${section}.${key}: a secret must not`,
      base: STANDALONE,
      wrong: [{ config: { [section]: { [key]: 'hunter2' } } }],
      mend: { config: { [section]: { [key]: 'file:/run/secrets/one' } } },
    }),
  ),
]

test.each(RULES)('$fault …', async (rule) => expectRule(rule))

async function container(
  ...values: readonly object[]
): Promise<{ pod: KubeObject['spec']; server: KubeObject['spec'] }> {
  const objects = await renderObjects(HELM4, { values: [STANDALONE, ...values] })
  const pod = only(objects, 'Deployment')['spec'].template.spec
  return { pod, server: pod.containers[0] }
}

describe('the audit log', () => {
  test('stands on the claim, in a folder of its own for each pod', async () => {
    const { pod, server } = await container(AUDIT, CLAIM)
    expect(pod.volumes).toContainEqual({ name: 'holdfast-audit', persistentVolumeClaim: { claimName: 'audit' } })
    expect(server.volumeMounts).toContainEqual({
      name: 'holdfast-audit',
      mountPath: '/var/lib/holdfast/audit',
      subPathExpr: '$(POD_NAME)',
    })
    expect(server.env).toContainEqual({
      name: 'POD_NAME',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
    })
    expect(server.securityContext.readOnlyRootFilesystem).toBe(true)
  })

  test('mounts nothing where there is none', async () => {
    const { pod, server } = await container(CLAIM)
    expect(JSON.stringify([pod.volumes, server.volumeMounts, server.env])).not.toMatch(/audit|POD_NAME/)
  })
})

describe('TLS of the admin port', () => {
  test('is what probes speak, and without it they do not', async () => {
    for (const [values, scheme] of [
      [[TLS], 'HTTPS'],
      [[], undefined],
    ] as const) {
      const { server } = await container(...values)
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect(server[probe].httpGet.scheme, probe).toBe(scheme)
      }
    }
  })

  test('is what monitors and helm test speak', async () => {
    const monitoring = { monitoring: { serviceMonitor: { enabled: true } } }
    const objects = await renderObjects(HELM4, { values: [STANDALONE, TLS, monitoring] })
    expect(only(objects, 'ServiceMonitor')['spec'].endpoints[0]).toMatchObject({
      scheme: 'https',
      tlsConfig: { insecureSkipVerify: true },
    })
    expect(JSON.stringify(objects)).toMatch(/"--url","https:\/\//)
  })

  test('is what the probe of a sidecar speaks', async () => {
    const objects = await renderObjects(HELM4, { values: [SIDECAR, TLS] })
    const text = JSON.stringify(objects)
    expect(text).toContain('https://127.0.0.1:9901')
    expect(text).not.toContain('http://127.0.0.1:9901')
  })
})

test.each(['ledger', 'console', 'audit'])('a change of %s restarts the pods: it is read once', async (section) => {
  const annotation = async (...values: readonly object[]): Promise<string> => {
    const objects = await renderObjects(HELM4, { values: [STANDALONE, ...values] })
    return only(objects, 'Deployment')['spec'].template.metadata.annotations['checksum/restart']
  }
  const changed = {
    ledger: { config: { ledger: { retentionSeconds: 3600 } } },
    console: { config: { console: { enabled: true, secret: 'file:/run/console' } } },
    audit: { config: { audit: { stdout: true } } },
  }[section]
  expect(await annotation(changed ?? {})).not.toBe(await annotation())
})
