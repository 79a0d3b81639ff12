/** `holdfast version`. */
import { readFileSync } from 'node:fs'
import { version as nodeVersion } from 'node:process'
import { readArgs } from './args.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Of package.json, which lies beside dist/ and src/ alike. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}

export const command: Command = {
  name: 'version',
  summary: 'print the versions of Holdfast and of Node',
  help: `Usage: holdfast version [--json]

Prints the version of Holdfast and of the Node that runs it.

  --json   as one JSON object: {"version":"…","node":"…"}

Examples:
  holdfast version
  holdfast version --json

Exit codes: 0 done, 2 wrong use.
`,
  async run(args, io) {
    const parsed = readArgs(args, { json: 'boolean' })
    if (!parsed.ok) {
      io.err(`holdfast version: ${parsed.message}\n`)
      return EXIT.wrongUse
    }
    const versions = { version: readVersion(), node: nodeVersion.slice(1) }
    io.out(
      parsed.values.json ? `${JSON.stringify(versions)}\n` : `holdfast ${versions.version} (Node ${versions.node})\n`,
    )
    return EXIT.done
  },
}
