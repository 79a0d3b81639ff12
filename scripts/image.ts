/**
 * `npm run image`: builds the Dockerfile as it stands over a stand-in for its base, twice, tests the result (test/image/) and
 * tells what it holds. Needs root, for chroot and mounts. docs/image.md says what this cannot show.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { countTests } from './count-tests.ts'
import { makeBase } from './image-check/base.ts'
import { baseOf, buildTwice } from './image-check/build-twice.ts'
import { clean } from './image-check/buildah.ts'
import { writeBuilt } from './image-check/built.ts'
import { imageReport } from './image-check/report.ts'
import { IMAGE_COMPONENTS } from './setup/components.ts'
import { SetupFailure } from './setup/run.ts'
import { setUp } from './setup/set-up.ts'

const REPORTS = 'reports/image'
const startedMs = Date.now()

function say(text: string): void {
  console.log(`${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${text}`)
}

function program(first: string, ...args: readonly string[]): boolean {
  return spawnSync(first, args, { stdio: 'inherit' }).status === 0
}

async function main(): Promise<boolean> {
  if (process.getuid?.() !== 0) throw new SetupFailure('chroot and mounts need root: type sudo make image')
  if (!(await setUp([...IMAGE_COMPONENTS, 'envoy']))) return false
  if (!program('.tools/hadolint/bin/hadolint', 'Dockerfile')) return false
  clean()
  const base = baseOf(readFileSync('Dockerfile', 'utf8'))
  say(`the base: a stand-in for ${base}`)
  await makeBase(base)
  const built = buildTwice((image) => say(`building ${image}`))
  writeBuilt(built)
  say('testing it')
  const passed = test()
  console.log(`\nThe image, unpacked:\n${imageReport(built.content)}`)
  clean()
  return passed
}

function test(): boolean {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORTS}/image.json`]
  return program('node_modules/.bin/vitest', 'run', '--project', 'image', ...reporters)
}

rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })
let good = false
try {
  good = await main()
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error
  console.error(error.message)
}
const count = countTests(REPORTS)
say('done')
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exit(good && count.passed > 0 && count.failed + count.skipped === 0 ? 0 : 1)
