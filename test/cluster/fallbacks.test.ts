/** Clusters that do not serve MutatingAdmissionPolicy v1: the beta one, and none at all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readChartValues } from '../../src/inject/chart-values.ts'
import { makeSidecar } from '../../src/inject/sidecar.ts'
import { HELM3, HELM4 } from '../support/helm.ts'
import { until } from '../support/running-holdfast.ts'
import { type Cluster, startCluster } from './world/api-server.ts'
import { helmDo, helmRun } from './world/helm.ts'
import { appPod, sidecarOf } from './world/pods.ts'
import { LEAST } from './world/values.ts'

const ENABLED = { 'holdfast.io/injection': 'enabled' }
const RELEASE = { helm: HELM4, name: 'holdfast', namespace: 'holdfast-system' }

async function prepared(flags: readonly string[]): Promise<Cluster> {
  const cluster = await startCluster(flags)
  await cluster.createNamespace('holdfast-system')
  await cluster.createNamespace('shop', ENABLED)
  return cluster
}

describe('a cluster that serves v1beta1 too', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await prepared(['--runtime-config=admissionregistration.k8s.io/v1beta1=true'])
  })
  afterAll(() => cluster?.stop())

  test('injection.apiVersion: v1beta1 injects just so', async () => {
    const notes = helmDo(cluster, 'install', RELEASE, { ...LEAST, injection: { apiVersion: 'v1beta1' } })
    expect(notes).toContain('MutatingAdmissionPolicy v1beta1 puts the sidecar into new pods')
    await until('pods are injected', injects)
  })

  test('an upgrade from v1beta1 to v1 keeps the policies', async () => {
    helmDo(cluster, 'upgrade', RELEASE, LEAST)
    await until('pods are injected', injects)
    const path = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/holdfast.holdfast-system'
    expect((await cluster.request('GET', path)).status).toBe(200)
  })

  async function injects(): Promise<boolean> {
    const { body } = await cluster.createPod('shop', appPod())
    return body['spec'] !== undefined && sidecarOf(body) !== undefined
  }
})

describe('a cluster without MutatingAdmissionPolicy', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await prepared(['--emulated-version=1.35'])
  })
  afterAll(() => cluster?.stop())

  test.each([HELM3, HELM4])('$name: auto renders none, and the notes say what to do', async (helm) => {
    const notes = helmDo(cluster, 'install', { ...RELEASE, helm }, LEAST)
    expect(notes).toContain('WARNING: nothing injects.')
    expect(notes).toContain('`holdfast inject`')
    expect(notes).toContain('WARNING: workloadNamespaces is empty')
    helmDo(cluster, 'uninstall', { ...RELEASE, helm })
  })

  test('a pod that asks for the sidecar is refused without it, and taken with that of holdfast inject', async () => {
    helmDo(cluster, 'install', RELEASE, LEAST)
    await until(
      'the refusing policy is in force',
      async () => (await cluster.createPod('shop', appPod())).status !== 201,
    )
    const { status, body } = await cluster.createPod('shop', appPod())
    expect([status, body['message']]).toEqual([
      422,
      expect.stringContaining('has no container holdfast in initContainers. Nothing injected it'),
    ])
    const read = readChartValues(LEAST)
    if (!read.ok) throw new Error(read.faults.join('\n'))
    const { container, volumes } = makeSidecar(read.values, { release: 'holdfast', version: '0.1.0' })
    const taken = await cluster.createPod('shop', appPod({ initContainers: [container], volumes }))
    expect(taken.status, taken.body['message']).toBe(201)
    helmDo(cluster, 'uninstall', RELEASE)
  })

  test('v1 asked for by name is refused, with the mend', () => {
    const { code, stderr } = helmRun(cluster, 'install', RELEASE, { ...LEAST, injection: { apiVersion: 'v1' } })
    expect(code).not.toBe(0)
    expect(stderr).toContain('injection.apiVersion: this cluster does not serve MutatingAdmissionPolicy v1; use auto')
  })
})
