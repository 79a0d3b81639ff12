/** `holdfast revoke`: the kill switch. Cuts off a token, a session, or everything of an identity. */
import { addToRevocationFile } from '../adapters/files/revocation-file.ts'
import { askReach } from '../adapters/redis/revocation/ask-reach.ts'
import type { ListServer } from '../adapters/redis/revocation/list-connection.ts'
import { addToSharedList } from '../adapters/redis/revocation/shared-list.ts'
import { REVOCATION_KINDS } from '../check/revocation/revocation.ts'
import { EXAMPLES } from '../check/revocation/revocation-value.ts'
import { toRawEntry } from '../revocations/raw-entry.ts'
import { formatTime } from '../revocations/rfc3339.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { makeRevocation, type NewRevocation, REVOKE_OPTIONS, readOrder } from './new-revocation.ts'
import {
  DEFAULT_MAX_SHARE_PERCENT,
  isBroad,
  isOneSession,
  judgeReach,
  MAX_UNASKED_SESSIONS,
  needsYes,
  UNKNOWN_IN_FILE,
  WATCHED_ENOUGH_SECONDS,
} from './reach.ts'
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
never kept; "-" reads it from standard input. workload may be a prefix that ends in /*. Put -- before a VALUE that
starts with a dash. certificate is its x5t#S256, its SHA-256 fingerprint as hex, or its serial number and issuer, as
openssl x509 -noout -serial -issuer prints them:
  holdfast revoke certificate "serial=0A1B2C issuer=CN=Example CA,O=Example"

  --issuer URL           only of this issuer (token by jti, session, subject, client)
  --issued-before TIME   RFC 3339, such as 2026-11-23T10:00:00Z, or now (default)
  --expires DURATION     when the entry ends by itself: 90s, 15m, 8h, 30d (default: when no token that it matches
                         can be alive any more, where the configuration tells that; else never)
  --why TEXT             kept with the entry
  --by NAME              who revokes (default: the user)
  --wait SECONDS         how long to wait until all replicas have applied it (default: ${DEFAULT_WAIT_SECONDS}); a list in a
                         file has none
  --max-share PERCENT    the share of the live sessions that may be cut off without --yes (default: ${DEFAULT_MAX_SHARE_PERCENT}); up
                         to ${MAX_UNASKED_SESSIONS} sessions always may
  --yes                  go on, whatever it cuts off
  --to LIST              file or shared, where the configuration has both (default: shared)
  --config FILE          the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json                 what was written as JSON

Prints the id of the revocation; holdfast unrevoke ID takes it back. With store.kind: redis it stands in the
list that all replicas share: each is printed as it applies it. Running servers take it up from a file within
${TAKEN_UP_WITHIN_SECONDS} s.

Before it writes to the shared list it asks the replicas how many live sessions it would cut off: those that they
allowed in the last 15 minutes, a session that several see counting at each. It waits a second at most. More than
--max-share: says so, changes nothing. A token and a session are one session and not asked for. An issuer, a trust
domain and a prefix need --yes wherever the number cannot be had: from a file; when a replica does not answer, or has
served for less than ${WATCHED_ENOUGH_SECONDS} s.

Exit codes: 0 done, 1 it needs --yes (nothing was changed, no id is printed), or a replica did not say within --wait
that it has applied it (it stands in the list all the same), 2 wrong use or configuration, 3 the list cannot be written.
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
    const { 'max-share': maxShare, yes = false } = parsed.values
    if (typeof target === 'string') {
      if (maxShare !== undefined)
        return wrongUse(NAME, '--max-share is for the shared list: a file has nobody to ask', io)
      if (!yes && isBroad(made.value.revocation)) return needsYes(NAME, UNKNOWN_IN_FILE, { json, io })
      return writeToFile(made.value, target, json, io)
    }
    const waitSeconds = wait === undefined ? DEFAULT_WAIT_SECONDS : Number(wait)
    const maxSharePercent = maxShare === undefined ? DEFAULT_MAX_SHARE_PERCENT : Number(maxShare)
    const options = { fileBeside: settings.lists.file !== undefined, waitSeconds, maxSharePercent, yes, json }
    return writeToShared(made.value, target, options, io)
  },
}

/** The path of the file, or the server of the shared list. */
function targetOf({ file, shared }: Lists, to: string | undefined): string | ListServer | undefined {
  if (to === 'file') return file
  return to === 'shared' ? shared : (shared ?? file)
}

async function writeToFile(made: NewRevocation, file: string, json: boolean, io: Io): Promise<number> {
  const written = await addToRevocationFile(file, made.revocation)
  if (!written.ok) return tellTrouble(NAME, written.error, io)
  if (json) {
    const taken = { file, takenUpWithinSeconds: TAKEN_UP_WITHIN_SECONDS }
    io.out(`${JSON.stringify({ ...(toRawEntry(made.revocation) as object), ...taken }, null, 2)}\n`)
  } else print(made, `${file}: running servers take it up within ${TAKEN_UP_WITHIN_SECONDS} s`, io)
  return EXIT.done
}

interface SharedOptions {
  readonly fileBeside: boolean
  readonly waitSeconds: number
  readonly maxSharePercent: number
  readonly yes: boolean
  readonly json: boolean
}

async function writeToShared(
  made: NewRevocation,
  server: ListServer,
  { fileBeside, waitSeconds, maxSharePercent, yes, json }: SharedOptions,
  io: Io,
): Promise<number> {
  const { revocation } = made
  const exitCode = await withSharedList(NAME, server, io, async (connection) => {
    const reach = isOneSession(revocation)
      ? undefined
      : judgeReach(revocation, await askReach(connection, server.keys, revocation), maxSharePercent)
    if (!yes && reach?.doubt !== undefined) return needsYes(NAME, { ...reach, doubt: reach.doubt }, { json, io })
    const startedMs = performance.now()
    const written = await addToSharedList(connection, server.keys, revocation)
    const where = fileBeside ? 'the shared list (--to file writes to the file beside it)' : 'the shared list'
    if (!json) print(made, where, io, reach?.told)
    const wait = { command: NAME, server, written, startedMs, waitSeconds, quiet: json }
    const { exitCode, replicas } = await reportReplicas(connection, wait, io)
    const entry = toRawEntry(revocation) as object
    const applied = { list: 'shared', reach: reach?.figures ?? null, replicas }
    if (json) io.out(`${JSON.stringify({ ...entry, ...applied }, null, 2)}\n`)
    return exitCode
  })
  if (exitCode === EXIT.unreachable && fileBeside) io.err(`holdfast ${NAME}: --to file writes to the watched file\n`)
  return exitCode
}

/** @param cutsOff undefined: nobody was asked */
function print({ revocation, endless }: NewRevocation, writtenTo: string, io: Io, cutsOff?: string): void {
  const { id, kind, value, issuer, issuedBeforeSeconds, expiresAtSeconds } = revocation
  const ends =
    expiresAtSeconds === undefined
      ? `never${endless === undefined ? '' : `: ${endless}`}`
      : formatTime(expiresAtSeconds)
  io.out(`${id}
  revoked        ${kind} ${printable(value)}${issuer === undefined ? '' : ` of ${printable(issuer)}`}
  issued before  ${formatTime(issuedBeforeSeconds)}
  ends           ${ends}${cutsOff === undefined ? '' : `\n  cuts off       ${cutsOff}`}
  written to     ${writtenTo}
`)
}
