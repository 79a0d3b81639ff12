/** Files that come from the code: written, or with --check held against it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface GeneratedFile {
  /** Below the checkout. */
  readonly path: string
  readonly text: string
}

/** With --check it says which files differ, and `command` mends them; the process then fails. */
export function writeOrCheck(files: readonly GeneratedFile[], command: string): void {
  const stale = files.filter(({ path, text }) => current(path) !== text)
  if (process.argv.includes('--check')) {
    for (const { path } of stale) console.error(`${path} differs from the code: run ${command}`)
    if (stale.length > 0) process.exitCode = 1
    return
  }
  for (const { path, text } of stale) {
    mkdirSync(dirname(absolute(path)), { recursive: true })
    writeFileSync(absolute(path), text)
    console.log(`wrote ${path}`)
  }
}

function absolute(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

function current(path: string): string | undefined {
  try {
    return readFileSync(absolute(path), 'utf8')
  } catch {
    return undefined
  }
}
