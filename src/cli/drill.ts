/** `holdfast drill`: attacks a deployment, or a small world of its own, and reports what came of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { nearest } from '../config/nearest.ts'
import { StartFailure } from '../drill/local/child.ts'
import { findEnvoy } from '../drill/local/envoy.ts'
import { ownMain } from '../drill/local/holdfast.ts'
import { isFree, localWorld } from '../drill/local/local-world.ts'
import { freePorts } from '../drill/local/ports.ts'
import { formatReport, reportJson } from '../drill/report.ts'
import { allAsExpected, type Row, runDrill } from '../drill/run-drill.ts'
import type { Scenario } from '../drill/scenario.ts'
import { SCENARIOS } from '../drill/scenarios/index.ts'
import { envoyTarget } from '../drill/target/envoy-target.ts'
import { type Target, TargetUnreachable } from '../drill/target/target.ts'
import { loadWorld, type World } from '../drill/world/world.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

const USUAL_WIDTH = 140

export const command: Command = {
  name: 'drill',
  summary: 'attack a deployment with stolen sessions, and report what stopped each attack',
  help: `Usage: holdfast drill [--target URL --world DIR] [--only NAME] [--json]
       holdfast drill --list

Plays the four stories of a stolen session (CI runner, service account, agent, third-party integration): honest
use that must pass, and theft, replay, forwarding, transplant and downgrade that must not, each for the right
reason.

Without --target it starts a world of its own on loopback: issuer, workload certificates, an application,
Holdfast, and Envoy with mTLS in front. Envoy is HOLDFAST_ENVOY, the one that "make demo" installs, or the one
on PATH; where there is none the drill asks Holdfast itself, and says so.

  --target URL   the Envoy to attack, such as https://gateway.example.com
  --world DIR    the keys and certificates to do it with; "make up" makes such a folder (world.json names the
                 issuer and the origins of the services). Without --target: a folder to make the world in, and keep
  --only NAME    one scenario
  --list         names the scenarios and ends
  --json         the report as JSON

With "accessLog" in world.json (Envoy's JSON log, as envoy/sidecar.yaml writes it) the exact reasons are compared;
without it the status and the OAuth error are. With "revocations" the drill revokes a session through that file.

Exit codes: 0 all as expected, 1 something was not, 2 wrong use, 3 the target cannot be reached.
`,
  async run(args, io) {
    const parsed = readArgs(args, {
      target: 'string',
      world: 'string',
      only: 'string',
      list: 'boolean',
      json: 'boolean',
    })
    if (!parsed.ok) return wrong(io, parsed.message)
    const { target, world, only, list, json = false } = parsed.values
    if (list === true) {
      const width = Math.max(...SCENARIOS.map(({ name }) => name.length))
      for (const { name, story, did } of SCENARIOS) io.out(`${name.padEnd(width)}  ${story}: ${did}\n`)
      return EXIT.done
    }
    const scenarios = only === undefined ? SCENARIOS : SCENARIOS.filter(({ name }) => name === only)
    if (scenarios.length === 0) return wrong(io, unknownScenario(only ?? ''))
    if (target === undefined) return drillOwnWorld(scenarios, world, json, io)
    if (!URL.canParse(target) || new URL(target).protocol !== 'https:')
      return wrong(io, '--target: must be an https:// URL')
    if (world === undefined) return wrong(io, '--target needs --world DIR: the keys and certificates to attack with')
    const loaded = await loadWorld(resolve(io.cwd, world))
    if (!loaded.ok) return wrong(io, loaded.error)
    return attack(loaded.value, envoyTarget(loaded.value, new URL(target)), scenarios, json, io)
  },
}

async function drillOwnWorld(
  scenarios: readonly Scenario[],
  folder: string | undefined,
  json: boolean,
  io: Io,
): Promise<number> {
  const dir = folder === undefined ? mkdtempSync(join(tmpdir(), 'holdfast-drill-')) : resolve(io.cwd, folder)
  if (!isFree(dir))
    return wrong(io, `${folder}: is not empty; name another folder, or add --target URL to use its keys`)
  const control = localWorld({
    dir,
    ports: await freePorts(),
    envoy: findEnvoy(io.env, io.cwd),
    main: ownMain(),
    progress: (text) => io.err(`${text}\n`),
  })
  io.onSignal(() => void control.stop())
  try {
    const { world, target } = await control.start()
    return await attack(world, target, scenarios, json, io)
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error
    io.err(`holdfast drill: ${error.message}\n`)
    return EXIT.unreachable
  } finally {
    await control.stop()
    if (folder === undefined) rmSync(dir, { recursive: true, force: true })
  }
}

async function attack(
  world: World,
  target: Target,
  scenarios: readonly Scenario[],
  json: boolean,
  io: Io,
): Promise<number> {
  const stage = { world, target, nowSeconds: () => Math.floor(Date.now() / 1000) }
  let rows: readonly Row[]
  try {
    rows = await runDrill(stage, scenarios)
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error
    io.err(`holdfast drill: ${error.message}\n`)
    return EXIT.unreachable
  } finally {
    target.close()
  }
  const width = Number(io.env['COLUMNS']) || process.stdout.columns || USUAL_WIDTH
  io.out(
    json ? `${JSON.stringify(reportJson(rows), null, 2)}\n` : `${target.description}\n\n${formatReport(rows, width)}`,
  )
  return allAsExpected(rows) ? EXIT.done : EXIT.notSo
}

function unknownScenario(name: string): string {
  const near = nearest(
    name,
    SCENARIOS.map((scenario) => scenario.name),
  )
  return `--only: there is no scenario "${name}"; ${near === undefined ? 'holdfast drill --list names them' : `did you mean ${near}?`}`
}

function wrong(io: Io, message: string): number {
  io.err(`holdfast drill: ${message}\n`)
  return EXIT.wrongUse
}
