/** Installs what is missing of a list of components, one after the other, and says what it does and how long it took. */
import { COMPONENTS, type ComponentName } from './components.ts'
import { SetupFailure } from './run.ts'

/** True when everything is in place; what stood in the way is on standard error, with the mend. */
export async function setUp(names: readonly ComponentName[]): Promise<boolean> {
  for (const name of names) {
    const component = COMPONENTS[name]
    if (component.ready()) continue
    const startedMs = Date.now()
    process.stdout.write(`Installing ${component.what} ... `)
    try {
      await component.install()
    } catch (error) {
      if (!(error instanceof SetupFailure)) throw error
      process.stdout.write('failed\n')
      console.error(error.message)
      return false
    }
    process.stdout.write(`${((Date.now() - startedMs) / 1000).toFixed(1)} s\n`)
  }
  return true
}
