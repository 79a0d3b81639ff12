/** The chart against a real API server: install, upgrade and uninstall with both Helms, and every object that it can make. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HELM3, HELM4, HELMS, type Helm, NAMESPACE, renderObjects, VALUES_FILES } from '../support/helm.ts'
import { until } from '../support/running-holdfast.ts'
import type { KubeObject } from './world/api.ts'
import { type Cluster, startCluster } from './world/api-server.ts'
import { helmDo, helmRun } from './world/helm.ts'
import { appPod, sidecarOf } from './world/pods.ts'
import { dryRun } from './world/strict.ts'
import { LEAST } from './world/values.ts'

const POLICIES = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies'
let cluster: Cluster

beforeAll(async () => {
  // Without the plugin that wants a controller to have made service accounts first.
  cluster = await startCluster(['--disable-admission-plugins=ServiceAccount'])
  for (const name of ['one', 'two', NAMESPACE])
    await cluster.request('POST', '/api/v1/namespaces', { metadata: { name } })
})

afterAll(() => cluster?.stop())

const release = (helm: Helm, namespace = 'one', name = 'holdfast') => ({ helm, namespace, name })
const labelled = (namespaceLabel: string, more: object = {}) => ({ ...LEAST, injection: { namespaceLabel }, ...more })
const policyNames = async () =>
  (await cluster.request('GET', POLICIES)).body['items'].map((item: KubeObject) => item['metadata'].name)

/** The image that a new pod of the namespace gets; undefined without a sidecar. */
async function injectedImage(namespace: string, label: string): Promise<string | undefined> {
  await cluster.request(
    'PATCH',
    `/api/v1/namespaces/${namespace}`,
    { metadata: { labels: { 'holdfast.io/injection': label } } },
    'application/merge-patch+json',
  )
  const { body } = await cluster.createPod(namespace, appPod())
  return body['spec'] === undefined ? undefined : sidecarOf(body)?.['image']
}

describe.each(HELMS)('$name', (helm) => {
  const label = helm.name.replace(' ', '').toLowerCase()

  test('installs, upgrades and uninstalls; the policies follow, and nothing is left', async () => {
    const notes = helmDo(cluster, 'install', release(helm), labelled(label))
    expect(notes).toContain('MutatingAdmissionPolicy v1 puts the sidecar into new pods')
    expect(notes).toContain(`kubectl label namespace NAME holdfast.io/injection=${label}`)
    await until('pods are injected', async () => (await injectedImage('two', label))?.endsWith(':0.1.0') === true)
    helmDo(cluster, 'upgrade', release(helm), labelled(label, { image: { tag: '0.2.0' } }))
    await until('pods get the new image', async () => (await injectedImage('two', label))?.endsWith(':0.2.0') === true)
    helmDo(cluster, 'uninstall', release(helm))
    await until('pods are left alone', async () => (await injectedImage('two', label)) === undefined)
    expect(await policyNames()).toEqual([])
    const { body } = await cluster.request(
      'GET',
      '/api/v1/namespaces/one/configmaps?labelSelector=app.kubernetes.io/part-of=holdfast',
    )
    expect(body['items']).toEqual([])
  })

  test('an upgrade that changes nothing writes nothing', async () => {
    const generations = async () =>
      (await cluster.request('GET', POLICIES)).body['items'].map((item: KubeObject) => item['metadata'].generation)
    helmDo(cluster, 'install', release(helm), labelled(label))
    const before = await generations()
    helmDo(cluster, 'upgrade', release(helm), labelled(label))
    expect(await generations()).toEqual(before)
    helmDo(cluster, 'uninstall', release(helm))
  })

  test('refuses a second release for the same namespaces, and says whose they are; takes one for others', async () => {
    helmDo(cluster, 'install', release(helm), labelled(label))
    const refused = helmRun(cluster, 'install', release(helm, 'two'), labelled(label))
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain(
      `holdfast.io/injection=${label} belong to the release one/holdfast already; choose another value`,
    )
    helmDo(cluster, 'install', release(helm, 'two'), labelled('others'))
    expect(await policyNames()).toEqual(['holdfast.one', 'holdfast.two'])
    helmDo(cluster, 'uninstall', release(helm, 'two'))
    helmDo(cluster, 'uninstall', release(helm))
  })

  test('refuses an API version that the cluster does not serve, with the mend', () => {
    const { code, stderr } = helmRun(cluster, 'install', release(helm), {
      ...LEAST,
      injection: { apiVersion: 'v1beta1' },
    })
    expect(code).not.toBe(0)
    expect(stderr).toContain('this cluster does not serve MutatingAdmissionPolicy v1beta1; use auto')
  })
})

