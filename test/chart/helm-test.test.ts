/**
 * What `helm test` would do, without a kubelet: the standalone example with the values that `holdfast drill --new-world` prints,
 * the server from the rendered ConfigMaps, and the attacking pod's own arguments and files, as processes on loopback.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { freePort } from '../../src/drill/local/ports.ts'
import { SCENARIOS } from '../../src/drill/scenarios/index.ts'
import { PODS, WORKLOAD_NAMES } from '../../src/drill/world/workloads.ts'
import { podName } from '../../src/drill/world/world.ts'
import { HELM3, HELM4, type KubeObject, only, renderObjects } from '../support/helm.ts'
import { type RunningHoldfast, runCommand, startServing } from '../support/running-holdfast.ts'
import { layOutPod } from './helm-test-world.ts'

const STANDALONE = 'examples/air-gapped.yaml'
const SERVICE = 'r-holdfast.holdfast-system.svc'
const PLAYED = SCENARIOS.filter(({ needs = [] }) => needs.length === 0)

const root = mkdtempSync(join(tmpdir(), 'holdfast-helm-test-'))
const example = parse(
  readFileSync(fileURLToPath(new URL(`../../charts/holdfast/${STANDALONE}`, import.meta.url)), 'utf8'),
)
const secrets: Record<string, Record<string, string>> = {}
let printed: Record<string, KubeObject>

beforeAll(async () => {
  const world = join(root, 'world')
  const { code, stdout } = await runCommand(['drill', '--new-world', world])
  expect(code).toBe(0)
  printed = parse(stdout)
  const { metadata, data } = parse(readFileSync(join(world, 'secret.yaml'), 'utf8'))
  secrets[metadata.name] = Object.fromEntries(
    Object.entries(data as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  )
  const ca = await makeCa('release')
  const server = await issueCertificate(ca, { dns: [SERVICE] })
  const client = await issueCertificate(ca, { commonName: 'drill' })
  secrets['holdfast-server-tls'] = {
    'ca.crt': ca.certificatePem,
    'tls.crt': server.certificatePem,
    'tls.key': server.keyPem,
  }
  secrets['holdfast-drill-tls'] = {
    'ca.crt': ca.certificatePem,
    'tls.crt': client.certificatePem,
    'tls.key': client.keyPem,
  }
  secrets['holdfast-client'] = { 'client-secret': 'a secret of Envoy and Holdfast' }
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The example with what was printed, joined by hand as the comment in it says. `route` goes over the drill's. */
function values(route: object = {}): object {
  const { config, keySets, helmTest } = printed as Record<string, KubeObject>
  const [own] = example.config.routes
  return {
    config: {
      server: { deadlineMs: 2_000 },
      issuers: [...example.config.issuers, ...(config?.['issuers'] ?? [])],
      routes: [
        { ...own, issuers: [example.config.issuers[0].issuer] },
        { ...config?.['routes'][0], ...route },
      ],
    },
    keySets,
    mesh: { timeoutMs: 3_000 },
    secrets: { clientSecret: { existingSecret: 'holdfast-client' } },
    helmTest: {
      drill: { ...helmTest?.['drill'], clientTls: { existingSecret: 'holdfast-drill-tls', serverName: SERVICE } },
    },
  }
}

interface End {
  readonly code: number | string
  readonly stderr: string
  readonly scenarios: readonly { name: string; outcome: string; seen?: { reason?: string } }[]
}

/** Starts the release's server, runs the attacking pod against it, and ends both. */
async function helmTest(more: object): Promise<End> {
  const objects = await renderObjects(HELM4, { values: [STANDALONE, more] })
  const folder = mkdtempSync(join(root, 'release-'))
  const [port, adminPort] = [await freePort(), await freePort()]
  const listen = [
    ['0.0.0.0:9191', `127.0.0.1:${port}`],
    ['0.0.0.0:9901', `127.0.0.1:${adminPort}`],
  ] as const
  const deployment = only(objects, 'Deployment')['spec'].template.spec
  const { env, args } = layOutPod(deployment, objects, secrets, join(folder, 'server'), listen)
  expect(args).toEqual(['serve'])
  const attacker = only(objects, 'Pod', 'r-holdfast-test-drill')
  const drill = layOutPod(attacker['spec'], objects, secrets, join(folder, 'drill'), [
    [`${SERVICE}:9191`, `127.0.0.1:${port}`],
  ])
  let holdfast: RunningHoldfast | undefined
  try {
    holdfast = await startServing(env['HOLDFAST_CONFIG'] ?? '', adminPort)
    const { code, stdout, stderr } = await runCommand([...drill.args, '--json'], drill.env)
    return { code, stderr, scenarios: stdout === '' ? [] : JSON.parse(stdout).scenarios }
  } finally {
    await holdfast?.stop()
  }
}

function named({ scenarios }: End, ...outcomes: readonly string[]): readonly string[] {
  return scenarios.filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name)
}

