/** `doctor --envoy` on the /config_dump of a real Envoy: what it tells of envoy/sidecar.yaml, and of listeners that differ in one thing. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Lab, type ListenerWish, startLab } from '../support/lab.ts'
import { routeOf } from '../support/parties.ts'
import { runCommand } from '../support/running-holdfast.ts'

/** Everything that the lab changes in the files of envoy/ are ports and patience. */
const CONFIG = {
  server: { deadlineMs: 1_000 },
  peers: { trustDomains: ['example.org'], forwardedClientCert: { from: 'envoy' } },
} as const

async function examine(listeners: readonly ListenerWish[]) {
  const lab: Lab = await startLab({ listeners, routes: (of) => [routeOf('api', of('front'), '/')], config: CONFIG })
  const found = await runCommand(['doctor', '--config', lab.configFile, '--envoy', lab.envoy.adminUrl, '--json'])
  await lab.stop()
  type Found = { readonly id: string; readonly status: string; readonly subject: string | null }
  const { findings } = JSON.parse(found.stdout) as { findings: readonly Found[] }
  const bad = findings.filter(({ status }) => status !== 'ok')
  return { code: found.code, bad: bad.map(({ id, status, subject }) => `${subject}: ${id} ${status}`) }
}

describe('a real config dump', () => {
  let good: Awaited<ReturnType<typeof examine>>
  let wrong: Awaited<ReturnType<typeof examine>>
  beforeAll(async () => {
    good = await examine([{ name: 'front', tls: 'mutual' }])
    wrong = await examine([
      { name: 'front', tls: 'mutual' },
      { name: 'open', tls: 'mutual', authz: (authz) => Object.assign(authz, { failure_mode_allow: true }) },
      { name: 'late', tls: 'mutual', authz: (authz) => Object.assign(authz['grpc_service'], { timeout: '0.5s' }) },
      {
        name: 'canary',
        tls: 'mutual',
        authz: (authz) =>
          Object.assign(authz, {
            filter_enabled: { default_value: { numerator: 100 }, runtime_key: 'holdfast.enabled' },
          }),
      },
      {
        name: 'believes',
        tls: 'mutual',
        manager: (manager) => Object.assign(manager, { forward_client_cert_details: 'ALWAYS_FORWARD_ONLY' }),
      },
      { name: 'plain' },
      { name: 'unasked', tls: 'mutual', manager: (manager) => manager['http_filters'].shift() },
    ])
  })

  it('of our own file: nothing to complain of', () => {
    expect(good).toEqual({ code: 0, bad: [] })
  })

  it('D-E3 D-E6 D-E8 D23 of others: each for its own fault, and for nothing else', () => {
    expect(wrong.code).toBe(1)
    expect([...wrong.bad].sort()).toEqual(
      [
        'open: envoy-failure-mode failed',
        'late: envoy-timeout failed',
        'canary: envoy-enabled unknown',
        'believes: envoy-forwarded-header failed',
        'plain: envoy-client-certificate warning',
        'unasked: envoy-coverage warning',
      ].sort(),
    )
  })
})
