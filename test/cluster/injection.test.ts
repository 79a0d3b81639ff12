/**
 * The two admission policies against a real API server, with its own plugins beside them: Pod Security `restricted`, and the
 * one that mounts tokens of service accounts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readChartValues } from '../../src/inject/chart-values.ts'
import { makeSidecar, type Sidecar } from '../../src/inject/sidecar.ts'
import { HELM4 } from '../support/helm.ts'
import { until } from '../support/running-holdfast.ts'
import type { KubeObject } from './world/api.ts'
import { type Cluster, startCluster } from './world/api-server.ts'
import { helmDo } from './world/helm.ts'
import { appPod, hardened, INJECT, sidecarOf, sidecarVolumesOf } from './world/pods.ts'
import { LEAST } from './world/values.ts'

const VALUES = { ...LEAST, secrets: { nonce: { existingSecret: 'nonce' } } }
const RELEASE = { helm: HELM4, name: 'holdfast', namespace: 'holdfast-system' }
const ENABLED = { 'holdfast.io/injection': 'enabled' }

let cluster: Cluster
let sidecar: Sidecar

beforeAll(async () => {
  cluster = await startCluster()
  await cluster.createNamespace('holdfast-system', ENABLED)
  await cluster.createNamespace('shop', { ...ENABLED, 'pod-security.kubernetes.io/enforce': 'restricted' })
  await cluster.createNamespace('lax', ENABLED)
  await cluster.createNamespace('other')
  await cluster.request('PATCH', '/api/v1/namespaces/kube-system', { metadata: { labels: ENABLED } }, MERGE)
  await cluster.create('/api/v1/namespaces/kube-system/serviceaccounts', { metadata: { name: 'default' } })
  await cluster.create('/api/v1/namespaces/shop/pods', named(appPod(), 'older'))
  helmDo(cluster, 'install', RELEASE, VALUES)
  const read = readChartValues(VALUES)
  if (!read.ok) throw new Error(read.faults.join('\n'))
  sidecar = makeSidecar(read.values, { release: 'holdfast', version: '0.1.0' })
  // Policies take a moment to come into force.
  await until('both policies are in force', async () => {
    const [good, bad] = [
      await create('lax', appPod()),
      await create('lax', appPod({ containers: [hardened('holdfast')] })),
    ]
    return good.status === 201 && sidecarOf(good.body) !== undefined && bad.status !== 201
  })
})

afterAll(() => cluster?.stop())

const MERGE = 'application/merge-patch+json'

function create(namespace: string, pod: KubeObject) {
  return cluster.createPod(namespace, pod)
}

function named(pod: KubeObject, name: string): KubeObject {
  return { ...pod, metadata: { ...pod['metadata'], name } }
}

/** A pod that carries the sidecar already, changed by `tamper`. */
function carrying(tamper: (pod: KubeObject, container: KubeObject) => void = () => {}): KubeObject {
  const pod = structuredClone(appPod({ initContainers: [sidecar.container], volumes: sidecar.volumes })) as KubeObject
  tamper(pod, pod['spec'].initContainers[0])
  return pod
}

