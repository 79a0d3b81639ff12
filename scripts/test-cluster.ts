/**
 * `npm run test-cluster`: what only a real Kubernetes API server shows. Apart from `npm test`, since that one needs no Go:
 * the API server is built here once, and kept in .tools/ until its go.mod changes. The last line counts tests.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { countTests } from './count-tests.ts'
import { CLUSTER_COMPONENTS } from './setup/components.ts'
import { setUp } from './setup/set-up.ts'

const REPORTS = 'reports/cluster'
const VITEST = ['run', '--project', 'cluster', '--reporter=default', '--reporter=json']

if (!(await setUp(['envoy', 'helm', ...CLUSTER_COMPONENTS]))) process.exit(1)
rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })
const startedMs = Date.now()
const { status } = spawnSync('node_modules/.bin/vitest', [...VITEST, `--outputFile.json=${REPORTS}/cluster.json`], {
  stdio: 'inherit',
})
const count = countTests(REPORTS)
console.log(`\ncluster ${((Date.now() - startedMs) / 1000).toFixed(1)} s`)
if (count.passed === 0) console.error('no test ran')
if (count.skipped > 0)
  console.error(`${count.skipped} skipped: a test that cannot run here must fail and say what it lacks`)
console.log(`${count.passed} passed, ${count.failed} failed`)
process.exit(status === 0 && count.failed + count.skipped === 0 && count.passed > 0 ? 0 : 1)
