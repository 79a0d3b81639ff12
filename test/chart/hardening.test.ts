import { describe, expect, test } from 'vitest'
import {
  HELM3,
  HELM4,
  type KubeObject,
  NAMESPACE,
  only,
  podSpecs,
  renderObjects,
  VALUES_FILES,
} from '../support/helm.ts'

const EVERYTHING = 'ci/everything-values.yaml'
const LABEL_VALUE = /^[A-Za-z0-9]([-a-zA-Z0-9._]{0,61}[a-zA-Z0-9])?$/

describe.each(VALUES_FILES)('%s', (file) => {
  test('every container keeps to the profile "restricted" of Pod Security, those of helm test too', async () => {
    for (const { name, spec } of podSpecs(await renderObjects(HELM4, { values: [file] }))) {
      expect(spec['securityContext'], name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect([spec['hostNetwork'], spec['hostPID'], spec['hostIPC']], name).toEqual([undefined, undefined, undefined])
      for (const container of [...(spec['initContainers'] ?? []), ...spec['containers']]) {
        expect(container.securityContext, name).toMatchObject({
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        })
        expect(container.securityContext.capabilities.add, name).toBeUndefined()
        expect(container.securityContext.runAsUser, name).toBeGreaterThan(0)
      }
      const kinds = spec['volumes']?.flatMap((volume: KubeObject) => Object.keys(volume)) ?? []
      expect(
        kinds.filter((kind: string) => kind === 'hostPath'),
        name,
      ).toEqual([])
    }
  })

  test('no pod and no account has a token, and nothing grants rights in the cluster', async () => {
    const objects = await renderObjects(HELM4, { values: [file] })
    for (const { name, spec } of podSpecs(objects)) expect(spec['automountServiceAccountToken'], name).toBe(false)
    for (const { kind, automountServiceAccountToken } of objects.filter(({ kind }) => kind === 'ServiceAccount')) {
      expect(automountServiceAccountToken, kind).toBe(false)
    }
    expect(objects.filter(({ kind }) => /Role|Secret$/.test(kind))).toEqual([])
  })

  test('every container has requests, a memory limit and a limit of its scratch space', async () => {
    for (const { name, spec } of podSpecs(await renderObjects(HELM4, { values: [file] }))) {
      for (const { resources } of spec['containers']) {
        expect(Object.keys(resources.requests), name).toEqual(
          expect.arrayContaining(['cpu', 'memory', 'ephemeral-storage']),
        )
        expect(Object.keys(resources.limits), name).toEqual(expect.arrayContaining(['memory', 'ephemeral-storage']))
      }
    }
  })

  test('all objects of ours have the labels that people look for', async () => {
    const objects = await renderObjects(HELM4, { values: [file] })
    for (const { kind, metadata } of objects.filter(({ metadata }) => !/-extra$|-text$/.test(metadata.name))) {
      const { labels = {} } = metadata
      expect(labels, `${kind} ${metadata.name}`).toMatchObject({
        'app.kubernetes.io/name': 'holdfast',
        'app.kubernetes.io/instance': 'r',
        'app.kubernetes.io/version': '0.1.0',
        'app.kubernetes.io/part-of': 'holdfast',
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': 'holdfast-0.1.0',
      })
    }
  })

  test('selectors hold name, instance and component, and select the pods of the Deployment alone', async () => {
    const objects = await renderObjects(HELM4, { values: [file] })
    const deployment = objects.find(({ kind }) => kind === 'Deployment')
    if (deployment === undefined) return expect(file).toMatch(/sidecar|istio-strict|plain/)
    const selector: Record<string, string> = deployment['spec'].selector.matchLabels
    expect(Object.keys(selector).sort()).toEqual(
      ['component', 'instance', 'name'].map((part) => `app.kubernetes.io/${part}`),
    )
    expect(only(objects, 'Service')['spec'].selector).toEqual(selector)
    for (const { name, metadata } of podSpecs(objects)) {
      const labels: Record<string, string> = metadata['labels'] ?? metadata.metadata?.labels ?? {}
      const selected = Object.entries(selector).every(([key, value]) => labels[key] === value)
      expect(selected, name).toBe(name.startsWith('Deployment'))
    }
  })
})

test('a long release name stays within 63 characters everywhere, and objects stay apart', async () => {
  const release = `${'a'.repeat(52)}b`
  for (const file of VALUES_FILES) {
    const objects = await renderObjects(HELM3, { values: [file, { fullnameOverride: '' }], release })
    for (const { kind, metadata } of objects) {
      // Objects of the whole cluster also bear the namespace, behind a dot.
      expect(metadata.name.split('.')[0]?.length, `${kind} ${metadata.name}`).toBeLessThanOrEqual(63)
      expect(metadata.name).not.toMatch(/-$|-\./)
      for (const value of Object.values(metadata.labels ?? {})) expect(value, kind).toMatch(LABEL_VALUE)
    }
  }
})

test('a label of the user cannot replace one that selects', async () => {
  const values = [
    EVERYTHING,
    { commonLabels: { 'app.kubernetes.io/name': 'other' }, pod: { labels: { 'app.kubernetes.io/component': 'x' } } },
  ]
  const { spec, metadata } = only(await renderObjects(HELM4, { values }), 'Deployment')
  expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'holdfast' })
  expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
})

