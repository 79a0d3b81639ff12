/** `npm run build`: src/ to dist/, and the command linked so that `npx holdfast` works in the checkout. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync, symlinkSync } from 'node:fs'

const LINK = 'node_modules/.bin/holdfast'

/** False when the sources do not compile; the compiler has said why. */
export function build(): boolean {
  // A file that src/ no longer has must not live on in dist/.
  rmSync('dist', { recursive: true, force: true })
  const compiled = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
  if (compiled.status !== 0) return false
  chmodSync('dist/main.js', 0o755)
  rmSync(LINK, { force: true })
  symlinkSync('../../dist/main.js', LINK)
  return true
}

if (import.meta.main && !build()) process.exit(1)