describe('the attacking pod against the release that Helm rendered', () => {
  test('enforcing: by mTLS and with the client secret, every attack is stopped and honest use passes', async () => {
    const end = await helmTest(values())
    expect([end.code, end.stderr]).toEqual([0, ''])
    expect(named(end, 'passed', 'stopped')).toEqual(PLAYED.map(({ name }) => name))
    for (const reason of [
      'ok',
      'proof_replayed',
      'proof_key_mismatch',
      'proof_target_mismatch',
      'certificate_mismatch',
      'binding_downgraded',
    ]) {
      expect(
        end.scenarios.map(({ seen }) => seen?.reason),
        reason,
      ).toContain(reason)
    }
  })

  test('observing: every attack is missed, and the test fails', async () => {
    const end = await helmTest(values({ mode: 'observe' }))
    expect(end.code).toBe(1)
    expect(named(end, 'missed')).toEqual(PLAYED.filter(({ honest }) => !honest).map(({ name }) => name))
  })

  test('with the proof not demanded: the stolen token is missed, and the test fails', async () => {
    const end = await helmTest(values({ binding: { anyOf: ['insecureBearer'] }, nonce: 'off' }))
    expect(end.code).toBe(1)
    expect(named(end, 'missed')).toContain('partner-bearer')
  })
})

describe('the pod as it is rendered', () => {
  const TARGET = { helmTest: { drill: { existingSecret: 'w', target: 'https://gateway.example.com' } } }

  test('is a hook of helm test that goes away, of our own image, without a shell', async () => {
    const { metadata, spec } = only(
      await renderObjects(HELM3, { values: [STANDALONE, values()] }),
      'Pod',
      'r-holdfast-test-drill',
    )
    expect(metadata.annotations).toEqual({
      'helm.sh/hook': 'test',
      'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
    })
    expect(spec.restartPolicy).toBe('Never')
    const [{ command, args, image }] = spec.containers
    expect(command).toBeUndefined()
    expect(image).toMatch(/^mirror\.internal\.example\/holdfast\/holdfast:/)
    expect(args).toEqual([
      ...['drill', '--world', '/etc/holdfast/drill/world', '--grpc', `${SERVICE}:9191`],
      ...['--tls-ca', '/etc/holdfast/drill/tls/ca.crt'],
      ...['--tls-certificate', '/etc/holdfast/drill/tls/tls.crt', '--tls-key', '/etc/holdfast/drill/tls/tls.key'],
      ...['--tls-name', SERVICE, '--client-secret', 'file:/etc/holdfast/drill/client-secret'],
    ])
  })

  test('mounts every file of a world, those of the same name of the code', async () => {
    const { spec } = only(
      await renderObjects(HELM4, { values: [STANDALONE, values()] }),
      'Pod',
      'r-holdfast-test-drill',
    )
    const items: { key: string; path: string }[] = spec.volumes[0].projected.sources[0].secret.items
    const paths = items.map(({ path }) => path)
    expect(items.map(({ key }) => `world/${key.replace(/^workloads\./, 'workloads/')}`)).toEqual(paths)
    const pods = WORKLOAD_NAMES.flatMap((workload) => PODS.map((pod) => podName(workload, pod)))
    const files = [
      'world.json',
      'ca.crt',
      'issuer-key.json',
      ...pods.flatMap((pod) => [`workloads/${pod}.crt`, `workloads/${pod}.key`]),
    ]
    expect(paths.sort()).toEqual(files.map((file) => `world/${file}`).sort())
    expect(spec.volumes[0].projected.defaultMode).toBe(0o440)
  })

  test('is not there without the Secret, nor with helmTest.enabled: false', async () => {
    const names = async (...more: readonly object[]) =>
      (await renderObjects(HELM4, { values: [STANDALONE, ...more] }))
        .filter(({ kind }) => kind === 'Pod')
        .map(({ metadata }) => metadata.name)
    expect(await names()).toEqual(['r-holdfast-test-ready'])
    expect(await names(values(), { helmTest: { enabled: false } })).toEqual([])
    expect(await names(values())).toEqual(['r-holdfast-test-drill', 'r-holdfast-test-ready'])
  })

  test.each(['ci/standalone-values.yaml', 'ci/sidecar-values.yaml'])(
    'with a target it goes through that Envoy: %s',
    async (file) => {
      const { spec } = only(await renderObjects(HELM4, { values: [file, TARGET] }), 'Pod', 'r-holdfast-test-drill')
      expect(spec.containers[0].args).toEqual([
        'drill',
        '--world',
        '/etc/holdfast/drill/world',
        '--target',
        'https://gateway.example.com',
      ])
      expect(spec.volumes[0].projected.sources).toHaveLength(1)
    },
  )

  test.each(['kubernetes', 'cilium'])(
    'a NetworkPolicy (%s) lets it in to the listener only when it asks there',
    async (kind) => {
      const allowed = async (more: object) => {
        const policy = {
          networkPolicy: { kind, ...(kind === 'cilium' ? { callers: [{ matchLabels: { app: 'envoy' } }] } : {}) },
        }
        const objects = await renderObjects(HELM4, { values: [STANDALONE, policy, more] })
        const { spec } = objects.find((object) => object.kind.endsWith('NetworkPolicy')) as KubeObject
        return JSON.stringify(spec.ingress[0]).includes('"app.kubernetes.io/component":"test"')
      }
      expect(await allowed(values())).toBe(true)
      expect(await allowed(TARGET)).toBe(false)
      expect(await allowed({})).toBe(false)
    },
  )
})
