import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CHART, HELM4, HELMS, render, VALUES_FILES } from '../support/helm.ts'

/** `helm template` leaves NOTES.txt out: a copy of the chart shows them as an object. */
const chart = mkdtempSync(join(tmpdir(), 'holdfast-notes-'))
beforeAll(() => {
  cpSync(CHART, chart, { recursive: true })
  writeFileSync(join(chart, 'templates/shown.yaml'), 'notes: {{ include "holdfast.notes" . | toJson }}\n')
})
afterAll(() => rmSync(chart, { recursive: true, force: true }))

async function notes(values: readonly (string | object)[], helm = HELM4): Promise<string> {
  const rendered = await render(helm, { chart, values, args: ['--show-only', 'templates/shown.yaml'] })
  if (!rendered.ok) throw new Error(rendered.error)
  return parse(rendered.text)['notes'] as string
}

describe.each(HELMS)('$name', (helm) => {
  test.each(VALUES_FILES)('notes of %s name the release, and have no holes', async (file) => {
    const text = await notes([file], helm)
    expect(text).toContain('release r in namespace holdfast-system')
    expect(text).not.toMatch(/<nil>|%!|<no value>|map\[| $/m)
  })
})

test('Istio: the fragment of meshConfig with an explicit timeout above our own deadline', async () => {
  const text = await notes(['examples/istio-strict.yaml'])
  const fragment = text.slice(text.indexOf('  meshConfig:'), text.indexOf('\n\n', text.indexOf('  meshConfig:')))
  expect(parse(fragment)).toEqual({
    meshConfig: {
      extensionProviders: [
        {
          name: 'holdfast',
          envoyExtAuthzGrpc: {
            service: 'sidecar.holdfast.internal',
            port: 9191,
            timeout: '0.25s',
            failOpen: false,
            statusOnError: '503',
          },
        },
      ],
    },
  })
  expect(await notes(['examples/istio-gateway.yaml'])).toContain(
    'service: r-holdfast.holdfast-system.svc.cluster.local',
  )
})

test.each([
  [250, '0.25s'],
  [1000, '1s'],
  [1500, '1.5s'],
  [20_000, '20s'],
  [205, '0.205s'],
])('%d ms is written as %s', async (timeoutMs, written) => {
  expect(await notes(['examples/istio-strict.yaml', { mesh: { timeoutMs } }])).toContain(`timeout: ${written}\n`)
})

test('what was not made is told, with the reason', async () => {
  const text = await notes(['ci/standalone-values.yaml', { monitoring: { podMonitor: { enabled: 'auto' } } }])
  expect(text).toContain('not: PodMonitor, as the cluster does not serve monitoring.coreos.com/v1/PodMonitor')
  expect(text).toContain('not: dashboards (monitoring.dashboards.enabled)')
})

test('the Secrets that must be there are named with their keys and namespaces', async () => {
  const text = await notes(['examples/istio-strict.yaml'])
  expect(text).toContain('holdfast-nonce (nonce-secret) in shop, partners')
})

const ROUTE = { name: 'a', match: { authority: 'a' }, origin: 'https://a', audience: 'a' }
const REDIS = {
  config: { store: { kind: 'redis', redis: { url: 'redis://r' } } },
  secrets: { nonce: { existingSecret: 'n' } },
  networkPolicy: { redis: [{ podSelector: {} }] },
}
const NO_TLS = { secrets: { serverTls: { existingSecret: '' } } }

test.each([
  ['route a observes', { config: { routes: [{ ...ROUTE, mode: 'observe' }] } }],
  ['route a is off', { config: { routes: [{ ...ROUTE, mode: 'off' }] } }],
  ['several pods with memories', { replicaCount: 2, config: { routes: [{ ...ROUTE, mode: 'observe' }] } }],
  [
    'route a passes replays',
    { ...REDIS, config: { ...REDIS.config, routes: [{ ...ROUTE, onStoreOutage: 'insecureAllow' }] } },
  ],
  ['route a passes what was revoked', { config: { routes: [{ ...ROUTE, onRevocationStale: 'insecureAllow' }] } }],
  ['(insecureBearer)', { config: { routes: [{ ...ROUTE, binding: { anyOf: ['insecureBearer'] } }] } }],
  ['Redis without TLS', REDIS],
  ['one pod: each update', REDIS],
  ['checks pass in plaintext', { ...NO_TLS, insecureOpenListener: true }],
  ['no NetworkPolicy', { networkPolicy: { enabled: false } }],
  ['peerSource: none', { peerSource: 'none' }],
  ['named by a tag', { image: { tag: '1.0.0' } }],
])('warns: %s', async (warning, values) => {
  expect(await notes(['ci/standalone-values.yaml', values])).toContain(warning)
  const quiet = await notes(['ci/standalone-values.yaml', QUIET])
  expect(quiet).not.toContain(warning)
})

/** Nothing to warn of. */
const QUIET = {
  ...REDIS,
  replicaCount: 3,
  image: { digest: `sha256:${'0'.repeat(64)}` },
  config: { store: { kind: 'redis', redis: { url: 'rediss://r' } } },
}

test('nothing to warn of: no warnings', async () => {
  expect(await notes(['ci/standalone-values.yaml', QUIET])).not.toContain('Warnings')
})
