/** `holdfast doctor --envoy`: where a configuration comes from, and what is said where there is none. */
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../../src/cli/cli.ts'
import { freePort } from '../../support/ports.ts'
import { makeDoctorWorld } from '../doctor/doctor-world.ts'
import { readEnvoyFile } from '../doctor/envoy-world.ts'
import { fakeIo } from './fake-io.ts'

const SIDECAR = new URL('../../../envoy/sidecar.yaml', import.meta.url)
const FROM_ENVOY = { peers: '{ trustDomains: [example.org], forwardedClientCert: { from: envoy } }' }

async function makeWorld(top: Readonly<Record<string, string>> = {}) {
  const { folder, write } = await makeDoctorWorld({ top: { ...FROM_ENVOY, ...top } })
  return {
    write,
    async run(...args: readonly string[]) {
      const io = fakeIo({ cwd: folder })
      const code = await runCli(['doctor', '--config', join(folder, 'holdfast.yaml'), ...args], io)
      return { code, ...io.written }
    },
  }
}

test('a file, as YAML and as JSON: good, without the secrets that the server would need', async () => {
  const { write, run } = await makeWorld()
  await write('envoy.yaml', await readFile(SIDECAR, 'utf8'))
  await write('envoy.json', JSON.stringify(readEnvoyFile('sidecar')))
  for (const file of ['envoy.yaml', 'envoy.json']) {
    const { code, out } = await run('--envoy', file)
    expect(code).toBe(0)
    expect(out).toMatch(/^envoy\n {2}ok {2}envoy-dump/)
    expect(out).toContain('0 warnings, 0 failed, 0 unknown')
  }
})

test('D-E3 the deadline of the configuration counts: exit code 1, with the line that mends it', async () => {
  const { write, run } = await makeWorld({ server: '{ deadlineMs: 250 }' })
  await write('envoy.yaml', await readFile(SIDECAR, 'utf8'))
  const { code, out } = await run('--envoy', 'envoy.yaml')
  expect(code).toBe(1)
  expect(out).toContain('mend: timeout: 0.35s under grpc_service')
})

test('the admin page: asked for /config_dump with the endpoints, or for what is named', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(JSON.stringify(readEnvoyFile('sidecar')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { run } = await makeWorld()
  expect((await run('--envoy', url)).code).toBe(0)
  expect((await run('--envoy', `${url}/config_dump?mask=x`)).code).toBe(0)
  expect(asked).toEqual(['/config_dump?include_eds', '/config_dump?mask=x'])
})

test('out of reach: exit code 3, and that nothing was examined', async () => {
  const { run } = await makeWorld()
  const url = `http://127.0.0.1:${await freePort()}`
  const down = await run('--envoy', url)
  expect([down.code, down.out.includes('ECONNREFUSED; nothing about Envoy was examined')]).toEqual([3, true])
  const none = await run('--envoy', 'none.yaml', '--json')
  expect(none.code).toBe(3)
  expect(JSON.parse(none.out).findings).toMatchObject([{ id: 'envoy-dump', unreachable: true, subject: 'none.yaml' }])
})

test.each([
  ['no YAML', 'a: [', 'line 1'],
  ['a key twice', 'static_resources: {}\nstatic_resources: {}', 'stands twice'],
  ['a secret in it is not repeated', 'password: hunter2\nx: [', 'no YAML: line'],
  ['something else', 'kind: ConfigMap', 'neither a config dump nor'],
  ['nothing', '', 'neither a config dump nor'],
  ['bytes', '\u0000\u0001', 'neither a config dump nor'],
])('%s: unknown and why, and exit code 3: nothing was examined', async (_, content, words) => {
  const { write, run } = await makeWorld()
  await write('envoy.yaml', content)
  const { code, out } = await run('--envoy', 'envoy.yaml')
  expect(out).toContain('unknown  envoy-dump')
  expect(out).toContain(words)
  expect(out).not.toContain('hunter2')
  expect(code).toBe(3)
  expect(JSON.parse((await run('--envoy', 'envoy.yaml', '--json')).out).ok).toBe(false)
})

test('an admin page on another host is not asked', async () => {
  const { run } = await makeWorld()
  for (const url of ['http://192.0.2.1:9901', 'http://user:word@127.0.0.1:1']) {
    const { code, err } = await run('--envoy', url)
    expect([code, err.startsWith('holdfast doctor: --envoy ')]).toEqual([2, true])
  }
})

test('secrets of the configuration are not read: a linter has none', async () => {
  const { write, run } = await makeWorld({ nonce: '{ secret: "file:nowhere" }' })
  await writeFile(await write('envoy.yaml', ''), await readFile(SIDECAR, 'utf8'))
  expect((await run('--envoy', 'envoy.yaml')).code).toBe(0)
})
