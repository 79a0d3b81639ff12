/** The drill as people run it: as a program, behind a real Envoy and without one, against what enforces and what does not. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openCases } from '../../src/drill/cases/open-cases.ts'
import { answers } from '../../src/drill/local/child.ts'
import { summary } from '../../src/drill/report.ts'
import { runDrill } from '../../src/drill/run-drill.ts'
import type { Scenario } from '../../src/drill/scenario.ts'
import { SCENARIOS } from '../../src/drill/scenarios/index.ts'
import { findEnvoy } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { type RunningShape, replaced, startShape } from '../support/shapes.ts'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function drill(args: readonly string[], env: Record<string, string>): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [resolve('src/main.ts'), 'drill', ...args], {
    cwd: dir,
    env: { PATH: dir, HOME: dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, out, err })))
  return { child, ended }
}

/** The world that the drill makes has one replica. */
const HERE = SCENARIOS.filter(({ story }) => story !== 'two replicas')
const PLAYED = HERE.length
const ALL = `${PLAYED} of ${PLAYED} as expected: `

/** As the summary says it when every case is right. */
function allCases(scenarios: readonly Scenario[]): string {
  const { length } = scenarios.filter(({ investigated }) => investigated !== undefined)
  return `; ${length} of ${length} cases right, 0 false accusations`
}

describe('holdfast drill', () => {
  it('behind a real Envoy: all as expected', async () => {
    const { code, out, err } = await drill([], { HOLDFAST_ENVOY: findEnvoy() }).ended
    expect(err).toContain('starting Envoy')
    expect(out).toContain('(Envoy)')
    expect(out).toContain(ALL)
    expect(out).toContain(allCases(HERE))
    expect(out).toContain('[created here]')
    expect(out).toMatch(/^- not played: replicas-nonce, .*: needs a second gateway/m)
    expect(code).toBe(0)
  })

  it('without an Envoy: says so, and all as expected', async () => {
    const { code, out } = await drill(['--json', '--world', 'w'], {}).ended
    const report = JSON.parse(out) as {
      summary: string
      asExpected: boolean
      scenarios: { outcome: string; seen?: { reason: string } }[]
    }
    // What Envoy has a part in cannot be played without one.
    const withoutEnvoy = HERE.filter(({ needs }) => !needs?.includes('Envoy'))
    const alone = withoutEnvoy.length
    expect(alone).toBeLessThan(PLAYED)
    expect(report.summary).toContain(`${alone} of ${alone} as expected: `)
    expect(report.summary).toContain(allCases(withoutEnvoy))
    expect(report.asExpected).toBe(true)
    const played = report.scenarios.filter(({ outcome }) => outcome !== 'left out')
    expect(played).toHaveLength(alone)
    expect(played.find(({ seen }) => seen?.reason === undefined)).toBeUndefined()
    expect(code).toBe(0)
  })

  it('runs one scenario alone', async () => {
    const { code, out, err } = await drill(['--only', 'ci-replay'], {}).ended
    expect(out, err).toContain('no Envoy found')
    expect(out).toMatch(/1 of 1 as expected: .*; 1 of 1 cases right, 0 false accusations/)
    expect(code).toBe(0)
  })

  it('a target that is not there: exit code 3, with the reason', async () => {
    expect((await drill(['--only', 'ci-replay', '--world', 'w'], {}).ended).code).toBe(0)
    const target = `https://127.0.0.1:${await freePort()}`
    const { code, err } = await drill(['--target', target, '--world', 'w'], {}).ended
    expect(err).toContain(`${target}: connect ECONNREFUSED`)
    expect(code).toBe(3)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle leaves nothing running', async (signal) => {
    const { child, ended } = drill(['--world', 'w'], { HOLDFAST_ENVOY: findEnvoy() })
    const admin = join(dir, 'w', 'envoy-admin-address')
    const envoyIsUp = async () =>
      existsSync(admin) && (await answers(`http://${readFileSync(admin, 'utf8').trim()}/ready`))
    while (!(await envoyIsUp())) await sleep(10)
    const envoy = `http://${readFileSync(admin, 'utf8').trim()}/ready`
    const holdfast = /admin: \{ listen: "(.*)" \}/.exec(readFileSync(join(dir, 'w', 'holdfast.yaml'), 'utf8'))?.[1]
    expect(await answers(`http://${holdfast}/livez`)).toBe(true)
    child.kill(signal)
    expect((await ended).code).not.toBe(0)
    expect(await answers(envoy)).toBe(false)
    expect(await answers(`http://${holdfast}/livez`)).toBe(false)
  })
})

describe('against a deployment that does not enforce', () => {
  let running: RunningShape
  beforeAll(async () => {
    const open = '\n    mode: observe\n    binding: { allOf: [dpop, workload] }'
    running = await startShape('sidecar', (config) =>
      replaced(config, '\n    binding: { allOf: [dpop, workload] }', open),
    )
  })
  afterAll(() => running?.stop())

  it('the drill reports every attack that got through as missed', async () => {
    const attacks = SCENARIOS.filter(({ story, honest }) => story === 'CI runner' && !honest)
    const rows = await runDrill(running.stage, attacks)
    expect(rows.map(({ outcome }) => outcome)).toEqual(attacks.map(() => 'missed'))
    expect(summary(rows)).toBe(
      `0 of ${attacks.length} as expected: 0 honest passed, 0 attacks stopped, ${attacks.length} MISSED`,
    )
  })
})

describe('against a deployment whose ledger excuses theft', () => {
  let running: RunningShape
  beforeAll(async () => {
    const sharing = 'ledger: { sharing: [{ peers: ["spiffe://example.org/*"] }] }\n'
    running = await startShape('sidecar', (config) => `${config}${sharing}`)
  })
  afterAll(() => running?.stop())

  it('the drill reports what the checks let pass as missed, and says what the case said', async () => {
    const cases = await openCases(running.stage.world, {})
    const copied = SCENARIOS.filter(({ name }) => name === 'sa-key-copied')
    const rows = await runDrill({ ...running.stage, cases }, copied)
    expect(rows).toMatchObject([
      { outcome: 'missed', fault: 'case: expected concurrent use, suspected, says created here' },
    ])
    expect(summary(rows)).toContain('1 MISSED; 0 of 1 cases right, 0 false accusations')
  })
})