test.each([
  [{}, 'registry.example.com/holdfast/holdfast:0.1.0'],
  [{ image: { tag: '1.2.3' } }, 'registry.example.com/holdfast/holdfast:1.2.3'],
  [{ image: { registry: '' } }, 'holdfast/holdfast:0.1.0'],
  [{ global: { imageRegistry: 'mirror.example' } }, 'mirror.example/holdfast/holdfast:0.1.0'],
  [
    { image: { digest: `sha256:${'a'.repeat(64)}` } },
    `registry.example.com/holdfast/holdfast:0.1.0@sha256:${'a'.repeat(64)}`,
  ],
])('the image of %j is %s, in the pods of helm test too', async (values, image) => {
  const pods = podSpecs(await renderObjects(HELM4, { values: ['ci/standalone-values.yaml', values] }))
  expect(pods.length).toBe(2)
  for (const { spec } of pods) expect(spec['containers'][0].image).toBe(image)
})

test('secrets are files that the group of the pod alone can read; without such a group all of the container can', async () => {
  const modeOf = async (values: object) => {
    const { spec } = only(await renderObjects(HELM4, { values: [EVERYTHING, values] }), 'Deployment')
    return spec.template.spec.volumes.find(({ name }: { name: string }) => name === 'holdfast-secrets').projected
      .defaultMode
  }
  expect(await modeOf({})).toBe(0o440)
  expect(await modeOf({ pod: { fsGroup: '' } })).toBe(0o444)
})

test('hooks and numbers of pods: strategy, grace, sleep, spread, probes', async () => {
  const { spec } = only(await renderObjects(HELM4, { values: ['ci/standalone-values.yaml'] }), 'Deployment')
  expect(spec.strategy).toEqual({ type: 'Recreate' })
  expect(spec.replicas).toBe(1)
  const pod = spec.template.spec
  expect(pod.terminationGracePeriodSeconds).toBe(30)
  const [container] = pod.containers
  expect(container.lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } })
  expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'admin' })
  expect(container.startupProbe.httpGet).toEqual({ path: '/livez', port: 'admin' })
  expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'admin' })
  for (const { labelSelector, matchLabelKeys } of pod.topologySpreadConstraints) {
    expect(labelSelector.matchLabels).toEqual(spec.selector.matchLabels)
    expect(matchLabelKeys).toEqual(['pod-template-hash'])
  }
  expect(container.ports.map(({ containerPort }: { containerPort: number }) => containerPort)).toEqual([9191, 9901])
})

test('a user namespace is asked for only where Kubernetes knows it', async () => {
  const hostUsers = async (version: string) =>
    only(await renderObjects(HELM4, { values: [EVERYTHING], args: ['--kube-version', version] }), 'Deployment')['spec']
      .template.spec.hostUsers
  expect(await hostUsers('1.32.9')).toBeUndefined()
  expect(await hostUsers('1.33.0')).toBe(false)
})

test('a changed route reloads; a changed listener, store or log level restarts the pods', async () => {
  const sum = async (config: object) =>
    only(await renderObjects(HELM4, { values: ['ci/standalone-values.yaml', { config }] }), 'Deployment')['spec']
      .template.metadata.annotations['checksum/restart']
  const before = await sum({})
  expect(await sum({ scope: 'other', peers: { trustDomains: ['example.org'] } })).toBe(before)
  expect(await sum({ log: { decisions: 'all' } })).toBe(before)
  for (const config of [
    { server: { listen: '0.0.0.0:9292' } },
    { server: { deadlineMs: 99 } },
    { store: { memory: { maxProofs: 5 } } },
    { log: { level: 'debug' } },
  ]) {
    expect(await sum(config), JSON.stringify(config)).not.toBe(before)
  }
})

test('the network is open to those who ask and scrape, and to what the configuration names', async () => {
  const objects = await renderObjects(HELM4, {
    values: ['examples/redis-sentinel-tls.yaml', { networkPolicy: { scrapers: [{ podSelector: {} }] } }],
  })
  const { spec } = only(objects, 'NetworkPolicy')
  expect(spec.policyTypes).toEqual(['Ingress', 'Egress'])
  const ports = (rules: { ports: { port: number }[] }[]) => rules.map((rule) => rule.ports.map(({ port }) => port))
  expect(ports(spec.ingress)).toEqual([[9191], [9901]])
  expect(ports(spec.egress)).toEqual([[53, 53], [26379, 6379], [443]])
  for (const { from } of spec.ingress) expect(from.length).toBeGreaterThan(0)
  for (const { to } of spec.egress) expect(to.length).toBeGreaterThan(0)
})

test('with Cilium the hosts are those of the configuration, by name', async () => {
  const { spec } = only(await renderObjects(HELM4, { values: [EVERYTHING] }), 'CiliumNetworkPolicy')
  const named = spec.egress.flatMap(
    ({ toFQDNs = [], toPorts }: { toFQDNs?: { matchName: string }[]; toPorts: { ports: { port: string }[] }[] }) =>
      toFQDNs.map(({ matchName }) => `${matchName}:${toPorts[0]?.ports[0]?.port}`),
  )
  expect(named).toEqual(['as.example.com:8443', 'redis.data.svc:6380'])
})

test('key sets and configuration go to every namespace of the workloads', async () => {
  const values = [
    'ci/sidecar-values.yaml',
    { workloadNamespaces: ['one', 'two'], keySets: { files: { 'a.json': '{"keys":[]}' } } },
  ]
  const maps = (await renderObjects(HELM4, { values })).filter(({ kind }) => kind === 'ConfigMap')
  expect(maps.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()).toEqual(
    ['one', 'two'].flatMap((namespace) => [`${namespace}/r-holdfast-config`, `${namespace}/r-holdfast-keys`]),
  )
  const own = (await renderObjects(HELM4, { values: ['ci/sidecar-values.yaml'] })).filter(
    ({ kind }) => kind === 'ConfigMap',
  )
  expect(own.map(({ metadata }) => metadata.namespace)).toEqual([NAMESPACE])
})
