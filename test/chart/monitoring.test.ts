import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { CHART, HELM3, HELM4, HELMS, only, render, renderObjects } from '../support/helm.ts'
import { findPromtool } from '../support/promtool.ts'

const STANDALONE = 'ci/standalone-values.yaml'
const SIDECAR = 'ci/sidecar-values.yaml'
const RULES = parse(readFileSync(join(CHART, 'files/rules.yaml'), 'utf8')) as { groups: Group[] }
const ALERTS = RULES.groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))

interface Group {
  readonly name: string
  readonly rules: readonly {
    alert?: string
    for?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }[]
}

describe('PrometheusRule', () => {
  const wrapped = async (prometheusRule: object, helm = HELM4) => {
    const values = [STANDALONE, { monitoring: { prometheusRule: { enabled: true, ...prometheusRule } } }]
    return only(await renderObjects(helm, { values }), 'PrometheusRule')['spec'] as { groups: Group[] }
  }

  test.each(HELMS)('$name: as it stands it is files/rules.yaml', async (helm) => {
    expect(await wrapped({}, helm)).toEqual(RULES)
  })

  test('groups and alerts can be left out by name; an empty group goes too', async () => {
    const [first] = RULES.groups
    const [alert = ''] = ALERTS
    const { groups } = await wrapped({ disabledGroups: [first?.name], disabledAlerts: [alert] })
    expect(groups.map(({ name }) => name)).not.toContain(first?.name)
    expect(groups.flatMap(({ rules }) => rules.flatMap((rule) => rule.alert ?? []))).toEqual(
      ALERTS.filter((name) => name !== alert),
    )
    const none = await wrapped({ disabledAlerts: [...new Set(ALERTS)] })
    expect(none.groups.every(({ rules }) => rules.length > 0)).toBe(true)
  })

  test('labels, times and addresses of the user, and what is left is still right for Prometheus', async () => {
    const [alert = ''] = ALERTS
    const { groups } = await wrapped({
      alertLabels: { team: 'identity' },
      holdFor: { [alert]: '42m' },
      runbookUrl: 'https://wiki.example.com/holdfast',
      dashboardUrl: 'https://grafana.example.com/d/',
    })
    const rules = groups.flatMap((group) => group.rules).filter((rule) => rule.alert !== undefined)
    expect(rules.find((rule) => rule.alert === alert)?.for).toBe('42m')
    for (const rule of rules) {
      expect(rule.labels).toMatchObject({ team: 'identity', severity: expect.any(String) })
      expect(rule.annotations?.['runbook_url']).toBe(`https://wiki.example.com/holdfast#${rule.alert?.toLowerCase()}`)
      expect(rule.annotations?.['dashboard_url']).toMatch(/^https:\/\/grafana\.example\.com\/d\/holdfast-[a-z]+$/)
    }
    checkWithPromtool({ groups })
  })

  test('the alert for memory reckons with the limit that the chart sets', async () => {
    const { spec } = only(await renderObjects(HELM4, { values: [STANDALONE] }), 'Deployment')
    expect(spec.template.spec.containers[0].resources.limits.memory).toBe('512Mi')
    expect(JSON.stringify(RULES)).toContain(String(512 * 1024 * 1024))
  })
})