test('Helm 4 applies server-side, also over what Helm 3 installed, without a conflict', async () => {
  helmDo(cluster, 'install', release(HELM4), labelled('ssa'))
  const { body } = await cluster.request('GET', `${POLICIES}/holdfast.one`)
  const managers = body['metadata'].managedFields.map(({ manager, operation }: KubeObject) => [manager, operation])
  expect(managers).toContainEqual(['helm', 'Apply'])
  helmDo(cluster, 'upgrade', release(HELM4), labelled('ssa', { image: { tag: '0.3.0' } }))
  helmDo(cluster, 'uninstall', release(HELM4))
  helmDo(cluster, 'install', release(HELM3), labelled('ssa'))
  helmDo(cluster, 'upgrade', release(HELM4), labelled('ssa', { image: { tag: '0.3.0' } }))
  helmDo(cluster, 'uninstall', release(HELM4))
})

test('injection.pods: all injects every pod but those that say no', async () => {
  const values = { ...LEAST, injection: { namespaceLabel: 'all', pods: 'all' } }
  helmDo(cluster, 'install', release(HELM4), values)
  await until('labelled pods are injected', async () => (await injectedImage('two', 'all')) !== undefined)
  const [bare, out] = [
    await cluster.createPod('two', appPod({}, {})),
    await cluster.createPod('two', appPod({}, { 'holdfast.io/inject': 'false' })),
  ]
  expect(sidecarOf(bare.body)).toBeDefined()
  expect(sidecarOf(out.body)).toBeUndefined()
  helmDo(cluster, 'uninstall', release(HELM4))
})

test('injection.validationActions without Deny: the pod is taken', async () => {
  const injection = { namespaceLabel: 'warn', validationActions: ['Warn', 'Audit'] }
  const shared = appPod({ hostPID: true })
  helmDo(cluster, 'install', release(HELM4), labelled('warn'))
  await injectedImage('two', 'warn')
  await until('Deny refuses', async () => (await cluster.createPod('two', shared)).status === 422)
  helmDo(cluster, 'upgrade', release(HELM4), { ...LEAST, injection })
  await until('Warn lets it pass', async () => (await cluster.createPod('two', shared)).status === 201)
  helmDo(cluster, 'uninstall', release(HELM4))
})

describe('every object of every values file, as the API server reads it (fieldValidation=Strict)', () => {
  test.each(VALUES_FILES)('%s', async (file) => {
    const objects = await renderObjects(HELM4, { values: [file], args: ['--kube-version', '1.36.0'] })
    const ends = await Promise.all(objects.map((object) => dryRun(cluster, object, NAMESPACE)))
    expect(ends.filter((end) => end.kind === 'refused')).toEqual([])
    expect(ends.filter((end) => end.kind === 'taken').length).toBeGreaterThan(0)
    // Of meshes and operators: no API server of ours serves them; test/chart holds them to their own schemas.
    const foreign = ends.flatMap((end) => (end.kind === 'not served' ? [end.group] : []))
    expect(foreign.filter((group) => !FOREIGN.includes(group))).toEqual([])
  })

  test('a misspelt key would be found', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, dota: {} }
    expect(await dryRun(cluster, object, NAMESPACE)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('unknown field "dota"'),
    })
  })
})

const FOREIGN = [
  ...['cilium.io', 'gateway.envoyproxy.io', 'gateway.networking.k8s.io', 'grafana.integreatly.org'],
  ...['monitoring.coreos.com', 'networking.istio.io', 'security.istio.io', 'argoproj.io'],
]
