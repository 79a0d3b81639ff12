/** How the process starts and ends: what it says, and to whom, when something is in its way; what it leaves behind. */
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askHonest } from '../support/checks.ts'
import { makeCheckClient } from '../support/envoy-messages.ts'
import { serve, serveStatus, startJwksServer } from '../support/jwks-server.ts'
import { configText, ISSUER, jwksOf, makeHolder, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RunningHoldfast, runCommand, serveProcess, startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'
const ROUTES = [routeOf('api', AUTHORITY, '/')]

let parties: Parties
let ports: { grpc: number; admin: number }
const running: RunningHoldfast[] = []

beforeEach(async () => {
  parties = await makeParties()
  ports = { grpc: await freePort(), admin: await freePort() }
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((holdfast) => holdfast.stop()))
  parties.forget()
})

const write = (more: Parameters<typeof configText>[2] = {}): string =>
  parties.write('holdfast.yaml', configText(ports, ROUTES, more))

async function started(configFile: string): Promise<RunningHoldfast> {
  const holdfast = await startServing(configFile, ports.admin)
  running.push(holdfast)
  return holdfast
}

/** It must end by itself, say what is wrong on standard error in lines for people, and write no log. */
async function refusal(configFile: string, env: Record<string, string> = {}) {
  const result = await runCommand(['serve', '--config', configFile], env)
  expect(result.stderr).not.toMatch(/\n\s+at |node:internal|Error:/)
  expect(result.stdout).toBe('')
  return result
}

async function occupied<T>(port: number, use: () => Promise<T>): Promise<T> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  try {
    return await use()
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

describe('a start that cannot be', () => {
  it.each(['server', 'admin'] as const)(
    '%s.listen is in use: names the address and the mend, exit code 3',
    async (section) => {
      const port = section === 'server' ? ports.grpc : ports.admin
      const { code, stderr } = await occupied(port, () => refusal(write()))
      expect(code).toBe(3)
      expect(stderr).toMatch(new RegExp(`^holdfast serve: ${section}\\.listen: .*127\\.0\\.0\\.1:${port}.*EADDRINUSE`))
      expect(stderr).toContain('free the address or choose another')
    },
  )

  it.each([
    ['is missing', (path: string) => path],
    [
      'is a folder',
      (path: string) => {
        mkdirSync(path)
        return path
      },
    ],
    [
      'is empty',
      (path: string) => {
        writeFileSync(path, '')
        return path
      },
    ],
    [
      'is too short',
      (path: string) => {
        writeFileSync(path, 'hunter2-hunter2')
        return path
      },
    ],
  ])('a secret that %s: names the place and the mend, exit code 2', async (_, make) => {
    const path = make(join(parties.dir, 'other-secret'))
    const { code, stderr } = await refusal(write({ nonce: { secret: `file:${path}` } }))
    expect(code).toBe(2)
    expect(stderr).toMatch(/holdfast\.yaml:\d+:\d+: nonce\.secret: .*; \S+/)
    expect(stderr).not.toContain('hunter2')
  })

  it('a secret in the environment that is not set, or only there', async () => {
    const configFile = write({ nonce: { secret: 'env:HOLDFAST_TEST_NONCE' } })
    const { code, stderr } = await refusal(configFile)
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/nonce\.secret: the variable HOLDFAST_TEST_NONCE is not set; set it/),
    ])
    const holdfast = await startServing(configFile, ports.admin, { HOLDFAST_TEST_NONCE: 'n'.repeat(32) })
    running.push(holdfast)
    expect((await holdfast.page('/readyz')).status).toBe(200)
  })

  it('a faulty configuration: all faults at once with their lines, exit code 2', async () => {
    const text = configText(ports, [{ ...routeOf('api', AUTHORITY, '/'), mdoe: 'observe', nonce: 'sometimes' }], {
      server: { deadlineMs: 1 },
    })
    const { code, stderr } = await refusal(parties.write('holdfast.yaml', text))
    expect(code).toBe(2)
    const faults = stderr.trimEnd().split('\n')
    expect(faults).toHaveLength(3)
    for (const fault of faults) expect(fault).toMatch(/^.*holdfast\.yaml:\d+:\d+: \S+: .+; .+$/)
    expect(stderr).toMatch(/server\.deadlineMs/)
    expect(stderr).toMatch(/mdoe.*mode/)
    expect(stderr).toMatch(/nonce.*required/)
  })

  it.each([
    ['no file', undefined],
    ['a file that is no YAML', 'server: [\n'],
    ['an empty file', ''],
  ])('%s: exit code 2', async (_, content) => {
    const path = join(parties.dir, 'other.yaml')
    if (content !== undefined) writeFileSync(path, content)
    const { code, stderr } = await refusal(path)
    expect(code).toBe(2)
    expect(stderr).toContain('other.yaml')
  })

  it('a key set, or a certificate of its own, that is not there or no such thing: exit code 2', async () => {
    const keys = await refusal(write({ issuers: [{ issuer: ISSUER, keys: { jwksFile: 'none.json' } }] }))
    expect([keys.code, keys.stderr]).toEqual([2, expect.stringMatching(/issuers\[0\]\.keys\.jwksFile: .*none\.json/)])
    const tls = await refusal(write({ server: { tls: { certificate: 'jwks.json', key: 'server.key' } } }))
    expect([tls.code, tls.stderr]).toEqual([2, expect.stringMatching(/server\.tls/)])
  })
})