describe('what is injected', () => {
  test('the sidecar of the values, first, its volumes and label, into a pod that has neither list', async () => {
    const { status, body } = await create('shop', appPod({ automountServiceAccountToken: false }))
    expect(status, body['message']).toBe(201)
    expect(body['spec'].initContainers).toEqual([sidecar.container])
    expect(body['spec'].volumes).toEqual(sidecar.volumes)
    expect(body['metadata'].labels).toEqual({ [INJECT]: 'true', 'holdfast.io/injected': 'true' })
  })

  test('the profile restricted of Pod Security takes the injected pod, and would refuse one that is not hardened', async () => {
    expect((await create('shop', appPod())).status).toBe(201)
    const { status, body } = await create('shop', appPod({ containers: [{ name: 'app', image: 'app:1' }] }))
    expect([status, body['message']]).toEqual([403, expect.stringContaining('violates PodSecurity "restricted')])
  })

  test('what the pod has of its own stays as it was, behind the sidecar', async () => {
    const own = { initContainers: [hardened('migrate')], volumes: [{ name: 'scratch', emptyDir: {} }] }
    const { body } = await create('shop', appPod({ ...own, automountServiceAccountToken: false }))
    expect(body['spec'].initContainers.map(({ name }: KubeObject) => name)).toEqual(['holdfast', 'migrate'])
    expect(body['spec'].volumes).toEqual([...own.volumes, ...sidecar.volumes])
  })

  test('the token of the application is mounted for the application alone', async () => {
    const { body } = await create('shop', appPod({ initContainers: [hardened('migrate')] }))
    const tokens = [...body['spec'].initContainers, ...body['spec'].containers].map(
      ({ name, volumeMounts }: KubeObject) => [
        name,
        (volumeMounts ?? []).some((mount: KubeObject) => (mount['name'] as string).startsWith('kube-api-access')),
      ],
    )
    expect(tokens).toEqual([
      ['holdfast', false],
      ['migrate', true],
      ['app', true],
    ])
  })

  test('a pod that carries the genuine one already is taken as it is', async () => {
    const { status, body } = await create('shop', carrying())
    expect(status, body['message']).toBe(201)
    expect(body['spec'].initContainers).toEqual([sidecar.container])
    expect(sidecarVolumesOf(body)).toEqual(sidecar.volumes)
  })

  test.each([
    ['a namespace without the label', 'other', appPod()],
    ['the namespace of the release, labelled or not', 'holdfast-system', appPod()],
    ['kube-system, labelled or not', 'kube-system', appPod()],
    ['a pod without the label', 'shop', appPod({}, {})],
    ['a pod that says no', 'shop', appPod({}, { [INJECT]: 'false' })],
  ])('%s is not touched', async (_, namespace, pod) => {
    const { status, body } = await create(namespace, pod)
    expect(status, body['message']).toBe(201)
    expect(body['spec'].initContainers).toBeUndefined()
    expect(sidecarVolumesOf(body)).toEqual([])
    expect(body['metadata'].labels?.['holdfast.io/injected']).toBeUndefined()
  })
})

describe('what is refused', () => {
  const fields: readonly [field: string, tamper: (container: KubeObject) => void][] = [
    ['image', (c) => (c['image'] = 'registry.example.com/holdfast/holdfast:evil')],
    ['imagePullPolicy', (c) => (c['imagePullPolicy'] = 'Never')],
    ['args', (c) => c['args'].push('--config=/elsewhere/other.yaml')],
    ['args', (c) => delete c['args']],
    ['env', (c) => c['env'].push({ name: 'NODE_OPTIONS', value: '--import=data:text/javascript,0' })],
    ['env', (c) => (c['env'][0].value = '/elsewhere/other.yaml')],
    ['command', (c) => (c['command'] = ['/usr/local/bin/node'])],
    ['envFrom', (c) => (c['envFrom'] = [{ configMapRef: { name: 'evil' } }])],
    ['workingDir', (c) => (c['workingDir'] = '/tmp')],
    ['lifecycle', (c) => (c['lifecycle'] = { postStart: { exec: { command: ['/bin/true'] } } })],
    ['ports', (c) => (c['ports'] = [{ containerPort: 9191, hostPort: 9191 }])],
    ['startupProbe', (c) => delete c['startupProbe']],
    ['startupProbe', (c) => (c['startupProbe'].exec.command = ['/usr/local/bin/holdfast', 'version'])],
    ['livenessProbe', (c) => delete c['livenessProbe']],
    ['readinessProbe', (c) => (c['readinessProbe'].periodSeconds = 300)],
    [
      'restartPolicy',
      (c) => ['restartPolicy', 'startupProbe', 'livenessProbe', 'readinessProbe'].map((key) => delete c[key]),
    ],
    ['securityContext', (c) => (c['securityContext'].readOnlyRootFilesystem = false)],
    ['securityContext', (c) => (c['securityContext'].procMount = 'Default')],
    ['terminationMessagePolicy', (c) => (c['terminationMessagePolicy'] = 'File')],
    ['terminationMessagePath', (c) => (c['terminationMessagePath'] = '/etc/holdfast/x')],
    ['volumeMounts', (c) => (c['volumeMounts'][0].name = 'holdfast-no-token')],
    ['volumeMounts', (c) => c['volumeMounts'].push({ name: 'holdfast-no-token', mountPath: '/usr/local/bin' })],
    ['volumeMounts', (c) => c['volumeMounts'].pop()],
  ]
  test.each(fields)('a sidecar with another %s', async (field, tamper) => {
    const { status, body } = await create(
      'lax',
      carrying((_, container) => tamper(container)),
    )
    expect([status, body['message']]).toEqual([
      422,
      expect.stringMatching(new RegExp(`container holdfast is not the genuine sidecar in [^;]*\\b${field}\\b`)),
    ])
    expect(body['message']).toContain('let the injection of release holdfast-system/holdfast put it in')
  })

  test('every field that differs is named, not the first alone', async () => {
    const { body } = await create(
      'lax',
      carrying((_, container) => {
        container['tty'] = true
        container['args'] = []
        container['image'] = 'evil'
      }),
    )
    expect(body['message']).toContain('is not the genuine sidecar in tty, args, image; leave it out')
  })

  const volumes: readonly [name: string, tamper: (volume: KubeObject) => void][] = [
    ['holdfast-config', (v) => (v['configMap'].name = 'mine')],
    ['holdfast-config', (v) => (v['configMap'].items = [{ key: 'mine.yaml', path: 'holdfast.yaml' }])],
    [
      'holdfast-config',
      (v) => {
        delete v['configMap']
        v['emptyDir'] = {}
      },
    ],
    ['holdfast-secrets', (v) => (v['projected'].sources[0].secret.name = 'mine')],
    [
      'holdfast-no-token',
      (v) => {
        delete v['emptyDir']
        v['hostPath'] = { path: '/' }
      },
    ],
  ]
  test.each(volumes)('another volume %s', async (name, tamper) => {
    const pod = carrying((whole) => tamper(whole['spec'].volumes.find((volume: KubeObject) => volume['name'] === name)))
    const { status, body } = await create('lax', pod)
    expect([status, body['message']]).toEqual([
      422,
      expect.stringContaining(`not as the genuine sidecar has it: volume ${name};`),
    ])
  })

  test.each([
    [
      'a container of the application with our name',
      { containers: [hardened('holdfast')] },
      'which the sidecar must have; rename it',
    ],
    ['hostNetwork', { hostNetwork: true }, 'hostNetwork: true would let other pods of the node'],
    ['hostPID', { hostPID: true }, 'hostPID: true would let'],
    ['shareProcessNamespace', { shareProcessNamespace: true }, 'shareProcessNamespace: true would let'],
  ])('%s', async (_, spec, message) => {
    const { status, body } = await create('lax', appPod(spec))
    expect([status, body['message']]).toEqual([422, expect.stringContaining(message)])
  })

  test('resources are left to those whose work they are', async () => {
    const { status } = await create(
      'lax',
      carrying((_, container) => (container['resources'].requests.cpu = '100m')),
    )
    expect(status).toBe(201)
  })
})