describe('monitors', () => {
  const podMonitor = async (values: readonly (string | object)[]) =>
    only(await renderObjects(HELM4, { values }), 'PodMonitor')['spec']

  test('standalone: the admin port of our own pods', async () => {
    const spec = await podMonitor([STANDALONE, { monitoring: { podMonitor: { enabled: true } } }])
    expect(spec.podMetricsEndpoints[0]).toMatchObject({ port: 'admin', path: '/metrics' })
    expect(spec.selector.matchLabels['app.kubernetes.io/component']).toBe('server')
  })

  test('sidecars: their port by number, in the namespaces of the workloads', async () => {
    const spec = await podMonitor(['examples/istio-strict.yaml'])
    expect(spec.podMetricsEndpoints[0]).toMatchObject({ portNumber: 9901, path: '/metrics' })
    expect(spec.selector.matchLabels).toEqual({ 'holdfast.io/injected': 'true' })
    expect(spec.namespaceSelector.matchNames).toEqual(['shop', 'partners', 'holdfast-system'])
  })

  test.each(['merged', 'targets'])(
    'variant %s: one target a pod, through the port of the proxy that is outside of mTLS',
    async (variant) => {
      const values = [
        SIDECAR,
        { mesh: { kind: 'istio' }, monitoring: { podMonitor: { enabled: true, variant, appTarget: '8080:/metrics' } } },
      ]
      const { podMetricsEndpoints } = await podMonitor(values)
      expect(podMetricsEndpoints).toHaveLength(1)
      expect(podMetricsEndpoints[0]).toMatchObject({ port: 'http-envoy-prom', path: '/stats/prometheus' })
      const addresses = podMetricsEndpoints[0].relabelings.filter(
        ({ targetLabel }: { targetLabel: string }) => targetLabel === '__address__',
      )
      expect(['10.1.2.3', 'fd00::7'].map((ip) => relabelled(ip, addresses))).toEqual([
        '10.1.2.3:15020',
        '[fd00::7]:15020',
      ])
    },
  )

  test.each([
    ['direct', { 'traffic.sidecar.istio.io/excludeInboundPorts': '9901' }],
    ['merged', { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9901', 'prometheus.io/path': '/metrics' }],
    ['targets', { 'prometheus.istio.io/scrape-targets': '9901:/metrics,8080:/metrics' }],
  ])(
    'variant %s: our own pods have the annotations that Istio wants, and none without Istio',
    async (variant, wanted) => {
      const monitoring = { podMonitor: { variant, appTarget: '8080:/metrics' } }
      const annotations = async (file: string) =>
        only(await renderObjects(HELM4, { values: [file, { monitoring }] }), 'Deployment')['spec'].template.metadata
          .annotations
      expect(await annotations('examples/istio-gateway.yaml')).toMatchObject(wanted)
      expect(Object.keys(await annotations(STANDALONE))).toEqual(['checksum/restart'])
    },
  )

  test('the job has "holdfast" in it whatever the release is called: rules and dashboards look for that', async () => {
    for (const [fullnameOverride, job] of [
      ['edge', 'holdfast-edge'],
      ['holdfast-edge', 'holdfast-edge'],
    ]) {
      const spec = await podMonitor([STANDALONE, { fullnameOverride, monitoring: { podMonitor: { enabled: true } } }])
      expect(spec.podMetricsEndpoints[0].relabelings[0]).toEqual({
        action: 'replace',
        targetLabel: 'job',
        replacement: job,
      })
    }
  })

  test('auto: made where the cluster serves the API, left out where it does not', async () => {
    const values = [
      STANDALONE,
      { monitoring: { podMonitor: { enabled: 'auto' }, prometheusRule: { enabled: 'auto' } } },
    ]
    const kinds = async (args: readonly string[]) =>
      (await renderObjects(HELM3, { values, args })).map(({ kind }) => kind)
    expect(await kinds([])).not.toContain('PodMonitor')
    const served = ['PodMonitor', 'PrometheusRule'].flatMap((kind) => [
      '--api-versions',
      `monitoring.coreos.com/v1/${kind}`,
    ])
    expect(await kinds(served)).toEqual(expect.arrayContaining(['PodMonitor', 'PrometheusRule']))
  })
})

test('dashboards: one ConfigMap each, the file as it stands, with the label of Grafana', async () => {
  const values = [SIDECAR, { monitoring: { dashboards: { enabled: true, namespace: 'grafana', labelValue: 'yes' } } }]
  const maps = (await renderObjects(HELM4, { values })).filter(({ metadata }) => /-dashboard-/.test(metadata.name))
  const files = readdirSync(join(CHART, 'files/dashboards'))
  expect(files.length).toBe(3)
  expect(maps.length).toBe(files.length)
  for (const file of files) {
    const map = maps.find(({ data }) => data[`holdfast-${file}`] !== undefined)
    expect(map?.metadata).toMatchObject({
      namespace: 'grafana',
      labels: { grafana_dashboard: 'yes' },
      annotations: { grafana_folder: 'Holdfast' },
    })
    expect(JSON.parse(map?.['data'][`holdfast-${file}`])).toEqual(
      JSON.parse(readFileSync(join(CHART, 'files/dashboards', file), 'utf8')),
    )
  }
})

test('nothing of monitoring is made unless asked for', async () => {
  const rendered = await render(HELM4, { values: [SIDECAR] })
  expect(rendered.ok && rendered.text.includes('monitoring.coreos.com')).toBe(false)
})

/** As Prometheus does it: the whole value must match (RE2, anchored). */
function relabelled(ip: string, rules: readonly { regex: string; replacement: string }[]): string | undefined {
  const rule = rules.find(({ regex }) => new RegExp(`^(?:${regex})$`).test(ip))
  return rule && ip.replace(new RegExp(`^(?:${rule.regex})$`), rule.replacement)
}

function checkWithPromtool(rules: object): void {
  const promtool = findPromtool()
  if (promtool === undefined) throw new Error('no promtool: type "npm run setup -- promtool", then run the test again')
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chart-rules-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'rules.yaml'), stringify(rules))
  const { status, stdout, stderr } = spawnSync(
    promtool,
    ['check', 'rules', '--lint=all', '--lint-fatal', join(folder, 'rules.yaml')],
    { encoding: 'utf8' },
  )
  expect(status, stdout + stderr).toBe(0)
}