describe('C14 a key set that cannot be fetched at the start', () => {
  it('denies, says why in the log and on /readyz, and is ready once the keys come', async () => {
    const jwks = await startJwksServer(serveStatus(500))
    const issuer = { issuer: ISSUER, keys: { jwksUri: jwks.url, insecureHttp: true } }
    const holdfast = serveProcess(write({ issuers: [issuer] }), ports.admin)
    running.push(holdfast)
    const client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
    try {
      await until('it has tried', () => holdfast.logged('keys of all issuers were tried').length > 0)
      const { status, body } = await holdfast.page('/readyz')
      expect(status).toBe(503)
      const { components } = JSON.parse(body) as { components: Record<string, { ready: boolean; detail: string }> }
      expect(components[`jwks:${ISSUER}`]).toMatchObject({ ready: false, detail: expect.stringContaining('500') })
      expect(components['config']).toMatchObject({ ready: true })
      expect(holdfast.stdout()).toMatch(new RegExp(`"level":"warn"[^\n]*${ISSUER}`))
      const holder = await makeHolder(parties)
      expect(await askHonest(client, holder, { authority: AUTHORITY })).toMatchObject({
        allowed: false,
        status: 503,
        reason: 'keys_unavailable',
      })
      jwks.behave(serve(jwksOf(parties.issuerKey)))
      await until('it is ready', async () => (await holdfast.page('/readyz')).status === 200)
      expect(await askHonest(client, holder, { authority: AUTHORITY })).toMatchObject({ allowed: true })
    } finally {
      client.close()
      await jwks.close()
    }
  })
})

describe('a Unix socket', () => {
  const socketConfig = (): string => write({ server: { listen: `unix://${join(parties.dir, 'holdfast.sock')}` } })

  it('has mode 0660, replaces what a killed one left behind, and is gone after a drain', async () => {
    const path = join(parties.dir, 'holdfast.sock')
    const first = await started(socketConfig())
    expect(statSync(path).mode & 0o777).toBe(0o660)
    first.signal('SIGKILL')
    await first.exit
    expect(existsSync(path)).toBe(true)
    chmodSync(path, 0o600)
    const second = await started(socketConfig())
    expect(statSync(path).mode & 0o777).toBe(0o660)
    const client = makeCheckClient(`unix://${path}`)
    expect(await askHonest(client, await makeHolder(parties), { authority: AUTHORITY })).toMatchObject({
      allowed: true,
    })
    client.close()
    await second.stop()
    expect(existsSync(path)).toBe(false)
  })

  it('on which another one serves, and a file that is no socket, are left alone: exit code 3', async () => {
    const first = await started(socketConfig())
    const other = parties.write(
      'other.yaml',
      configText({ ...ports, admin: await freePort() }, ROUTES, {
        server: { listen: `unix://${join(parties.dir, 'holdfast.sock')}` },
      }),
    )
    const { code, stderr } = await refusal(other)
    expect([code, stderr]).toEqual([3, expect.stringMatching(/server\.listen: .*holdfast\.sock/)])
    expect((await first.page('/livez')).status).toBe(200)
    await first.stop()
    parties.write('holdfast.sock', 'somebody keeps this')
    const file = await refusal(other)
    expect([file.code, file.stderr]).toEqual([3, expect.stringMatching(/server\.listen: .*holdfast\.sock/)])
    expect(statSync(join(parties.dir, 'holdfast.sock')).isFile()).toBe(true)
  })
})

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s drains: /readyz 503 at once, then exit code 0', async (signal) => {
    const holdfast = await started(write({ server: { drainSeconds: 2 } }))
    holdfast.signal(signal)
    await until('it is draining', async () => {
      const page = await holdfast.page('/readyz').catch(() => undefined)
      return page?.status === 503 && page.body.includes('draining')
    })
    expect(await holdfast.exit).toBe(0)
    expect(holdfast.logged('stopped')).toHaveLength(1)
    expect(holdfast.stderr()).toBe('')
  })

  it('a second signal ends the drain at once', async () => {
    const holdfast = await started(write({ server: { drainSeconds: 3600 } }))
    holdfast.signal('SIGTERM')
    await until('it drains', () => holdfast.logged('draining').length === 1)
    holdfast.signal('SIGTERM')
    expect(await holdfast.exit).toBe(0)
    expect(holdfast.logged('second signal: ending at once')).toHaveLength(1)
    expect(holdfast.logged('stopped')).toHaveLength(0)
  })
})
