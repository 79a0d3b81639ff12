/**
 * The very pod that the policies made, run: the sidecar from its own arguments, variables, ConfigMaps and Secret, Envoy as in
 * envoy/sidecar.yaml before it, an application behind. Then the drill attacks it. No kubelet: test/cluster/world/run-container.ts
 * does its part.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { freePorts, type Ports } from '../../src/drill/local/ports.ts'
import { ENVOY_CONFIG, HOLDFAST_CONFIG, makeWorld } from '../../src/drill/world/make-world.ts'
import { startUpstream } from '../../src/drill/world/upstream.ts'
import { WORLD_FILE, type WorldDescription } from '../../src/drill/world/world.ts'
import { startEnvoy } from '../support/envoy.ts'
import { HELM4 } from '../support/helm.ts'
import { runCommand, until } from '../support/running-holdfast.ts'
import { readShape } from '../support/shapes.ts'
import type { KubeObject } from './world/api.ts'
import { type Cluster, startCluster } from './world/api-server.ts'
import { helmDo } from './world/helm.ts'
import { appPod, sidecarOf } from './world/pods.ts'
import { type RunningContainer, runContainer } from './world/run-container.ts'

const stops: (() => unknown)[] = []
let dir: string
let ports: Ports
let pod: KubeObject
let sidecar: RunningContainer

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-pod-'))
  stops.push(() => rmSync(dir, { recursive: true, force: true }))
  ports = await freePorts()
  await makeWorld(dir, ports, readShape('sidecar'))
  withoutConsole()
  const cluster = await startCluster()
  stops.push(() => cluster.stop())
  await cluster.createNamespace('holdfast-system')
  await cluster.createNamespace('shop', {
    'holdfast.io/injection': 'enabled',
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const nonce = readFileSync(join(dir, 'nonce-secret')).toString('base64')
  await cluster.create('/api/v1/namespaces/shop/secrets', {
    metadata: { name: 'nonce' },
    data: { 'nonce-secret': nonce },
  })
  helmDo(cluster, 'install', { helm: HELM4, name: 'holdfast', namespace: 'holdfast-system' }, values())
  pod = await injectedPod(cluster)
  sidecar = await runContainer(cluster, pod, 'holdfast', join(dir, 'container'))
  stops.push(() => sidecar.child.stop())
  const upstream = await startUpstream(ports.upstream)
  stops.push(upstream.stop)
})

afterAll(async () => {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
})

function withoutConsole(): void {
  const file = join(dir, WORLD_FILE)
  const { console: _, ...description } = JSON.parse(readFileSync(file, 'utf8')) as WorldDescription
  writeFileSync(file, JSON.stringify(description))
}

/** The drill's own configuration, as a user of the chart would write it. */
function values(): object {
  // The case of each scenario is asked for where the ledger is not in a pod (test/envoy).
  const { nonce: _, console: __, ...config } = parse(readFileSync(join(dir, HOLDFAST_CONFIG), 'utf8')) as KubeObject
  config['issuers'][0].keys = { jwksFile: '/etc/holdfast/keys/jwks.json' }
  // The drill writes this file; a ConfigMap cannot be written from a pod.
  config['revocation'] = { file: join(dir, 'revocations.json') }
  return {
    workloadNamespaces: ['shop'],
    singlePodPerScope: true,
    config,
    keySets: { files: { 'jwks.json': readFileSync(join(dir, 'jwks.json'), 'utf8') } },
    secrets: { nonce: { existingSecret: 'nonce' } },
  }
}

async function injectedPod(cluster: Cluster): Promise<KubeObject> {
  await until('pods are injected', async () => {
    const { body } = await cluster.createPod('shop', appPod())
    return body['spec'] !== undefined && sidecarOf(body) !== undefined
  })
  return (await cluster.createPod('shop', appPod(), false)).body
}

test('the sidecar of the pod starts, and its probes say so', async () => {
  await until('the startup probe lets the application start', () => sidecar.probe('startupProbe') === 0)
  expect(sidecar.probe('readinessProbe')).toBe(0)
  expect(sidecar.probe('livenessProbe')).toBe(0)
})

test('behind Envoy it stops every attack of the drill, and lets the honest pass', async () => {
  const envoy = await startEnvoy({ config: readFileSync(join(dir, ENVOY_CONFIG), 'utf8') })
  stops.push(envoy.stop)
  const { code, stdout, stderr } = await runCommand([
    ...['drill', '--target', `https://127.0.0.1:${ports.envoy}`, '--world', dir, '--json'],
  ])
  expect(code, `${stderr}${stdout}${sidecar.child.output().slice(-2000)}`).toBe(0)
  const report = JSON.parse(stdout) as { asExpected: boolean; summary: string; scenarios: readonly object[] }
  expect(report.asExpected).toBe(true)
  expect(report.scenarios.length).toBeGreaterThan(20)
})

test('once it has ended, the probes say that too', async () => {
  await sidecar.child.stop()
  expect(sidecar.probe('livenessProbe')).toBe(3)
})
