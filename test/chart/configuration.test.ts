import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../../src/config/schema.ts'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { HELM4, type KubeObject, only, render, renderObjects, VALUES_FILES } from '../support/helm.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'holdfast-chart-'))
const files = new Map<string, string>()

beforeAll(async () => {
  const ca = await makeCa('chart')
  const { certificatePem, keyPem } = await issueCertificate(ca, { dns: ['holdfast'] })
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = JSON.stringify({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }],
  })
  for (const [name, text] of [
    ...([
      ['ca.crt', ca.certificatePem],
      ['tls.crt', certificatePem],
      ['tls.key', keyPem],
    ] as const),
    ...([
      ['nonce-secret', randomBytes(32).toString('hex')],
      ['client-secret', 'a secret'],
      ['redis-password', 'x'],
    ] as const),
    ...([
      ['revocations.json', '{"revocations":[]}'],
      ['as.json', jwks],
      ['cluster.json', jwks],
    ] as const),
  ]) {
    files.set(name, text)
  }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test.each(VALUES_FILES)('the server takes the configuration and the files that %s mounts', async (file) => {
  const objects = await renderObjects(HELM4, { values: [file] })
  const folder = mkdtempSync(join(root, 'c-'))
  const deployment = objects.find(({ kind }) => kind === 'Deployment')
  if (deployment !== undefined) layOut(folder, deployment['spec'].template.spec)
  const text: string = configMap(objects)['data']['holdfast.yaml']
  // Without a pod of ours the sidecar mounts the same: holdfast.volumeMounts serves both.
  if (deployment === undefined) for (const [path] of text.matchAll(/\/etc\/holdfast\/[\w./-]+/g)) put(folder, path)
  const config = join(folder, 'etc/holdfast/config/holdfast.yaml')
  mkdirSync(dirname(config), { recursive: true })
  writeFileSync(config, text.replaceAll('/etc/holdfast/', `${folder}/etc/holdfast/`))
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'check-config', '--config', config], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('a fault that only the server finds is found by check-config in what Helm renders', async () => {
  const values = {
    config: { routes: [{ name: 'a', match: { authority: 'a b' }, origin: 'https://a', audience: 'a' }] },
  }
  const text = configMap(await renderObjects(HELM4, { values: ['ci/sidecar-values.yaml', values] }))['data'][
    'holdfast.yaml'
  ]
  const config = join(root, 'faulty.yaml')
  writeFileSync(config, text)
  expect(() => execFileSync(process.execPath, [MAIN, 'check-config', '--config', config], { stdio: 'pipe' })).toThrow(
    'routes[0].match.authority',
  )
})

test('numbers, nulls and text with a meaning in YAML reach the server as they were written', async () => {
  const values = {
    config: {
      store: { memory: { maxProofs: 100_000_000 }, redis: { prefix: 'yes', username: '0o14' } },
      scope: '1e3',
      routes: [
        {
          name: 'no',
          match: { authority: 'a', pathPrefix: '/<&>' },
          origin: 'https://a',
          audience: '2024-01-01',
          resourceMetadata: null,
        },
      ],
    },
  }
  const text: string = configMap(await renderObjects(HELM4, { values: ['ci/sidecar-values.yaml', values] }))['data'][
    'holdfast.yaml'
  ]
  expect(parse(text)).toMatchObject({
    store: values.config.store,
    scope: '1e3',
    routes: [{ name: 'no', match: { pathPrefix: '/<&>' }, audience: '2024-01-01' }],
  })
})

test('the defaults that templates reckon with are those of the server', async () => {
  const chart = join(root, 'chart')
  execFileSync('cp', ['-r', fileURLToPath(new URL('../../charts/holdfast', import.meta.url)), chart])
  writeFileSync(
    join(chart, 'templates/shown.yaml'),
    'shown: {{ include "holdfast.serverDefaults" . | fromJson | toJson }}\n',
  )
  const rendered = await render(HELM4, {
    chart,
    values: ['ci/sidecar-values.yaml'],
    args: ['--show-only', 'templates/shown.yaml'],
  })
  if (!rendered.ok) throw new Error(rendered.error)
  const { server, admin, store } = configSchema.parse({
    issuers: [{ issuer: 'https://a', keys: { jwksUri: 'https://a' } }],
    routes: [{ name: 'a', match: { authority: 'a' }, origin: 'https://a', audience: 'a' }],
  })
  expect({ server, admin, store }).toMatchObject(parse(rendered.text)['shown'])
  // _validate.tpl names it by itself, since it may be 0.
  expect(server.drainSeconds).toBe(5)
})

test('the chart adds nothing to the configuration that the user has set', async () => {
  const values = { config: { server: { listen: '0.0.0.0:7000', drainSeconds: 0 }, admin: { listen: '0.0.0.0:7001' } } }
  const objects = await renderObjects(HELM4, { values: ['ci/standalone-values.yaml', values] })
  const config = parse(configMap(objects)['data']['holdfast.yaml'])
  expect(config).toMatchObject(values.config)
  expect(only(objects, 'Deployment')['spec'].template.spec.containers[0].ports).toMatchObject([
    { containerPort: 7000 },
    { containerPort: 7001 },
  ])
})

function configMap(objects: readonly KubeObject[]): KubeObject {
  const [first] = objects.filter(({ kind, data }) => kind === 'ConfigMap' && data?.['holdfast.yaml'] !== undefined)
  if (first === undefined) throw new Error('no ConfigMap with holdfast.yaml')
  return first
}

/** Makes the files that a kubelet would, at the paths where the container sees them. */
function layOut(folder: string, pod: KubeObject): void {
  const [container] = pod['containers']
  for (const { name, mountPath } of container.volumeMounts) {
    const volume = pod['volumes'].find((one: { name: string }) => one.name === name)
    const sources = volume.projected?.sources.map((source: { secret: object }) => source.secret) ?? [
      volume.configMap ?? {},
    ]
    for (const { path } of sources.flatMap(({ items = [] }: { items?: { path: string }[] }) => items))
      put(folder, join(mountPath, path))
    if (name === 'holdfast-keys') for (const key of ['as.json', 'cluster.json']) put(folder, join(mountPath, key))
  }
}

function put(folder: string, path: string): void {
  const text = files.get(path.slice(path.lastIndexOf('/') + 1))
  if (text === undefined) throw new Error(`${path}: the test has no such file`)
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
