/** A copy of what the build reads, so that others may go on working in the checkout meanwhile. */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What .dockerignore lets in. */
export function contextEntries(): readonly string[] {
  const lines = readFileSync('.dockerignore', 'utf8').split('\n')
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
}

/** Copies it to `folder`, the list itself and the Dockerfile too. */
export function copyContext(folder: string): void {
  for (const name of ['.dockerignore', 'Dockerfile', ...contextEntries()])
    cpSync(name, join(folder, name), { recursive: true })
}
