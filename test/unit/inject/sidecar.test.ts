import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CHART_DEFAULTS } from '../../../src/inject/chart-defaults.ts'
import { readChartValues } from '../../../src/inject/chart-values.ts'
import { makeSidecar } from '../../../src/inject/sidecar.ts'
import { sidecarFrom, type Tree } from './manifests.ts'

const chart = parse(readFileSync('charts/holdfast/values.yaml', 'utf8')) as Tree

describe('values', () => {
  test.each(Object.keys(CHART_DEFAULTS).filter((key) => !['config', 'pod'].includes(key)))(
    'the defaults of %s are those of values.yaml',
    (key) => {
      expect((CHART_DEFAULTS as Tree)[key]).toEqual(chart[key])
    },
  )

  test('so are those of pod, as far as the sidecar reads them', () => {
    expect(chart.pod).toMatchObject(CHART_DEFAULTS.pod)
  })

  test('mappings merge key by key, null takes a default away, as Helm has it', () => {
    const { resources } = sidecarFrom({
      sidecar: { resources: { limits: { memory: '1Gi', 'ephemeral-storage': null } } },
    }).container as Tree
    expect(resources).toEqual({ requests: CHART_DEFAULTS.sidecar.resources.requests, limits: { memory: '1Gi' } })
  })

  test('the rest of a values file passes unread', () => {
    expect(readChartValues({ mesh: { kind: 'istio' }, whatever: 1 })).toMatchObject({ ok: true })
    expect(readChartValues(undefined)).toEqual(readChartValues(null))
  })

  test.each([
    ['a list', [], 'is no mapping'],
    ['an unknown key', { sidecar: { resorces: {} } }, 'sidecar: Unrecognized key: "resorces"'],
    ['a wrong type', { sidecar: { livenessProbe: { periodSeconds: '9' } } }, 'sidecar.livenessProbe.periodSeconds: '],
    ['a word that is none', { image: { pullPolicy: 'Sometimes' } }, 'image.pullPolicy: '],
    ['a digest that is none', { image: { digest: 'sha256:1' } }, 'image.digest: must be sha256:'],
    ['root', { pod: { runAsUser: 0 } }, 'pod.runAsUser: '],
  ])('%s is named', (_, values, fault) => {
    expect(readChartValues(values)).toMatchObject({ ok: false, faults: [expect.stringContaining(fault)] })
  })
})

describe('the sidecar', () => {
  test('is native, gates the application, and fits the profile restricted', () => {
    const container = sidecarFrom().container as Tree
    expect(container.restartPolicy).toBe('Always')
    expect(container.startupProbe.exec.command).toEqual([
      ...['/usr/local/bin/holdfast', 'ready', '--url', 'http://127.0.0.1:9901'],
    ])
    expect(container.livenessProbe.exec.command.at(-1)).toBe('--live')
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 65_532,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(container.resources.limits).toHaveProperty('memory')
    expect(container.volumeMounts.filter((mount: Tree) => mount.readOnly !== true)).toEqual([])
  })

  test('opens no port while the admin pages are on loopback, and names theirs when they are not', () => {
    expect(sidecarFrom().container).not.toHaveProperty('ports')
    const { ports, livenessProbe } = sidecarFrom({ config: { admin: { listen: '[::]:9911' } } }).container as Tree
    expect(ports).toEqual([{ name: 'holdfast-admin', containerPort: 9911, protocol: 'TCP' }])
    expect(livenessProbe.exec.command).toContain('http://[::1]:9911')
  })

  test('shares the folder of a Unix socket by a volume', () => {
    const { container, volumes } = sidecarFrom({ config: { server: { listen: 'unix:///run/hf/h.sock' } } })
    expect((container as Tree).volumeMounts.at(-1)).toEqual({ name: 'holdfast-socket', mountPath: '/run/hf' })
    expect(volumes.at(-1)?.name).toBe('holdfast-socket')
  })

  test('each Secret of the values is a source of one volume; none, and there is no volume', () => {
    expect(sidecarFrom().volumes.map(({ name }) => name)).toEqual(['holdfast-config', 'holdfast-no-token'])
    const secrets = {
      nonce: { existingSecret: 'n' },
      redisTls: { existingSecret: 'r' },
      clientSecret: { key: 'unused' },
    }
    const volume = sidecarFrom({ secrets }).volumes.find(({ name }) => name === 'holdfast-secrets') as Tree
    expect(volume.projected.sources).toEqual([
      { secret: { name: 'n', items: [{ key: 'nonce-secret', path: 'nonce-secret' }] } },
      { secret: { name: 'r', items: [{ key: 'ca.crt', path: 'redis-tls/ca.crt' }] } },
    ])
  })

  test.each([
    [{}, 'registry.example.com/holdfast/holdfast:1.2.3'],
    [{ image: { registry: '', tag: '2' } }, 'holdfast/holdfast:2'],
    [
      { global: { imageRegistry: 'm.example.com' }, image: { digest: `sha256:${'0'.repeat(64)}` } },
      `m.example.com/holdfast/holdfast:1.2.3@sha256:${'0'.repeat(64)}`,
    ],
  ])('image of %o', (values, image) => {
    expect((sidecarFrom(values).container as Tree).image).toBe(image)
  })

  test.each([
    ['holdfast', {}, 'holdfast-config'],
    ['shop', {}, 'shop-holdfast-config'],
    ['shop', { fullnameOverride: 'other' }, 'other-config'],
    ['guard', { nameOverride: 'guard' }, 'guard-config'],
    ['a'.repeat(43), {}, `${'a'.repeat(43)}-config`],
  ])('release %s with %o mounts ConfigMap %s', (release, own, name) => {
    const read = readChartValues(own)
    if (!read.ok) throw new Error(read.faults.join())
    const { volumes } = makeSidecar(read.values, { release, version: '1' })
    expect((volumes[0] as Tree).configMap.name).toBe(name)
  })
})
