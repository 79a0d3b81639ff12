/**
 * `npm test`: everything that must hold before a change goes in, quickest first; the first failure ends the run. The last
 * line counts tests, alone on its line, for whoever reads only that. Nothing is skipped: a run without tests fails.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { countTests } from './count-tests.ts'
import { SETUP_COMPONENTS } from './setup/components.ts'
import { setUp } from './setup/set-up.ts'

const REPORTS = 'reports/tests'
const PROJECTS = ['unit', 'chart', 'integration', 'envoy']

interface Step {
  readonly name: string
  run(): boolean | Promise<boolean>
}

function program(name: string, words: readonly string[]): Step {
  const [first = '', ...args] = words
  return { name, run: () => spawnSync(first, args, { stdio: 'inherit' }).status === 0 }
}

function project(name: string): Step {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORTS}/${name}.json`]
  return program(name, ['node_modules/.bin/vitest', 'run', '--project', name, ...reporters])
}

const STEPS: readonly Step[] = [
  { name: 'setup', run: () => setUp(SETUP_COMPONENTS) },
  program('types', ['npm', 'run', '--silent', 'types']),
  program('lint', ['npm', 'run', '--silent', 'lint']),
  program('docs', ['npm', 'run', '--silent', 'docs', '--', '--check']),
  program('build', ['npm', 'run', '--silent', 'build']),
  ...PROJECTS.map(project),
]

rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })
const times: string[] = []
let failedStep: string | undefined
for (const step of STEPS) {
  console.log(`\n── ${step.name}`)
  const startedMs = Date.now()
  const passed = await step.run()
  times.push(`${step.name} ${((Date.now() - startedMs) / 1000).toFixed(1)} s`)
  if (passed) continue
  failedStep = step.name
  break
}

const count = countTests(REPORTS)
console.log(`\n${times.join(', ')}`)
if (failedStep !== undefined) console.error(`failed in: ${failedStep}`)
else if (count.passed === 0) console.error('no test ran')
else if (count.skipped > 0)
  console.error(`${count.skipped} skipped: a test that cannot run here must fail and say what it lacks`)
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exit(failedStep === undefined && count.failed + count.skipped === 0 && count.passed > 0 ? 0 : 1)
