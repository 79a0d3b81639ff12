/** `holdfast doctor --safe-to-enforce`: wrong use, and what a Prometheus that fails is told to be. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../../src/cli/cli.ts'
import { freePort } from '../../support/ports.ts'
import { makeDoctorWorld } from '../doctor/doctor-world.ts'
import { fakeIo } from './fake-io.ts'

async function startFake(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function run(cwd: string, ...args: readonly string[]) {
  const io = fakeIo({ cwd })
  const code = await runCli(['doctor', '--config', 'holdfast.yaml', ...args], io)
  return { code, ...io.written }
}

const gate = (url: string) => ['--safe-to-enforce', 'payments', '--prometheus', url] as const

test.each([
  [['--safe-to-enforce', 'payments'], 'needs --prometheus'],
  [['--prometheus', 'http://127.0.0.1:1'], 'needs --safe-to-enforce'],
  [['--window', '1h'], '--window needs --safe-to-enforce'],
  [[...gate('127.0.0.1:9090')], 'no URL'],
  [[...gate('file:///x')], 'no URL'],
  [[...gate('http://a:b@127.0.0.1:1')], 'holds a password'],
  [[...gate('http://127.0.0.1:1/?x=1')], 'more than a path'],
  [[...gate('http://127.0.0.1:1'), '--window', 'a week'], '--window is no duration'],
  [[...gate('http://127.0.0.1:1'), '--envoy', 'x'], 'two questions'],
  [[...gate('http://127.0.0.1:1'), '--prometheus-token', 'env:TOKEN'], 'file:PATH'],
  [[...gate('http://127.0.0.1:1'), '--prometheus-token', 'file:none'], 'there is no such file'],
  [[...gate('http://prometheus.example:9090'), '--prometheus-token', 'file:holdfast.yaml'], 'plain text'],
  [[...gate('https://prometheus.example'), '--prometheus-token', 'file:holdfast.yaml'], 'holds no token'],
])('wrong use: %j', async (args, words) => {
  const { folder } = await makeDoctorWorld()
  const { code, out, err } = await run(folder, ...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(words)
})

test('an unknown route: exit code 2, and the known ones', async () => {
  const { folder } = await makeDoctorWorld({
    routes: ['{ name: orders, match: { authority: o.example.com }, origin: "https://o.example.com", audience: a }'],
  })
  const { code, err } = await run(folder, '--safe-to-enforce', 'paymets', '--prometheus', 'http://127.0.0.1:1')
  expect(code).toBe(2)
  expect(err).toContain('no route is named "paymets"; the configuration has payments, orders')
})

test('Prometheus is down: exit code 3, which and why', async () => {
  const { folder } = await makeDoctorWorld()
  const url = `http://127.0.0.1:${await freePort()}`
  const { code, out } = await run(folder, ...gate(url))
  expect(code).toBe(3)
  expect(out).toContain(`gate-prometheus  ${url}: ECONNREFUSED; no condition was evaluated`)
})

const VECTOR = { status: 'success', data: { resultType: 'vector', result: [] } }

test.each([
  [
    'an error of its own',
    422,
    { status: 'error', errorType: 'execution', error: 'query timed out' },
    'it answers 422: execution: query timed out',
  ],
  ['no JSON', 200, '<html>', 'it answers 200, and not as Prometheus does'],
  ['a redirection, which is not followed', 302, '', 'it answers 302'],
  ['another type', 200, { status: 'success', data: { resultType: 'scalar', result: [0, '1'] } }, 'no instant vector'],
  [
    'a value that is no number',
    200,
    { ...VECTOR, data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1x'] }] } },
    'no instant vector',
  ],
  ['a part of the data', 200, { ...VECTOR, warnings: ['store b is away'] }, 'it answers in part only: store b is away'],
  ['too much', 200, 'x'.repeat(5_000_000), 'larger than'],
])('%s: exit code 3', async (_, status, body, words) => {
  const { folder } = await makeDoctorWorld()
  const url = await startFake((_request, response) => {
    response.writeHead(status, { location: 'http://127.0.0.1:1/' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  const { code, out } = await run(folder, ...gate(url), '--json')
  expect(code).toBe(3)
  expect(JSON.parse(out)).toMatchObject({ ok: false, findings: [{ id: 'gate-prometheus', unreachable: true }] })
  expect(out).toContain(words)
})

test('no data: exit code 1, never 0; a path before /api, and a token that nobody prints', async () => {
  const { folder, write } = await makeDoctorWorld()
  await write('token', 'very-secret\n')
  const seen = new Set<string>()
  const url = await startFake((request, response) => {
    seen.add(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.end(JSON.stringify(VECTOR))
  })
  const { code, out, err } = await run(folder, ...gate(`${url}/prom/`), '--prometheus-token', 'file:token')
  expect(code).toBe(1)
  expect(out).toContain('may not enforce yet; has no data: observed, scraped, traffic, judged, clean')
  expect([...seen]).toEqual(['POST /prom/api/v1/query Bearer very-secret'])
  expect(out + err).not.toContain('very-secret')
})
