/** `holdfast ready` against the real admin server, and against what is none. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { startAdminServer } from '../../../src/admin/admin-server.ts'
import type { AdminTls } from '../../../src/admin/admin-tls.ts'
import { makeReadiness } from '../../../src/admin/readiness.ts'
import { askAdmin } from '../../../src/cli/ask-admin.ts'
import { command } from '../../../src/cli/ready.ts'
import { issueCertificate, makeCa } from '../../../src/drill/certificates.ts'
import { fakeIo } from './fake-io.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** The admin port of a server whose key set was read, or not yet. Resolves to `host:port`. */
async function adminPort(jwksReady: boolean, tls?: AdminTls): Promise<string> {
  const readiness = makeReadiness(['config', 'jwks'])
  readiness.set('config', { ready: true, detail: 'in force' })
  readiness.set('jwks', { ready: jwksReady, detail: jwksReady ? '1 key' : 'not read yet\u001b[31m' })
  const metrics = async () => ({ contentType: 'text/plain', body: '' })
  const options = { listen: { host: '127.0.0.1', port: 0 }, metrics, readiness, config: () => ({}), tls }
  const server = await startAdminServer(options)
  ends.push(() => server.close())
  return server.address
}

async function foreignPort(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ready-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'holdfast.yaml')
  writeFileSync(file, text)
  return file
}

async function run(args: string[], env: Record<string, string> = {}) {
  const io = fakeIo({ env })
  const code = await command.run(args, io)
  return { code, ...io.written }
}

describe('holdfast ready (A2: probes of a port on loopback)', () => {
  test('a ready server: 0, and every component', async () => {
    expect(await run(['--url', `http://${await adminPort(true)}`])).toEqual({
      code: 0,
      out: 'ready\n  ready      config  in force\n  ready      jwks    1 key\n',
      err: '',
    })
  })

  test('one component that is not: 1, and which; nothing that a terminal obeys', async () => {
    expect(await run(['--url', `http://${await adminPort(false)}`])).toEqual({
      code: 1,
      out: 'not ready\n  ready      config  in force\n  not ready  jwks    not read yet?[31m\n',
      err: '',
    })
  })

  test('--live: 0 while the process answers, ready or not', async () => {
    const url = `http://${await adminPort(false)}`
    expect(await run(['--url', url, '--live'])).toEqual({ code: 0, out: 'live\n', err: '' })
    expect(await run(['--url', url, '--live', '--json'])).toEqual({ code: 0, out: '{"live":true}\n', err: '' })
  })

  test('--json: one object', async () => {
    const { code, out } = await run(['--url', `http://${await adminPort(true)}`, '--json'])
    expect(code).toBe(0)
    const components = { config: { ready: true, detail: 'in force' }, jwks: { ready: true, detail: '1 key' } }
    expect(JSON.parse(out)).toEqual({ ready: true, components })
  })

  test('nobody listens: 3', async () => {
    const address = await foreignPort(() => undefined)
    for (const end of ends.splice(0)) await end()
    const err = `holdfast ready: ${address}: ECONNREFUSED\n`
    expect(await run(['--url', `http://${address}`])).toEqual({ code: 3, out: '', err })
  })

  test.each<[string, number, string]>([
    ['a page of somebody else', 200, '<html>ok</html>'],
    ['200 with the body of an unready server', 200, '{"status":"unavailable","components":{}}'],
    ['503 with the body of a ready server', 503, '{"status":"ok","components":{}}'],
    ['503 of a proxy between', 503, 'no healthy upstream'],
    ['another status', 404, '{"error":"not found"}'],
    ['a redirect', 302, '{"status":"ok","components":{}}'],
    ['no components', 200, '{"status":"ok"}'],
    ['a component without its state', 200, '{"status":"ok","components":{"config":true}}'],
    ['more than 64 KiB', 200, `{"status":"ok","components":{},"x":"${'x'.repeat(65_536)}"}`],
  ])('%s is no answer: 3', async (_name, status, body) => {
    const address = await foreignPort((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end(body)
    })
    const err = `holdfast ready: ${address}: something other than Holdfast answers there\n`
    expect(await run(['--url', `http://${address}`])).toEqual({ code: 3, out: '', err })
  })

  test('a server that is stuck is no answer, within the time of a probe', async () => {
    const address = await foreignPort(() => undefined)
    const answer = await askAdmin(new URL(`http://${address}`), '/readyz', 20)
    expect(answer).toEqual({ kind: 'none', why: 'no answer within 20 ms' })
  })
})