describe('pods that run', () => {
  beforeAll(async () => {
    await cluster.create('/api/v1/namespaces/shop/pods', named(appPod(), 'running'))
  })

  const STRATEGIC = 'application/strategic-merge-patch+json'
  const patch = (name: string, body: object, subresource = '') =>
    cluster.request('PATCH', `/api/v1/namespaces/shop/pods/${name}${subresource}`, body, STRATEGIC)
  const initImage = (image: string) => ({ spec: { initContainers: [{ name: 'holdfast', image }] } })
  const debug = (more: object) => ({ spec: { ephemeralContainers: [{ ...hardened('debug'), ...more }] } })

  test('the image of the sidecar cannot be changed', async () => {
    const { status, body } = await patch('running', initImage('registry.example.com/evil:1'))
    expect([status, body['message']]).toEqual([422, expect.stringContaining('is not the genuine sidecar in image;')])
  })

  test('that of the application can, and labels can', async () => {
    const image = { spec: { containers: [{ name: 'app', image: 'registry.example.com/app:2' }] } }
    expect((await patch('running', image)).status).toBe(200)
    expect((await patch('running', { metadata: { labels: { version: '2' } } })).status).toBe(200)
  })

  test('one older than the policies can still be labelled and deleted', async () => {
    expect((await patch('older', { metadata: { labels: { version: '2' }, finalizers: [] } })).status).toBe(200)
    expect((await cluster.request('DELETE', '/api/v1/namespaces/shop/pods/older')).status).toBe(200)
  })

  test.each([
    ['aims at the sidecar', { targetContainerName: 'holdfast' }, 'must not aim at the container holdfast'],
    [
      'mounts its secrets',
      { volumeMounts: [{ name: 'holdfast-secrets', mountPath: '/s' }] },
      'must not mount the volumes',
    ],
  ])('a debug container that %s is refused', async (_, more, message) => {
    const { status, body } = await patch('running', debug(more), '/ephemeralcontainers')
    expect([status, body['message']]).toEqual([422, expect.stringContaining(message)])
  })

  test('one that aims at the application is taken', async () => {
    const { status, body } = await patch('running', debug({ targetContainerName: 'app' }), '/ephemeralcontainers')
    expect(status, body['message']).toBe(200)
  })
})
