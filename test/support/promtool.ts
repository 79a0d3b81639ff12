/** promtool, as the set-up links it or from the PATH; undefined where there is none, an error in CI. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export function findPromtool(): string | undefined {
  const folders = [
    fileURLToPath(new URL('../../node_modules/.bin', import.meta.url)),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  const found = folders.map((folder) => join(folder, 'promtool')).find((path) => existsSync(path))
  if (found === undefined && process.env['CI'] === 'true')
    throw new Error('no promtool: type "npm run setup -- promtool", then run the test again')
  return found
}
