/** G6 `doctor --safe-to-enforce` against a real Prometheus that scrapes a real Holdfast while it observes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { ask, checkOf } from '../support/checks.ts'
import { makeCheckClient } from '../support/envoy-messages.ts'
import { configText, makeHolder, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RunningPrometheus, startPrometheus } from '../support/prometheus.ts'
import { type RunningHoldfast, startServing, until } from '../support/running-holdfast.ts'
import { fakeIo } from '../unit/cli/fake-io.ts'
import type { FindingJson } from '../unit/doctor/doctor-world.ts'

const AUTHORITY = 'api.example.com'
const WINDOW_SECONDS = 12
const CHECKS = 1_500
const REFUSED = 5

let parties: Parties
let holdfast: RunningHoldfast
let prometheus: RunningPrometheus
let configFile: string

beforeAll(async () => {
  parties = await makeParties()
  const ports = { grpc: await freePort(), admin: await freePort() }
  const route = (name: string, mode = 'observe') =>
    routeOf(name, AUTHORITY, `/${name}`, { mode, binding: { anyOf: ['dpop', 'insecureBearer'] } })
  const routes = [route('ready'), route('lax'), route('quiet'), route('strict', 'enforce')]
  configFile = parties.write('holdfast.yaml', configText(ports, routes, { log: { decisions: 'none' } }))
  holdfast = await startServing(configFile, ports.admin)
  const labels = { namespace: 'shop', instance: 'a' }
  prometheus = await startPrometheus([{ job: 'holdfast', url: `${holdfast.adminUrl}/metrics`, labels }], 'groups: []\n')
  await until('the first scrape', async () => (await prometheus.query('up == 1')).length === 1)
  await sleep(4_000)
  const client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
  const { token } = await makeHolder(parties, { cnf: undefined })
  const authorization = [['authorization', `Bearer ${token}`]] as const
  const send = async (path: string, count: number, fields: readonly (readonly [string, string])[]) => {
    for (let i = 0; i < count; i += 50) {
      const some = Array.from({ length: Math.min(50, count - i) }, () =>
        ask(client, checkOf({ authority: AUTHORITY, path, fields })),
      )
      await Promise.all(some)
    }
  }
  await send('/ready', CHECKS, authorization)
  await send('/lax', CHECKS, authorization)
  await send('/lax', REFUSED, [])
  client.close()
  await sleep((WINDOW_SECONDS - 5) * 1000)
})
afterAll(async () => {
  await prometheus?.stop()
  await holdfast?.stop()
  parties?.forget()
})

async function gate(route: string, ...more: readonly string[]) {
  const io = fakeIo({ cwd: parties.dir })
  const window = ['--window', `${WINDOW_SECONDS}s`]
  const base = ['doctor', '--config', configFile, '--safe-to-enforce', route, '--prometheus', prometheus.url, '--json']
  const code = await runCli([...base, ...(more.includes('--window') ? [] : window), ...more], io)
  const { findings } = JSON.parse(io.written.out) as { findings: readonly FindingJson[] }
  const of = (id: string) => findings.filter((finding) => finding.id === id)
  return { code, of, bad: findings.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`) }
}

describe('doctor --safe-to-enforce', () => {
  it('safe: enough traffic, all of it judged, nothing refused', async () => {
    const { code, of, bad } = await gate('ready')
    expect([code, bad]).toEqual([0, []])
    expect(of('gate-verdict')[0]?.seen).toContain('may enforce')
    expect(of('gate-traffic')[0]?.subject).toBe('shop/holdfast')
    expect(Number.parseInt(of('gate-traffic')[0]?.seen ?? '', 10)).toBeGreaterThan(1_000)
  })

  it('not safe: some would have been refused, and why', async () => {
    const { code, of, bad } = await gate('lax')
    expect([code, bad]).toEqual([1, ['gate-clean failed', 'gate-who warning', 'gate-verdict failed']])
    expect(of('gate-who')[0]?.subject).toBe('token_missing')
  })

  it('not safe: nobody called', async () => {
    const { code, bad } = await gate('quiet')
    expect([code, bad]).toEqual([1, ['gate-traffic failed', 'gate-judged failed', 'gate-verdict failed']])
  })

  it('not safe: it does not observe, so there is nothing to count', async () => {
    const { code, of, bad } = await gate('strict')
    expect(code).toBe(1)
    expect(bad).toEqual(expect.arrayContaining(['gate-observed unknown', 'gate-judged unknown', 'gate-clean unknown']))
    expect(of('gate-verdict')[0]?.seen).toContain(
      'has no data: observed, judged, clean; the configuration here has mode: enforce',
    )
  })

  it('not safe: it has not observed for so long yet', async () => {
    const { code, bad } = await gate('ready', '--window', '1h')
    expect([code, bad]).toEqual([1, ['gate-observed failed', 'gate-verdict failed']])
  })

  it('not safe: no series of that namespace or job', async () => {
    for (const option of [
      ['--namespace', 'other'],
      ['--job', 'x"} or vector(1) #'],
    ]) {
      const { code, of } = await gate('ready', ...option)
      expect(code).toBe(1)
      expect(of('gate-verdict')[0]?.seen).toContain('has no data: observed, scraped, traffic, judged, clean')
    }
    expect((await gate('ready', '--namespace', 'shop', '--job', 'holdfast')).code).toBe(0)
  })
})
