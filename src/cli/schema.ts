/** `holdfast schema`: the JSON Schema of the configuration file. */
import { configJsonSchema } from '../config/schema.ts'
import { readArgs } from './args.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'

export const command: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of the configuration file',
  help: `Usage: holdfast schema

Prints the JSON Schema (draft 2020-12) of the configuration file, with every key, its default and what it
means. Editors complete and check by it. Rules between keys are not in it: holdfast check-config has them.

Options: none (--json is taken, the output is JSON anyway).

Examples:
  holdfast schema > holdfast.schema.json
  Then, as the first line of holdfast.yaml, for editors with the YAML language server:
  # yaml-language-server: $schema=./holdfast.schema.json

Exit codes: 0 done, 2 wrong use.
`,
  async run(args, io) {
    const parsed = readArgs(args, { json: 'boolean' })
    if (!parsed.ok) {
      io.err(`holdfast schema: ${parsed.message}\n`)
      return EXIT.wrongUse
    }
    io.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
    return EXIT.done
  },
}
