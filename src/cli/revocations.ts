/** `holdfast revocations`: what is cut off, and until when. */

import { readRevocationFile } from '../adapters/files/revocation-file.ts'
import { readSharedList } from '../adapters/redis/revocation/shared-list.ts'
import { REVOCATION_KINDS, type Revocation } from '../check/revocation/revocation.ts'
import { toRawEntry } from '../revocations/raw-entry.ts'
import type { RevocationDocument } from '../revocations/revocation-document.ts'
import { formatTime } from '../revocations/rfc3339.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { type Lists, printable, readSettings, tellTrouble, unknownKind, wrongUse } from './revocation-settings.ts'
import { withSharedList } from './shared-list.ts'
import { table } from './table.ts'

const NAME = 'revocations'
const OPTIONS = {
  kind: 'string',
  value: 'string',
  issuer: 'string',
  by: 'string',
  ended: 'boolean',
  config: 'string',
  json: 'boolean',
} as const

interface Listed {
  readonly entry: Revocation
  readonly list: 'file' | 'shared'
}

export const command: Command = {
  name: NAME,
  summary: 'list what is cut off',
  help: `Usage: holdfast revocations [options]

Lists the revocations in force, oldest first: those of the shared list (store.kind: redis) and of the watched file.
Entries that are malformed have no effect in the server; they are named on standard error.

  --kind KIND     only these: ${REVOCATION_KINDS.join(', ')}
  --value VALUE   only of this value, as it is listed
  --issuer URL    only narrowed to this issuer
  --by NAME       only by this name
  --ended         also those that have ended, as far as they are still there
  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          as JSON

Examples:
  holdfast revocations
  holdfast revocations --kind session --json | jq -r '.revocations[].id'

Exit codes: 0 done, 2 wrong use or configuration, 3 a list cannot be read.
`,
  async run(args, io) {
    const parsed = readArgs(args, OPTIONS)
    if (!parsed.ok) return wrongUse(NAME, parsed.message, io)
    const { kind, value, issuer, by, ended = false, config, json = false } = parsed.values
    if (kind !== undefined && !(REVOCATION_KINDS as readonly string[]).includes(kind)) {
      return wrongUse(NAME, unknownKind(kind), io)
    }
    const settings = await readSettings(NAME, config, io)
    if (!settings.ok) return settings.exitCode
    const all: Listed[] = []
    const exitCode = await readLists(settings.lists, all, io)
    if (exitCode !== EXIT.done) return exitCode
    const nowSeconds = Date.now() / 1000
    const listed = all
      .filter(({ entry }) => ended || (entry.expiresAtSeconds ?? Infinity) > nowSeconds)
      .filter(({ entry }) => (kind ?? entry.kind) === entry.kind && (value ?? entry.value) === entry.value)
      .filter(({ entry }) => (issuer ?? entry.issuer) === entry.issuer && (by ?? entry.by) === entry.by)
      .sort((one, other) => one.entry.atSeconds - other.entry.atSeconds)
    const { file, shared } = settings.lists
    print(listed, file !== undefined && shared !== undefined, json, io)
    return EXIT.done
  },
}

/** Adds what stands in each list to `all`; names what is malformed. */
async function readLists({ file, shared }: Lists, all: Listed[], io: Io): Promise<number> {
  const take = (list: Listed['list'], source: string, { revocations, refused }: RevocationDocument): void => {
    for (const entry of revocations) all.push({ entry, list })
    for (const { place, message } of refused) {
      io.err(`holdfast ${NAME}: ${source}: ${printable(place)} has no effect: ${printable(message)}\n`)
    }
  }
  if (shared !== undefined) {
    const exitCode = await withSharedList(NAME, shared, io, async (connection) => {
      take('shared', 'the shared list', await readSharedList(connection, shared.keys))
      return EXIT.done
    })
    if (exitCode !== EXIT.done) return exitCode
  }
  if (file === undefined) return EXIT.done
  const document = await readRevocationFile(file)
  if (!document.ok) return tellTrouble(NAME, document.error, io)
  take('file', file, document.value)
  return EXIT.done
}

/** `several`: there are two lists, so each entry says where it stands. */
function print(listed: readonly Listed[], several: boolean, json: boolean, io: Io): void {
  if (json) {
    const revocations = listed.map(({ entry, list }) => ({
      ...(toRawEntry(entry) as object),
      ...(several ? { list } : {}),
    }))
    io.out(`${JSON.stringify({ revocations }, null, 2)}\n`)
    return
  }
  const titles = ['ID', 'KIND', 'VALUE', 'ISSUER', 'ISSUED BEFORE', 'ENDS', 'BY', 'WHY']
  const rows = listed.map(({ entry, list }) => [...(several ? [list] : []), ...row(entry)])
  io.out(rows.length === 0 ? 'nothing is revoked\n' : table([[...(several ? ['LIST'] : []), ...titles], ...rows]))
}

function row({ id, kind, value, issuer, issuedBeforeSeconds, expiresAtSeconds, by, why }: Revocation): string[] {
  const ends = expiresAtSeconds === undefined ? 'never' : formatTime(expiresAtSeconds)
  return [id, kind, value, issuer ?? 'any', formatTime(issuedBeforeSeconds), ends, by ?? '-', why ?? '-'].map(printable)
}
