/** `holdfast revocations`: what is cut off, and until when. */

import { toRawEntry } from '../adapters/files/revocation-document.ts'
import { readRevocationFile } from '../adapters/files/revocation-file.ts'
import { formatTime } from '../adapters/files/rfc3339.ts'
import { REVOCATION_KINDS, type Revocation } from '../check/revocation/revocation.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { printable, readSettings, tellTrouble, unknownKind, wrongUse } from './revocation-settings.ts'

const NAME = 'revocations'

export const command: Command = {
  name: NAME,
  summary: 'list what is cut off',
  help: `Usage: holdfast revocations [--kind KIND] [--config FILE] [--json]

Lists the revocations in force, oldest first. Entries that have ended are left out. Entries of the list that
are malformed have no effect in the server; they are named on standard error.

  --kind KIND     only these: ${REVOCATION_KINDS.join(', ')}
  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          as JSON

Examples:
  holdfast revocations
  holdfast revocations --kind session --json | jq -r '.revocations[].id'

Exit codes: 0 done, 2 wrong use or configuration, 3 the list cannot be read.
`,
  async run(args, io) {
    const parsed = readArgs(args, { kind: 'string', config: 'string', json: 'boolean' })
    if (!parsed.ok) return wrongUse(NAME, parsed.message, io)
    const { kind, config, json = false } = parsed.values
    if (kind !== undefined && !(REVOCATION_KINDS as readonly string[]).includes(kind)) {
      return wrongUse(NAME, unknownKind(kind), io)
    }
    const settings = await readSettings(NAME, config, io)
    if (!settings.ok) return settings.exitCode
    const document = await readRevocationFile(settings.file)
    if (!document.ok) return tellTrouble(NAME, document.error, io)
    for (const { place, message } of document.value.refused) {
      io.err(`holdfast ${NAME}: ${settings.file}: ${printable(place)} has no effect: ${printable(message)}\n`)
    }
    const nowSeconds = Date.now() / 1000
    const listed = document.value.revocations
      .filter((entry) => (kind ?? entry.kind) === entry.kind && (entry.expiresAtSeconds ?? Infinity) > nowSeconds)
      .sort((one, other) => one.atSeconds - other.atSeconds)
    print(listed, json, io)
    return EXIT.done
  },
}

function print(revocations: readonly Revocation[], json: boolean, io: Io): void {
  if (json) io.out(`${JSON.stringify({ revocations: revocations.map(toRawEntry) }, null, 2)}\n`)
  else if (revocations.length === 0) io.out('nothing is revoked\n')
  else io.out(table([['ID', 'KIND', 'VALUE', 'ISSUER', 'ISSUED BEFORE', 'ENDS', 'BY', 'WHY'], ...revocations.map(row)]))
}

function row({ id, kind, value, issuer, issuedBeforeSeconds, expiresAtSeconds, by, why }: Revocation): string[] {
  const ends = expiresAtSeconds === undefined ? 'never' : formatTime(expiresAtSeconds)
  return [id, kind, value, issuer ?? 'any', formatTime(issuedBeforeSeconds), ends, by ?? '-', why ?? '-'].map(printable)
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
