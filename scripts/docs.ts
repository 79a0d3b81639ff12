/** Writes the generated pages under docs/; with --check only says which differ from the code, and fails when one does. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedPages } from './docs/pages.ts'

const check = process.argv.includes('--check')

for (const { path, text } of generatedPages()) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url))
  if (check) compare(path, file, text)
  else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(`wrote ${path}`)
  }
}

function compare(path: string, file: string, text: string): void {
  if (readIfThere(file) === text) return
  console.error(`${path} differs from the code: run npm run docs`)
  process.exitCode = 1
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
