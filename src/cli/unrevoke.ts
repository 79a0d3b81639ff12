/** `holdfast unrevoke`: takes one revocation back. */

import { changeRevocationFile } from '../adapters/files/revocation-file.ts'
import type { ListServer } from '../adapters/redis/revocation/list-connection.ts'
import { removeFromSharedList } from '../adapters/redis/revocation/shared-list.ts'
import { idOf } from '../revocations/raw-entry.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { faultOfWait, userName } from './new-revocation.ts'
import { readSettings, tellTrouble, wrongUse } from './revocation-settings.ts'
import { DEFAULT_WAIT_SECONDS, reportReplicas, withSharedList } from './shared-list.ts'

const NAME = 'unrevoke'

export const command: Command = {
  name: NAME,
  summary: 'take a revocation back',
  help: `Usage: holdfast unrevoke ID [options]

Takes the revocation with this id off the list. What it had cut off is accepted again as far as it has not expired.
With store.kind: redis each replica is printed as it applies that; running servers take it up from a file within 2 s.

  --why TEXT      kept in the log of the shared list
  --by NAME       who takes it back (default: the user); kept there too
  --wait SECONDS  how long to wait until all replicas have applied it (default: ${DEFAULT_WAIT_SECONDS})
  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          what was done as JSON

Examples:
  holdfast unrevoke rv-4f1c22d09a3e

Exit codes: 0 done, 1 there is no revocation with this id, or a replica did not say within --wait that it has
applied the change, 2 wrong use or configuration, 3 the list cannot be written.
`,
  async run(args, io) {
    const options = { why: 'string', by: 'string', wait: 'string', config: 'string', json: 'boolean' } as const
    const parsed = readArgs(args, options, ['ID'])
    if (!parsed.ok) return wrongUse(NAME, parsed.message, io)
    const [id] = parsed.positionals
    const { config, json = false, why, by, wait } = parsed.values
    if (id === undefined) return wrongUse(NAME, 'ID is missing; holdfast revocations lists the ids', io)
    const fault = faultOfWait(wait)
    if (fault !== undefined) return wrongUse(NAME, fault, io)
    const settings = await readSettings(NAME, config, io)
    if (!settings.ok) return settings.exitCode
    const { file, shared } = settings.lists
    const order = { id, why, by: by ?? userName(io), waitSeconds: Number(wait ?? DEFAULT_WAIT_SECONDS), json }
    const fromShared = shared === undefined ? undefined : await removeShared(shared, order, io)
    if (fromShared !== undefined) return fromShared
    const fromFile = file === undefined ? undefined : await removeFromFile(file, order, io)
    if (fromFile !== undefined) return fromFile
    io.err(`holdfast ${NAME}: there is no revocation ${JSON.stringify(id)}; holdfast revocations lists the ids\n`)
    return EXIT.notSo
  },
}

interface Order {
  readonly id: string
  readonly why: string | undefined
  readonly by: string | undefined
  readonly waitSeconds: number
  readonly json: boolean
}

/** The exit code; undefined when it is not in this list. */
async function removeShared(server: ListServer, order: Order, io: Io): Promise<number | undefined> {
  const { id, why, by, waitSeconds, json } = order
  let found = true
  const exitCode = await withSharedList(NAME, server, io, async (connection) => {
    const startedMs = performance.now()
    const note = { why, by, atSeconds: Date.now() / 1000 }
    const written = await removeFromSharedList(connection, server.keys, id, note)
    if (written === undefined) {
      found = false
      return EXIT.notSo
    }
    if (!json) io.out(`${id} is taken back\n`)
    const wait = { command: NAME, server, written, startedMs, waitSeconds, quiet: json }
    const report = await reportReplicas(connection, wait, io)
    if (json) io.out(`${JSON.stringify({ id, removed: true, list: 'shared', replicas: report.replicas })}\n`)
    return report.exitCode
  })
  return found ? exitCode : undefined
}

async function removeFromFile(file: string, { id, json }: Order, io: Io): Promise<number | undefined> {
  let found = false
  const changed = await changeRevocationFile(file, (entries) => {
    const kept = entries.filter((entry) => idOf(entry) !== id)
    found = kept.length < entries.length
    return found ? kept : entries
  })
  if (!changed.ok) return tellTrouble(NAME, changed.error, io)
  if (!found) return undefined
  io.out(json ? `${JSON.stringify({ id, removed: true, file })}\n` : `${id} is taken back\n`)
  return EXIT.done
}
