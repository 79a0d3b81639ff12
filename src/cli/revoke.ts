/** `holdfast revoke`: the kill switch. Cuts off a token, a session, or everything of an identity. */
import { hasEnded, toRawEntry } from '../adapters/files/revocation-document.ts'
import { changeRevocationFile } from '../adapters/files/revocation-file.ts'
import { formatTime } from '../adapters/files/rfc3339.ts'
import type { ListServer } from '../adapters/redis/revocation/list-connection.ts'
import { addToSharedList } from '../adapters/redis/revocation/shared-list.ts'
import { REVOCATION_KINDS } from '../check/revocation/revocation.ts'
import { EXAMPLES } from '../check/revocation/revocation-value.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { makeRevocation, type NewRevocation, REVOKE_OPTIONS, readOrder } from './new-revocation.ts'
import { type Lists, printable, readSettings, tellTrouble, wrongUse } from './revocation-settings.ts'
import { DEFAULT_WAIT_SECONDS, reportReplicas, withSharedList } from './shared-list.ts'

const NAME = 'revoke'
/** How long a running server takes at most to notice (file-revocation-list.ts). */
const TAKEN_UP_WITHIN_SECONDS = 2

const examples = REVOCATION_KINDS.map((kind) => `  holdfast revoke ${kind.padEnd(12)} ${EXAMPLES[kind]}`).join('\n')

export const command: Command = {
  name: NAME,
  summary: 'cut off a token, a session or an identity',
  help: `Usage: holdfast revoke KIND VALUE [options]

Everything that KIND and VALUE name and that was issued at or before the given time is refused from then on:
401 invalid_token, reason "revoked". Tokens issued later pass. A certificate stays cut off with any token; a
workload or trust domain with an old token or an old certificate.

${examples}

token is the SHA-256 of the token as hex, a jti with --issuer, or the token itself: it is hashed at once and
never kept; "-" reads it from standard input. workload may be a prefix that ends in /*. certificate may be the
hex fingerprint. Put -- before a VALUE that starts with a dash.

  --issuer URL           only of this issuer (token by jti, session, subject, client)
  --issued-before TIME   RFC 3339, such as 2026-11-23T10:00:00Z, or now (default)
  --expires DURATION     when the entry ends by itself: 90s, 15m, 8h, 30d (default: when no token that it matches
                         can be alive any more, where the configuration tells that; else never)
  --why TEXT             kept with the entry
  --by NAME              who revokes (default: the user)
  --wait SECONDS         how long to wait until all replicas have applied it (default: ${DEFAULT_WAIT_SECONDS}); a list in a
                         file has none
  --to LIST              file or shared, where the configuration has both (default: shared)
  --config FILE          the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json                 what was written as JSON

Prints the id of the revocation; holdfast unrevoke ID takes it back. With store.kind: redis it stands in the
list that all replicas share: each is printed as it applies it. Running servers take it up from a file within
${TAKEN_UP_WITHIN_SECONDS} s.

Exit codes: 0 done, 1 a replica did not say within --wait that it has applied it (it stands in the list all the
same), 2 wrong use or configuration, 3 the list cannot be written.
`,
  async run(args, io) {
    const parsed = readArgs(args, REVOKE_OPTIONS, ['KIND', 'VALUE'])
    if (!parsed.ok) return wrongUse(NAME, `${parsed.message}; put -- before a VALUE that starts with a dash`, io)
    const order = await readOrder(parsed, io)
    if (!order.ok) return wrongUse(NAME, order.error, io)
    const { config, wait, to, json = false } = parsed.values
    const settings = await readSettings(NAME, config, io)
    if (!settings.ok) return settings.exitCode
    const target = targetOf(settings.lists, to)
    if (target === undefined) return wrongUse(NAME, `the configuration has no such list as --to ${to} names`, io)
    const made = makeRevocation(order.value, settings.config, Date.now() / 1000)
    if (!made.ok) return wrongUse(NAME, made.error, io)
    if (typeof target === 'string') return writeToFile(made.value, target, json, io)
    const waitSeconds = wait === undefined ? DEFAULT_WAIT_SECONDS : Number(wait)
    return writeToShared(made.value, target, settings.lists.file !== undefined, { waitSeconds, json }, io)
  },
}

/** The path of the file, or the server of the shared list. */
function targetOf({ file, shared }: Lists, to: string | undefined): string | ListServer | undefined {
  if (to === 'file') return file
  return to === 'shared' ? shared : (shared ?? file)
}

async function writeToFile(made: NewRevocation, file: string, json: boolean, io: Io): Promise<number> {
  const entry = toRawEntry(made.revocation)
  const written = await changeRevocationFile(file, (entries) => [
    ...entries.filter((old) => !hasEnded(old, made.revocation.atSeconds)),
    entry,
  ])
  if (!written.ok) return tellTrouble(NAME, written.error, io)
  if (json) {
    const taken = { file, takenUpWithinSeconds: TAKEN_UP_WITHIN_SECONDS }
    io.out(`${JSON.stringify({ ...(entry as object), ...taken }, null, 2)}\n`)
  } else print(made, `${file}: running servers take it up within ${TAKEN_UP_WITHIN_SECONDS} s`, io)
  return EXIT.done
}

async function writeToShared(
  made: NewRevocation,
  server: ListServer,
  fileBeside: boolean,
  { waitSeconds, json }: { readonly waitSeconds: number; readonly json: boolean },
  io: Io,
): Promise<number> {
  const exitCode = await withSharedList(NAME, server, io, async (connection) => {
    const startedMs = performance.now()
    const written = await addToSharedList(connection, server.keys, made.revocation)
    const where = fileBeside ? 'the shared list (--to file writes to the file beside it)' : 'the shared list'
    if (!json) print(made, where, io)
    const wait = { command: NAME, server, written, startedMs, waitSeconds, quiet: json }
    const { exitCode, replicas } = await reportReplicas(connection, wait, io)
    const entry = toRawEntry(made.revocation) as object
    if (json) io.out(`${JSON.stringify({ ...entry, list: 'shared', replicas }, null, 2)}\n`)
    return exitCode
  })
  if (exitCode === EXIT.unreachable && fileBeside) io.err(`holdfast ${NAME}: --to file writes to the watched file\n`)
  return exitCode
}

function print({ revocation, endless }: NewRevocation, writtenTo: string, io: Io): void {
  const { id, kind, value, issuer, issuedBeforeSeconds, expiresAtSeconds } = revocation
  const ends =
    expiresAtSeconds === undefined
      ? `never${endless === undefined ? '' : `: ${endless}`}`
      : formatTime(expiresAtSeconds)
  io.out(`${id}
  revoked        ${kind} ${printable(value)}${issuer === undefined ? '' : ` of ${printable(issuer)}`}
  issued before  ${formatTime(issuedBeforeSeconds)}
  ends           ${ends}
  written to     ${writtenTo}
`)
}
