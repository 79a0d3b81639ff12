/**
 * The drill across two replicas, as an operator runs it: two Envoys, a Holdfast behind each, one Redis behind both; and
 * what it reports of replicas that share nothing.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownMain, startHoldfast } from '../../src/drill/local/holdfast.ts'
import { freePorts, type Ports } from '../../src/drill/local/ports.ts'
import { SCENARIOS } from '../../src/drill/scenarios/index.ts'
import { adaptEnvoyConfig } from '../../src/drill/world/envoy-config.ts'
import { ENVOY_CONFIG, HOLDFAST_CONFIG, makeWorld } from '../../src/drill/world/make-world.ts'
import { startUpstream } from '../../src/drill/world/upstream.ts'
import { WORLD_FILE, type WorldDescription } from '../../src/drill/world/world.ts'
import { startEnvoy } from '../support/envoy.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { runCommand } from '../support/running-holdfast.ts'
import { readShape, replaced } from '../support/shapes.ts'

const ACROSS = SCENARIOS.filter(({ story }) => story === 'two replicas')
const ALONE = SCENARIOS.length - ACROSS.length
const CASES = SCENARIOS.filter(({ investigated }) => investigated !== undefined).length

interface Report {
  readonly summary: string
  readonly asExpected: boolean
  readonly cases: { readonly asked: number; readonly right: number; readonly falseAccusations: number }
  readonly scenarios: readonly {
    readonly name: string
    readonly outcome: string
    readonly seen?: { readonly status: number; readonly reason?: string }
    readonly fault?: string
  }[]
}

interface TwoReplicas {
  /** The end of the drill with these arguments behind the targets. */
  drill(...more: readonly string[]): Promise<{ code: number | string; stdout: string; stderr: string }>
  readonly first: string
  readonly second: string
  stop(): Promise<void>
}

