/** `npm run licences`: fails when a run-time package comes under terms that nobody has looked at yet. */
import { readFileSync } from 'node:fs'
import { type Lock, runtimePackages } from './image/packages.ts'
import { licenceFaults } from './image-check/licences.ts'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
const faults = licenceFaults(lock, (folder) => {
  return (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { license?: unknown }).license
})
for (const fault of faults) console.error(fault)
if (faults.length > 0) console.error('the list is in scripts/image-check/licences.ts')
else console.log(`${runtimePackages(lock).length} run-time packages, all under a licence of the list`)
process.exit(faults.length === 0 ? 0 : 1)
