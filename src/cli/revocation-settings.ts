/** What `revoke`, `revocations` and `unrevoke` need of the configuration, and how they tell what is wrong. */

import type { FileTrouble } from '../adapters/files/revocation-file.ts'
import type { ListServer } from '../adapters/redis/revocation/list-connection.ts'
import { REVOCATION_KINDS } from '../check/revocation/revocation.ts'
import { formatFault } from '../config/fault.ts'
import { loadConfig } from '../config/load.ts'
import { nearest } from '../config/nearest.ts'
import type { Config } from '../config/schema.ts'
import { configPath } from './args.ts'
import type { Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { findListServer } from './list-server.ts'

/** The lists that the configuration names: one at least. */
export interface Lists {
  readonly file: string | undefined
  readonly shared: ListServer | undefined
}

export type Settings =
  | { readonly ok: true; readonly config: Config; readonly lists: Lists }
  | { readonly ok: false; readonly exitCode: number }

/** Loads the configuration and finds the lists in it; otherwise says on standard error what to mend. */
export async function readSettings(command: string, option: string | undefined, io: Io): Promise<Settings> {
  const path = configPath(option, io)
  const loaded = await loadConfig(path, option ?? path)
  if (!loaded.ok) {
    for (const fault of loaded.faults) io.err(`${formatFault(fault)}\n`)
    return { ok: false, exitCode: EXIT.wrongUse }
  }
  const { config } = loaded
  const found = await findListServer(loaded, io.env)
  if (!found.ok) {
    for (const fault of found.faults) io.err(`${fault}\n`)
    return { ok: false, exitCode: EXIT.wrongUse }
  }
  const lists: Lists = { file: config.revocation.file ?? undefined, shared: found.server }
  if (lists.file !== undefined || lists.shared !== undefined) return { ok: true, config, lists }
  const message = `${option ?? path} names no list of revocations; add revocation: { file: revocations.json } to it`
  return { ok: false, exitCode: wrongUse(command, message, io) }
}

export function wrongUse(command: string, message: string, io: Io): number {
  io.err(`holdfast ${command}: ${message}\n`)
  return EXIT.wrongUse
}

export function tellTrouble(command: string, { kind, message }: FileTrouble, io: Io): number {
  io.err(`holdfast ${command}: ${message}\n`)
  return kind === 'unusable' ? EXIT.wrongUse : EXIT.unreachable
}

/** What is said of a kind that does not exist. */
export function unknownKind(kind: string): string {
  const near = nearest(kind, REVOCATION_KINDS)
  const mend = near === undefined ? 'there are' : `did you mean ${near}? There are`
  return `there is no kind ${JSON.stringify(kind)}; ${mend} ${REVOCATION_KINDS.join(', ')}`
}

/** Text of a list for a terminal: control characters in it could rewrite what the operator sees. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?')
}
