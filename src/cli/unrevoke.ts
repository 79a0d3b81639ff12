/** `holdfast unrevoke`: takes one revocation back. */
import { idOf } from '../adapters/files/revocation-document.ts'
import { changeRevocationFile } from '../adapters/files/revocation-file.ts'
import { readArgs } from './args.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { readSettings, tellTrouble, wrongUse } from './revocation-settings.ts'

const NAME = 'unrevoke'

export const command: Command = {
  name: NAME,
  summary: 'take a revocation back',
  help: `Usage: holdfast unrevoke ID [--config FILE] [--json]

Takes the revocation with this id off the list; running servers take that up within 2 s. What it had cut off is
accepted again as far as it has not expired.

  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          what was done as JSON

Examples:
  holdfast unrevoke rv-4f1c22d09a3e

Exit codes: 0 done, 1 there is no revocation with this id, 2 wrong use or configuration, 3 the list cannot be
written.
`,
  async run(args, io) {
    const parsed = readArgs(args, { config: 'string', json: 'boolean' }, ['ID'])
    if (!parsed.ok) return wrongUse(NAME, parsed.message, io)
    const [id] = parsed.positionals
    const { config, json = false } = parsed.values
    if (id === undefined) return wrongUse(NAME, 'ID is missing; holdfast revocations lists the ids', io)
    const settings = await readSettings(NAME, config, io)
    if (!settings.ok) return settings.exitCode
    let found = false
    const changed = await changeRevocationFile(settings.file, (entries) => {
      const kept = entries.filter((entry) => idOf(entry) !== id)
      found = kept.length < entries.length
      return found ? kept : entries
    })
    if (!changed.ok) return tellTrouble(NAME, changed.error, io)
    if (!found) {
      io.err(`holdfast ${NAME}: there is no revocation ${JSON.stringify(id)}; holdfast revocations lists the ids\n`)
      return EXIT.notSo
    }
    io.out(json ? `${JSON.stringify({ id, removed: true, file: settings.file })}\n` : `${id} is taken back\n`)
    return EXIT.done
  },
}