describe('with TLS', () => {
  /** A certificate for those outside: it names neither this host nor anybody whom this process trusts. */
  async function tls(): Promise<AdminTls> {
    const issued = await issueCertificate(await makeCa('ops'), { dns: ['holdfast.example.com'] })
    return { certificate: Buffer.from(issued.certificatePem), key: Buffer.from(issued.keyPem), clientCa: undefined }
  }

  test('is asked over TLS, by --url and by a configuration with admin.tls', async () => {
    const address = await adminPort(true, await tls())
    expect((await run(['--url', `https://${address}`])).code).toBe(0)
    const file = configFile(`admin: { listen: "${address}", tls: { certificate: c.pem, key: k.pem } }`)
    expect((await run(['--config', file])).code).toBe(0)
  })

  test('plaintext there is no answer: 3', async () => {
    const address = await adminPort(true, await tls())
    expect((await run(['--url', `http://${address}`])).code).toBe(3)
    expect((await run(['--url', `https://${await adminPort(true)}`])).code).toBe(3)
  })
})

describe('the address', () => {
  test('is admin.listen of the configuration, by --config and by HOLDFAST_CONFIG', async () => {
    const file = configFile(`admin: { listen: "${await adminPort(true)}" }`)
    expect((await run(['--config', file])).code).toBe(0)
    expect((await run([], { HOLDFAST_CONFIG: file })).code).toBe(0)
  })

  test('of all interfaces is reached by loopback', async () => {
    const [, port] = (await adminPort(true)).split(':')
    expect((await run(['--config', configFile(`admin: { listen: 0.0.0.0:${port} }`)])).code).toBe(0)
  })

  test('is found although the rest of the file turned faulty: the server goes on with the last good one', async () => {
    const file = configFile(`admin: { listen: "${await adminPort(true)}" }\nroutes: 7\nno_such_key: 1\n`)
    expect((await run(['--config', file])).code).toBe(0)
  })

  test.each([
    ['admin: [', 'is no YAML; holdfast check-config tells where'],
    ['admin: { listen: nowhere }', 'admin.listen: is no host:port'],
    ['admin: { listen: 9901 }', 'admin.listen: is no host:port'],
    ['admin: { listen: unix:///run/admin.sock }', 'admin.listen: is no host:port'],
    ['admin: { listen: "%:9901" }', 'admin.listen: is no host:port'],
    ['admin: { listen: 127.0.0.1:0 }', 'admin.listen: has port 0, so the port is only in the log of the server'],
  ])('%s: 2, with the mend', async (text, error) => {
    const file = configFile(text)
    const err = `holdfast ready: ${file}: ${error}; --url names the admin port itself\n`
    expect(await run(['--config', file])).toEqual({ code: 2, out: '', err })
  })

  test('no file: 2', async () => {
    const { code, err } = await run(['--config', '/nowhere/holdfast.yaml'])
    expect({ code, err }).toEqual({
      code: 2,
      err: 'holdfast ready: /nowhere/holdfast.yaml: cannot be read: there is no such file; --url names the admin port itself\n',
    })
  })

  test.each(['127.0.0.1:9901', 'ftp://127.0.0.1:9901', 'http://127.0.0.1:9901/readyz', 'http://127.0.0.1:9901?x'])(
    '--url %s: 2',
    async (url) => {
      const err = 'holdfast ready: --url: must be http://HOST:PORT or https://HOST:PORT, without a path\n'
      expect(await run(['--url', url])).toEqual({ code: 2, out: '', err })
    },
  )

  test('--config and --url together: 2', async () => {
    const { code, err } = await run(['--config', 'a', '--url', 'http://127.0.0.1:1'])
    expect({ code, err }).toEqual({ code: 2, err: 'holdfast ready: --config and --url exclude each other\n' })
  })
})

test('with --url the process loads no package: a probe must start fast', () => {
  const hook = `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context) } })`
  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
  const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, main]
  const loaded = (...words: string[]) => {
    const { stderr } = spawnSync(process.execPath, [...args, ...words], { encoding: 'utf8' })
    return stderr.split('\n').filter((line) => /^(?:file|node):/.test(line))
  }
  const probe = loaded('ready', '--url', 'http://127.0.0.1:1')
  expect(probe).toContain('node:http')
  expect(probe.filter((url) => url.includes('/node_modules/'))).toEqual([])
  // The hook sees packages where there are any.
  const twin = loaded('ready', '--config', configFile('admin: { listen: 127.0.0.1:1 }'))
  expect(twin.filter((url) => url.includes('/node_modules/yaml/'))).not.toEqual([])
})
