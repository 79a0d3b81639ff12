/** `holdfast drill`: attacks a deployment, or a small world of its own, and reports what came of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ok, type Result } from '../check/result.ts'
import { nearest } from '../config/nearest.ts'
import { openCases } from '../drill/cases/open-cases.ts'
import { StartFailure } from '../drill/local/child.ts'
import { findEnvoy } from '../drill/local/envoy.ts'
import { ownMain } from '../drill/local/holdfast.ts'
import { isFree, localWorld } from '../drill/local/local-world.ts'
import { freePorts } from '../drill/local/ports.ts'
import { turnedAway } from '../drill/preflight.ts'
import { formatReport, reportJson } from '../drill/report.ts'
import type { Row } from '../drill/row.ts'
import { allAsExpected, runDrill } from '../drill/run-drill.ts'
import type { Scenario } from '../drill/scenario.ts'
import { SCENARIOS } from '../drill/scenarios/index.ts'
import type { Stage } from '../drill/session.ts'
import { directTarget } from '../drill/target/direct-target.ts'
import { envoyTarget } from '../drill/target/envoy-target.ts'
import { TargetUnreachable } from '../drill/target/target.ts'
import { makeReleaseWorld } from '../drill/world/release-world.ts'
import { behindSecondGateway, loadWorld, type World } from '../drill/world/world.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { openLink, PLACE_OPTIONS, type PlaceOptions, placeFault } from './drill-place.ts'
import { EXIT } from './exit-codes.ts'

const USUAL_WIDTH = 140

export const command: Command = {
  name: 'drill',
  summary: 'attack a deployment with stolen sessions, and report what stopped each attack',
  help: `Usage: holdfast drill [--target URL [--second-target URL] --world DIR] [--only NAME] [--json]
       holdfast drill --grpc HOST:PORT|unix:///PATH --world DIR [--tls-ca FILE [--tls-certificate FILE --tls-key FILE]
                [--tls-name NAME]] [--client-secret file:PATH|env:NAME] [--only NAME] [--json]
       holdfast drill --new-world DIR
       holdfast drill --list

Plays the four stories of a stolen session (CI runner, service account, agent, third-party integration): honest
use that must pass, and theft, replay, forwarding, transplant and downgrade that must not, each for the right
reason.

Without --target and --grpc it starts a world of its own on loopback: issuer, workload certificates, an application,
Holdfast, and Envoy with mTLS in front. Envoy is HOLDFAST_ENVOY, the one that "make demo" installs, or the one
on PATH; where there is none the drill asks Holdfast itself, and says so.

  --target URL   the Envoy to attack, such as https://gateway.example.com
  --world DIR    the keys and certificates to do it with; "make up" makes such a folder (world.json names the
                 issuer and the origins of the services). Without --target and --grpc: a folder to make the world in,
                 and keep
  --second-target URL
                 another Envoy, in front of another replica of Holdfast that shares the store: also plays theft across
                 the two. Both must serve the same names. Without it those scenarios are not played, and not counted
  --grpc ADDRESS the gRPC listener of a running Holdfast, asked as Envoy would ask, without an Envoy. What Envoy has a part
                 in is not played. It lets nobody through: an answer to the drill opens nothing
  --tls-ca FILE  authority of the certificate that Holdfast shows (server.tls); without it the drill speaks plaintext
  --tls-certificate FILE, --tls-key FILE
                 what the drill shows where Holdfast demands it (server.tls.clientCa)
  --tls-name NAME
                 the name in that certificate, where it is not the one of the address (kubectl port-forward)
  --client-secret file:PATH|env:NAME
                 where the secret stands that each Check must carry (server.clientSecret)
  --new-world DIR
                 makes a world in DIR to attack a release with, and prints the issuer and the one route that the release
                 must have for it (values of the chart, docs/helm.md)
  --only NAME    one scenario
  --list         names the scenarios and ends
  --json         the report as JSON

With "accessLog" in world.json (Envoy's JSON log, as envoy/sidecar.yaml writes it) the exact reasons are compared;
without it the status and the OAuth error are; "secondAccessLog" is that of the second Envoy. With "revocations" the
drill revokes a session through that file, with "replicaConfig" (the configuration of one of the replicas) in the list
that they share, by holdfast revoke.

After all scenarios the drill asks for the case of each, as holdfast investigate would, and compares: the finding, whom it
accuses, and the two senders. It asks the console that "console" in world.json names ({"url", "secretFile"}), else the
ledger in Redis by "replicaConfig". Where there is neither it says so, and plays what the check alone can stop.

Exit codes: 0 all as expected, 1 something was not, 2 wrong use, 3 the target cannot be reached, or turns the drill away.
`,
  async run(args, io) {
    const parsed = readArgs(args, {
      ...PLACE_OPTIONS,
      'new-world': 'string',
      only: 'string',
      list: 'boolean',
      json: 'boolean',
    })
    if (!parsed.ok) return wrong(io, parsed.message)
    const { only, list, json = false, 'new-world': newWorld, ...place } = parsed.values
    if (newWorld !== undefined) return makeNewWorld(newWorld, Object.keys(parsed.values), io)
    if (list === true) {
      const width = Math.max(...SCENARIOS.map(({ name }) => name.length))
      for (const { name, story, did } of SCENARIOS) io.out(`${name.padEnd(width)}  ${story}: ${did}\n`)
      return EXIT.done
    }
    const scenarios = only === undefined ? SCENARIOS : SCENARIOS.filter(({ name }) => name === only)
    if (scenarios.length === 0) return wrong(io, unknownScenario(only ?? ''))
    const fault = placeFault(place)
    if (fault !== undefined) return wrong(io, fault)
    if (place.target === undefined && place.grpc === undefined) {
      return drillOwnWorld(scenarios, place.world, json, io)
    }
    const world = await loadWorld(resolve(io.cwd, place.world ?? ''))
    if (!world.ok) return wrong(io, world.error)
    const stage = await stageAt(place, world.value, io)
    return stage.ok ? attack(stage.value, scenarios, json, io) : wrong(io, stage.error)
  },
}

async function stageAt(place: PlaceOptions, world: World, io: Io): Promise<Result<Stage, string>> {
  const { target = '', 'second-target': secondTarget, grpc } = place
  const common = { world, cases: await openCases(world, io.env), nowSeconds }
  if (grpc !== undefined) {
    const link = await openLink(place, io)
    return link.ok ? ok({ ...common, target: directTarget(world, link.value, 'no Envoy') }) : link
  }
  const second = secondTarget === undefined ? undefined : envoyTarget(behindSecondGateway(world), new URL(secondTarget))
  return ok({ ...common, target: envoyTarget(world, new URL(target)), second })
}

async function makeNewWorld(folder: string, options: readonly string[], io: Io): Promise<number> {
  const other = options.find((name) => name !== 'new-world' && name !== 'config')
  if (other !== undefined) return wrong(io, `--${other}: stands beside --new-world, which only makes a world`)
  const dir = resolve(io.cwd, folder)
  if (!isFree(dir)) return wrong(io, `${folder}: is not empty; name another folder`)
  io.out(await makeReleaseWorld(dir, folder))
  return EXIT.done
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
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
    const cases = await openCases(world, io.env)
    return await attack({ world, target, cases, nowSeconds }, scenarios, json, io)
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error
    io.err(`holdfast drill: ${error.message}\n`)
    return EXIT.unreachable
  } finally {
    await control.stop()
    if (folder === undefined) rmSync(dir, { recursive: true, force: true })
  }
}

async function attack(stage: Stage, scenarios: readonly Scenario[], json: boolean, io: Io): Promise<number> {
  const { target, second, cases } = stage
  let rows: readonly Row[]
  try {
    const refused = target.hasEnvoy ? undefined : await turnedAway(stage)
    if (refused !== undefined) throw new TargetUnreachable(refused)
    rows = await runDrill(stage, scenarios)
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error
    io.err(`holdfast drill: ${error.message}\n`)
    return EXIT.unreachable
  } finally {
    target.close()
    second?.close()
    if (cases?.ok === true) await cases.value.close()
  }
  const width = Number(io.env['COLUMNS']) || process.stdout.columns || USUAL_WIDTH
  const attacked = [target, second].flatMap((one) => one?.description ?? []).join(' and ')
  const noCases = cases?.ok === false ? cases.error : undefined
  if (json) io.out(`${JSON.stringify(reportJson(rows, noCases), null, 2)}\n`)
  else io.out(`${attacked}\n\n${formatReport(rows, width, noCases)}`)
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