/** One world behind two gateways. `store` goes into the configuration of both replicas. */
async function startTwoReplicas(store: string): Promise<TwoReplicas> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-replicas-'))
  const stops: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })]
  const stop = async () => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    const [ports, others] = [await freePorts(), await freePorts()]
    await makeWorld(dir, ports, readShape('sidecar'))
    describeReplicas(dir)
    const config = replaced(readFileSync(join(dir, HOLDFAST_CONFIG), 'utf8'), 'nonce: {', `${store}\nnonce: {`)
    const otherConfig = replaced(
      replaced(config, `127.0.0.1:${ports.holdfast}`, `127.0.0.1:${others.holdfast}`),
      `127.0.0.1:${ports.holdfastAdmin}`,
      `127.0.0.1:${others.holdfastAdmin}`,
    )
    const upstream = await startUpstream(ports.upstream)
    stops.push(upstream.stop)
    for (const [name, text, { holdfastAdmin }] of [
      [HOLDFAST_CONFIG, config, ports],
      ['second.yaml', otherConfig, others],
    ] as const) {
      writeFileSync(join(dir, name), text)
      const replica = await startHoldfast(ownMain(), join(dir, name), holdfastAdmin)
      stops.push(replica.stop)
    }
    for (const envoyConfig of [readFileSync(join(dir, ENVOY_CONFIG), 'utf8'), secondGateway(dir, ports, others)]) {
      const envoy = await startEnvoy({ config: envoyConfig })
      stops.push(envoy.stop)
    }
    const [first, second] = [`https://127.0.0.1:${ports.envoy}`, `https://127.0.0.1:${others.envoy}`]
    const drill = (...more: readonly string[]) =>
      runCommand(['drill', '--target', first, '--world', dir, '--json', ...more])
    return { drill, first, second, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function describeReplicas(dir: string): void {
  const file = join(dir, WORLD_FILE)
  // Without the console: cases are read where the replicas write them.
  const { console: _, ...description } = JSON.parse(readFileSync(file, 'utf8')) as WorldDescription
  const more = { secondAccessLog: 'second-access.log', replicaConfig: HOLDFAST_CONFIG }
  writeFileSync(file, JSON.stringify({ ...description, ...more }))
}

/** The same names and the same application, by other ports. */
function secondGateway(dir: string, ports: Ports, others: Ports): string {
  return adaptEnvoyConfig(readFileSync(join(dir, ENVOY_CONFIG), 'utf8'), {
    ports: { [ports.envoy]: others.envoy, [ports.envoyAdmin]: others.envoyAdmin, [ports.holdfast]: others.holdfast },
    files: { [join(dir, 'access.log')]: join(dir, 'second-access.log') },
  })
}

function reportOf({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): Report {
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Report
}

/** What came out otherwise than expected, with why. */
function faults({ scenarios }: Report): readonly string[] {
  return scenarios
    .filter(({ outcome }) => outcome !== 'left out')
    .flatMap(({ name, fault }) => (fault === undefined ? [] : [`${name}: ${fault}`]))
}

function across({ scenarios }: Report): Report['scenarios'] {
  return scenarios.filter(({ name }) => ACROSS.some((scenario) => scenario.name === name))
}

describe('two replicas that share a store', () => {
  let redis: RedisServer
  let replicas: TwoReplicas
  beforeAll(async () => {
    redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    replicas = await startTwoReplicas(`store: { kind: redis, redis: { url: "${redis.url}", commandTimeoutMs: 500 } }`)
  })
  afterAll(async () => {
    await replicas?.stop()
    await redis?.stop()
  })

  it('A17 A33 every scenario is as expected, those across the two for their exact reason, and every case is right', async () => {
    const { code, stdout, stderr } = await replicas.drill('--second-target', replicas.second)
    const report = reportOf({ stdout, stderr })
    expect([code, stderr, faults(report)]).toEqual([0, '', []])
    expect(report.summary).toContain(`${SCENARIOS.length} of ${SCENARIOS.length} as expected: `)
    expect(report.cases).toEqual({ asked: CASES, right: CASES, falseAccusations: 0 })
    expect(across(report).map(({ name, outcome, seen }) => [name, outcome, seen?.status, seen?.reason])).toEqual([
      ['replicas-nonce', 'passed', 200, 'ok'],
      ['replicas-one-client', 'passed', 200, 'ok'],
      ['replicas-replay', 'stopped', 401, 'proof_replayed'],
      ['replicas-race', 'stopped', 401, 'proof_replayed'],
      ['replicas-cloned', 'detected', 200, 'ok'],
      ['replicas-revoked', 'stopped', 401, 'revoked'],
    ])
  })

  it('with one target those across the two are not played, not counted, and named', async () => {
    const { code, stdout, stderr } = await replicas.drill()
    const report = reportOf({ stdout, stderr })
    expect([code, faults(report)]).toEqual([0, []])
    expect(report.summary).toContain(`${ALONE} of ${ALONE} as expected: `)
    expect(report.summary).toContain(`${ACROSS.length} left out`)
    for (const row of across(report)) {
      expect(row).toMatchObject({ outcome: 'left out', fault: expect.stringContaining('--second-target') })
    }
  })

  it('a second target that is not there: exit code 3, with its name', async () => {
    const gone = `https://127.0.0.1:${(await freePorts()).envoy}`
    const { code, stderr } = await replicas.drill('--only', 'replicas-replay', '--second-target', gone)
    expect([code, stderr]).toEqual([3, expect.stringContaining(`${gone}: connect ECONNREFUSED`)])
  })
})

describe('two replicas that share nothing', () => {
  let replicas: TwoReplicas
  beforeAll(async () => {
    replicas = await startTwoReplicas('store: { kind: memory }')
  })
  afterAll(() => replicas?.stop())

  it.each([
    ['replicas-replay', 'missed', 'saw 200'],
    ['replicas-race', 'missed', '2 of 20 copies passed'],
    ['replicas-revoked', 'missed', 'holdfast revoke: '],
    ['replicas-cloned', 'missed', 'case: '],
  ])('%s: the drill reports it as %s', async (name, outcome, fault) => {
    const { code, stdout, stderr } = await replicas.drill('--only', name, '--second-target', replicas.second)
    expect(code).toBe(1)
    expect(reportOf({ stdout, stderr }).scenarios).toMatchObject([
      { name, outcome, fault: expect.stringContaining(fault) },
    ])
  })
})
