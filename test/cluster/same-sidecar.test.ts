/**
 * One sidecar, three ways into a pod: the policy (a real API server), the library template (Helm, in a chart of somebody else)
 * and `holdfast inject`. All three are the same, for every values file that the project ships.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { CHART, HELM3, HELM4, only, renderObjects, VALUES_FILES } from '../support/helm.ts'
import { MAIN, until } from '../support/running-holdfast.ts'
import type { KubeObject } from './world/api.ts'
import { type Cluster, startCluster } from './world/api-server.ts'
import { appPod, sidecarOf, sidecarVolumesOf } from './world/pods.ts'
import { createPolicies } from './world/policies.ts'
import { LEAST, MOST } from './world/values.ts'

const RELEASE = 'guarded'

const SHIPPED = VALUES_FILES.map((name) => ({
  name,
  values: parse(readFileSync(join(CHART, name), 'utf8')) as KubeObject,
}))
const CASES: readonly { name: string; values: KubeObject; label: string }[] = [
  ...SHIPPED.filter(({ values }) => (values['mode'] ?? 'sidecar') === 'sidecar'),
  { name: 'the least values', values: LEAST },
  { name: 'the most values', values: MOST },
].map((one, index) => ({ ...one, label: `case-${index}` }))

let cluster: Cluster
let dir: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-same-'))
  makeChart(join(dir, 'app'))
  cluster = await startCluster()
  for (const { values, label } of CASES) {
    await cluster.createNamespace(label, { 'holdfast.io/injection': label })
    const own = { ...values, injection: { mode: 'policy', apiVersion: 'v1', namespaceLabel: label } }
    const args = ['--kube-version', '1.36.0']
    // A release for each label, of another name but the same start of all names.
    const objects = await renderObjects(HELM4, { values: [own], release: RELEASE, args })
    await createPolicies(cluster, objects, label)
  }
  await until('all policies are in force', async () => {
    const pods = await Promise.all(CASES.map(({ label }) => cluster.createPod(label, appPod())))
    return pods.every(({ body }) => body['spec'] !== undefined && sidecarOf(body) !== undefined)
  })
})

afterAll(async () => {
  await cluster?.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Somebody's chart: one pod with the library template, our chart below it. */
function makeChart(folder: string): void {
  mkdirSync(join(folder, 'templates'), { recursive: true })
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n')
  writeFileSync(
    join(folder, 'templates/pod.yaml'),
    `apiVersion: v1
kind: Pod
metadata:
  name: app
  labels:
    {{- include "holdfast.sidecar.labels" .Subcharts.holdfast | nindent 4 }}
spec:
  initContainers:
    - {{- include "holdfast.sidecar.container" .Subcharts.holdfast | nindent 6 }}
  containers:
    - name: app
      image: registry.example.com/app:1
  volumes:
    {{- include "holdfast.sidecar.volumes" .Subcharts.holdfast | nindent 4 }}
`,
  )
  cpSync(CHART, join(folder, 'charts/holdfast'), { recursive: true })
}

/** Sidecar, volumes and the label, as they stand in a pod. */
function partsOf(pod: KubeObject) {
  return {
    container: sidecarOf(pod),
    volumes: sidecarVolumesOf(pod),
    label: pod['metadata'].labels['holdfast.io/injected'],
  }
}

/** `holdfast inject`, as a process. */
function byCommand(values: KubeObject): KubeObject {
  const file = join(dir, 'values.yaml')
  writeFileSync(file, stringify(values))
  const words = [MAIN, 'inject', '--values', file, '--release', RELEASE]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    input: stringify(appPod()),
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  return parse(stdout) as KubeObject
}

describe.each(CASES)('$name', ({ values, label }) => {
  test('policy, library template and holdfast inject make the same sidecar', async () => {
    const { status, body } = await cluster.createPod(label, appPod())
    expect(status, body['message']).toBe(201)
    const injected = partsOf(body)
    expect(injected.container).toBeDefined()
    expect(partsOf(byCommand(values))).toEqual(injected)
    const inParent = { holdfast: { ...values, injection: { mode: 'none' } } }
    for (const helm of [HELM3, HELM4]) {
      const options = {
        chart: join(dir, 'app'),
        values: [inParent],
        release: RELEASE,
        args: ['--kube-version', '1.36.0'],
      }
      const pod = only(await renderObjects(helm, options), 'Pod', 'app')
      expect(partsOf(pod), helm.name).toEqual(injected)
    }
  })

  test('the other policy takes what holdfast inject made', async () => {
    const { status, body } = await cluster.createPod(label, byCommand(values))
    expect(status, body['message']).toBe(201)
  })
})
