/**
 * `make demo`: brings what is missing, starts a world with a real Envoy in front, attacks it, shows the table, and cleans
 * up. `make up` (--keep) leaves the world running until Ctrl-C instead. Exit code 0 only when all came out as expected.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { handCommands, writeHandCredentials } from '../src/drill/by-hand.ts'
import { openCases } from '../src/drill/cases/open-cases.ts'
import { answers, StartFailure } from '../src/drill/local/child.ts'
import { findEnvoy } from '../src/drill/local/envoy.ts'
import { type LocalWorld, localWorld } from '../src/drill/local/local-world.ts'
import { freePorts, USUAL_PORTS, usualOrFreePorts } from '../src/drill/local/ports.ts'
import { formatReport } from '../src/drill/report.ts'
import { allAsExpected, runDrill } from '../src/drill/run-drill.ts'
import { SCENARIOS } from '../src/drill/scenarios/index.ts'
import { originOf } from '../src/drill/world/holdfast-config.ts'
import { build } from './build.ts'
import { setUp } from './setup/set-up.ts'

const UP_FOLDER = '.world'
const USUAL_WIDTH = 140
const keep = process.argv.includes('--keep')
const startedMs = Date.now()

function say(text: string): void {
  console.log(`${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${text}`)
}

async function attackIt({ world, target }: LocalWorld): Promise<boolean> {
  say(`attacking ${target.description}`)
  const cases = await openCases(world, process.env)
  const stage = { world, target, cases, nowSeconds: () => Math.floor(Date.now() / 1000) }
  // What takes half a minute is for `holdfast drill`.
  const quick = SCENARIOS.filter(({ slow }) => slow !== true)
  const rows = await runDrill(stage, quick)
  if (cases.ok) await cases.value.close()
  say('done')
  console.log(`\n${formatReport(rows, process.stdout.columns ?? USUAL_WIDTH, cases.ok ? undefined : cases.error)}`)
  console.log(`To try it by hand: "make up" in one terminal, then in another, here:\n`)
  console.log(handCommands(UP_FOLDER, originOf('payments', USUAL_PORTS.envoy)))
  return allAsExpected(rows)
}

async function leaveItRunning({ world }: LocalWorld, signalled: Promise<void>): Promise<boolean> {
  await writeHandCredentials(world, Math.floor(Date.now() / 1000))
  say(
    `running: Envoy on ${ports.envoy} (admin ${ports.envoyAdmin}), Holdfast on ${ports.holdfast} (admin ${ports.holdfastAdmin})`,
  )
  console.log(`\nIn another terminal, here:\n\n${handCommands(UP_FOLDER, world.origins.payments)}`)
  console.log(`All attacks: npx holdfast drill --target https://127.0.0.1:${ports.envoy} --world ${UP_FOLDER}`)
  console.log(
    `Who did what: ${UP_FOLDER}/access.log (Envoy), ${UP_FOLDER}/holdfast.log. Metrics: http://127.0.0.1:${ports.holdfastAdmin}/metrics. Ctrl-C ends it.`,
  )
  await signalled
  return true
}

/** One that was killed leaves its folder behind; one that runs must keep it. */
async function clearUpFolder(): Promise<boolean> {
  const address = join(UP_FOLDER, 'envoy-admin-address')
  if (existsSync(address) && (await answers(`http://${readFileSync(address, 'utf8').trim()}/ready`))) return false
  rmSync(UP_FOLDER, { recursive: true, force: true })
  return true
}

if (keep && !(await clearUpFolder())) {
  console.error('"make up" runs in this checkout already')
  process.exit(1)
}
if (!(await setUp(['envoy']))) process.exit(1)
say('building')
if (!build()) process.exit(1)
const envoy = findEnvoy(process.env, process.cwd())
if (envoy === undefined) throw new Error('set-up installed no Envoy')
const dir = keep ? join(process.cwd(), UP_FOLDER) : mkdtempSync(join(tmpdir(), 'holdfast-demo-'))
const ports = keep ? await usualOrFreePorts() : await freePorts()
const control = localWorld({ dir, ports, envoy, main: 'dist/main.js', progress: say })
let interrupted = false
const signalled = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupted = true
      resolve()
      void control.stop()
    })
  }
})

let good = false
try {
  const started = await control.start()
  good = keep ? await leaveItRunning(started, signalled) : await attackIt(started)
} catch (error) {
  if (!interrupted) console.error(error instanceof StartFailure ? error.message : error)
} finally {
  await control.stop()
}
if (good || interrupted) rmSync(dir, { recursive: true, force: true })
else console.error(`the logs are in ${dir}`)
if (interrupted) say('stopped, nothing is left running')
process.exit(good ? 0 : interrupted ? 130 : 1)
