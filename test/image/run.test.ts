/**
 * The image runs: as its own user, without privileges, on a root that nobody can write. Without /tmp too, but for the drill,
 * which makes its keys and configurations there.
 */
import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBuilt } from '../../scripts/image-check/built.ts'
import { type Sandboxed, type SandboxOptions, startInSandbox } from '../../scripts/image-check/sandbox.ts'
import { freePorts, type Ports } from '../../src/drill/local/ports.ts'
import { SCENARIOS } from '../../src/drill/scenarios/index.ts'
import { makeWorld } from '../../src/drill/world/make-world.ts'

const UID = 65532
const READY_MS = 30_000
const { config, content } = readBuilt()

function start(args: readonly string[], more: Partial<SandboxOptions> = {}): Sandboxed {
  return startInSandbox({ content, config, args, writableTmp: false, ...more })
}

/** The program itself; what stands in bin/ is a script around it. */
function findProgram(venv: string): string {
  const found = readdirSync(venv, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith('/_bin/envoy'))
  if (found === undefined) throw new Error(`${venv} holds no Envoy: type npm run setup -- envoy`)
  return resolve(venv, found)
}

async function run(args: readonly string[], more: Partial<SandboxOptions> = {}) {
  return await start(args, more).ended
}

test('holdfast version', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const out = `holdfast ${version} (Node ${process.versions.node})\n`
  expect(await run(['version'])).toEqual({ code: 0, out, err: '' })
})

test('nothing can be written: neither the root nor /tmp', async () => {
  const probe = `for (const path of ['/x', '/opt/holdfast/x', '/etc/x', '/usr/local/bin/node', '/tmp/x'])
    try { require('node:fs').appendFileSync(path, ''); console.log('written', path) } catch ({ code }) { console.log(code) }`
  const node = { ...config, Entrypoint: ['/usr/local/bin/node'] }
  const { out } = await run(['-e', probe], { config: node })
  expect(out.split('\n').filter((line) => line !== 'EROFS' && line !== 'EACCES')).toEqual([''])
  // Where /tmp is given the same probe can write there: it is able to.
  const { out: twin } = await run(['-e', probe], { config: node, writableTmp: true })
  expect(twin).toContain('written /tmp/x')
})

describe('the drill, made and played inside', () => {
  test('without Envoy: the checks as Envoy would send them', async () => {
    const report = readReport(await run(['drill', '--json'], { writableTmp: true }))
    expect(report).toEqual({ code: 0, faults: [], scenarios: SCENARIOS.length, envoy: false })
  })

  test('with a real Envoy shown to it, since the image has none', async () => {
    const envoy = findProgram('.tools/envoy-1.40.0')
    // The one library that Envoy wants and Node does not.
    const librt = /librt\.so\.1 => (\S+)/.exec(spawnSync('ldd', [envoy], { encoding: 'utf8' }).stdout)?.[1] ?? ''
    const shown = { '/tmp/envoy': envoy, '/tmp/librt.so.1': realpathSync(librt) }
    const env = { HOLDFAST_ENVOY: '/tmp/envoy', LD_LIBRARY_PATH: '/tmp' }
    const report = readReport(await run(['drill', '--json'], { shown, env, writableTmp: true }))
    expect(report).toEqual({ code: 0, faults: [], scenarios: SCENARIOS.length, envoy: true })
  })
})

/** What came out otherwise, by name; what needs a second gateway is left out of both. */
function readReport({ code, out, err }: Awaited<ReturnType<typeof run>>) {
  const { scenarios } = JSON.parse(out) as { scenarios: { name: string; outcome: string; fault?: string }[] }
  const faults = scenarios.filter(({ outcome, fault }) => fault !== undefined && outcome !== 'left out')
  return { code, faults, scenarios: scenarios.length, envoy: err.includes('starting Envoy') }
}

describe('serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-image-test-'))
  let ports: Ports
  let server: Sandboxed

  beforeAll(async () => {
    ports = await freePorts()
    await makeWorld(folder, ports, undefined)
    for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
      chownSync(join(folder, name), UID, UID)
    server = start(config.Cmd, { shown: { '/etc/holdfast': folder } })
  })

  afterAll(async () => {
    const pid = server.pid()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await server.ended
    rmSync(folder, { recursive: true, force: true })
  })

  const status = (name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(readFileSync(`/proc/${server.pid()}/status`, 'utf8'))?.[1] ?? ''

  test('becomes ready with the configuration at its usual place, told by the probe of the image', async () => {
    const probe = ['ready', '--url', `http://127.0.0.1:${ports.holdfastAdmin}`]
    const endMs = Date.now() + READY_MS
    let asked = await run(probe)
    while (asked.code !== 0 && Date.now() < endMs) asked = await run(probe)
    expect(asked).toMatchObject({ code: 0, err: '' })
    expect(asked.out).toMatch(/^ready\n/)
    expect(await run([...probe, '--live'])).toEqual({ code: 0, out: 'live\n', err: '' })
  })

  test('runs as the numeric user, with no capability and none to gain', () => {
    expect(status('Uid').split(/\s+/)).toEqual(Array(4).fill(String(UID)))
    expect(status('Gid').split(/\s+/)).toEqual(Array(4).fill(String(UID)))
    expect(status('Groups').trim()).toBe('')
    for (const set of ['CapPrm', 'CapEff', 'CapInh', 'CapAmb']) expect(status(set)).toMatch(/^0+$/)
    expect(status('NoNewPrivs')).toBe('1')
    console.log(`resident, idle: ${(Number.parseInt(status('VmRSS'), 10) / 1000).toFixed(0)} MB`)
  })

  test('ends with 0 at SIGTERM, as process 1 of its container', async () => {
    const pid = server.pid() ?? 0
    expect(status('NSpid')).toMatch(/\s1$/)
    process.kill(pid, 'SIGTERM')
    expect((await server.ended).code).toBe(0)
  })
})
