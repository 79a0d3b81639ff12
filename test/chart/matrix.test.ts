import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  CHART,
  HELM3,
  HELM4,
  HELMS,
  type KubeObject,
  lint,
  render,
  renderObjects,
  VALUES_FILES,
} from '../support/helm.ts'

const KUBERNETES = ['1.30.0', '1.31.9-gke.100', '1.32.0', '1.33.0', '1.34.0', '1.35.0', '1.36.3']
const CRDS = [
  ...['monitoring.coreos.com/v1/PodMonitor', 'monitoring.coreos.com/v1/ServiceMonitor'],
  ...['monitoring.coreos.com/v1/PrometheusRule', 'gateway.networking.k8s.io/v1/BackendTLSPolicy'],
].flatMap((api) => ['--api-versions', api])

/** In Envoy's and Istio's languages these say something; elsewhere an empty mapping is an owner that comes and goes. */
const MEANINGFUL = /^AuthorizationPolicy\.spec\.rules\[\d+\]$|\.emptyDir$/

describe.each(HELMS)('$name', (helm) => {
  test.each(VALUES_FILES)('renders %s for every Kubernetes from 1.30 on', async (file) => {
    const rendered = await Promise.all(
      KUBERNETES.map((version) => render(helm, { values: [file], args: ['--kube-version', version] })),
    )
    for (const [index, one] of rendered.entries()) {
      expect(one.ok ? undefined : one.error, `Kubernetes ${KUBERNETES[index]}`).toBeUndefined()
    }
  })

  test.each(VALUES_FILES)('lint --strict finds nothing in %s', async (file) => {
    expect(await lint(helm, [file])).toBeUndefined()
  })

  test.each(VALUES_FILES)('renders %s the same a second time', async (file) => {
    const [first, second] = await Promise.all([render(helm, { values: [file] }), render(helm, { values: [file] })])
    expect(first).toEqual(second)
  })

  test('refuses a Kubernetes below the floor, before anything else', async () => {
    const refused = await render(helm, { values: ['ci/sidecar-values.yaml'], args: ['--kube-version', '1.29.9'] })
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('requires kubeVersion: >=1.30.0-0') })
  })
})

test.each(VALUES_FILES)('both majors of Helm render the same objects from %s', async (file) => {
  const options = { values: [file], args: ['--kube-version', '1.36.0', ...CRDS] }
  const [three, four] = await Promise.all([renderObjects(HELM3, options), renderObjects(HELM4, options)])
  expect(sorted(four)).toEqual(sorted(three))
})

test.each(HELMS)('$name: the package has all that it needs', async (helm) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync(helm.program, ['package', CHART, '--destination', folder])
  const [archive = ''] = readdirSync(folder)
  expect(archive).toBe('holdfast-0.1.0.tgz')
  const values = ['ci/everything-values.yaml']
  expect(await render(helm, { chart: join(folder, archive), values })).toEqual(await render(helm, { values }))
})

test('values-ha.yaml under values of a user: three pods or more, spread, never fewer during an update', async () => {
  const objects = await renderObjects(HELM4, { values: ['values-ha.yaml', 'ci/standalone-values.yaml', HA_REST] })
  const deployment = objects.find(({ kind }) => kind === 'Deployment')
  expect(deployment?.['spec'].strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 })
  expect(deployment?.['spec'].replicas).toBeUndefined()
  expect(objects.find(({ kind }) => kind === 'HorizontalPodAutoscaler')?.['spec'].minReplicas).toBe(3)
  expect(objects.find(({ kind }) => kind === 'PodDisruptionBudget')?.['spec'].maxUnavailable).toBe(1)
})

const HA_REST = {
  secrets: { nonce: { existingSecret: 'nonce' } },
  networkPolicy: { redis: [{ ipBlock: { cidr: '192.0.2.1/32' } }] },
}

describe.each(VALUES_FILES)('%s', (file) => {
  test('has no empty mapping or list, no null, and no name twice in a list, which server-side apply would fight over', async () => {
    for (const object of await renderObjects(HELM4, { values: [file], args: CRDS })) {
      expect(flaws(object, object.kind)).toEqual([])
    }
  })

  test('makes each object once', async () => {
    const objects = await renderObjects(HELM4, { values: [file], args: CRDS })
    const keys = objects.map(keyOf)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

function flaws(value: unknown, path: string): string[] {
  if (value === null) return [`${path}: null`]
  if (typeof value !== 'object') return []
  const members = Array.isArray(value)
    ? value.map((item, index) => [`${path}[${index}]`, item] as const)
    : Object.entries(value).map(([key, member]) => [`${path}.${key}`, member] as const)
  if (members.length === 0 && !MEANINGFUL.test(path)) return [`${path}: empty`]
  const names = Array.isArray(value) ? value.flatMap((item: { name?: string } | null) => item?.name ?? []) : []
  const twice = isNamedList(path) && new Set(names).size < names.length ? [`${path}: a name twice`] : []
  return [...twice, ...members.flatMap(([at, member]) => flaws(member, at))]
}

function isNamedList(path: string): boolean {
  return /\.(env|ports|volumes|containers|initContainers|groups)$/.test(path)
}

function sorted(objects: readonly KubeObject[]): readonly KubeObject[] {
  return [...objects].sort((one, other) => keyOf(one).localeCompare(keyOf(other)))
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`
}
