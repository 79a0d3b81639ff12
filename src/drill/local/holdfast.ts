/** Holdfast itself as a child process: the same program that runs the drill. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, type Child, startChild, untilReady } from './child.ts'

const READY_MS = 15_000

/** `main.js` of the build, or `main.ts` when the sources run unbuilt. */
export function ownMain(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`../../main.${extension}`, import.meta.url))
}

/** Starts `serve` on the file and waits until `/readyz` says so. Its log is kept beside the file. */
export async function startHoldfast(main: string, configFile: string, adminPort: number): Promise<Child> {
  const args = [main, 'serve', '--config', configFile]
  const child = await startChild('Holdfast', process.execPath, args, join(dirname(configFile), 'holdfast.log'))
  try {
    await untilReady(child, () => answers(`http://127.0.0.1:${adminPort}/readyz`), READY_MS)
  } catch (error) {
    await child.stop()
    throw error
  }
  return child
}
