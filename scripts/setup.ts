/** `npm run setup [-- COMPONENT…]`: brings what the commands need; without names, everything that `npm test` needs. */
import { COMPONENTS, isComponentName, SETUP_COMPONENTS } from './setup/components.ts'
import { setUp } from './setup/set-up.ts'

const names = process.argv.slice(2)
const unknown = names.filter((name) => !isComponentName(name))
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(COMPONENTS).join(', ')}`)
  process.exit(2)
}
process.exit((await setUp(names.length === 0 ? SETUP_COMPONENTS : names.filter(isComponentName))) ? 0 : 1)
