/**
 * From the configuration to the ledger, for the commands that read it: in Redis it is read directly, as the server does; the
 * embedded one stands in the memory of the server, which is asked through its console.
 */
import { ledgerSecret } from '../app/ledger/ledger-secret.ts'
import { openLedgerStore } from '../app/ledger/open-store.ts'
import { readRevocations } from '../app/ledger/read-revocations.ts'
import type { RevocationList } from '../check/revocation/revocation.ts'
import { formatFault } from '../config/fault.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { resolveSecrets } from '../config/secrets.ts'
import type { Case } from '../ledger/case/case.ts'
import { gatherCase } from '../ledger/case/gather-case.ts'
import type { Question } from '../ledger/case/question.ts'
import { sameHolderBy } from '../ledger/case/same-holder.ts'
import { makeRules } from '../ledger/detect/rules.ts'
import { type Identifiers, makeIdentifiers } from '../ledger/identifiers.ts'
import { listSessions, parseSessionFilter } from '../ledger/inventory.ts'
import type { LedgerStore, Page } from '../ledger/ledger-store.ts'
import { adminAddress } from './admin-address.ts'
import { configPath } from './args.ts'
import { askConsole, type ConsoleServer } from './ask-console.ts'
import type { Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Filters by the names of inventory.ts, as they were given. */
export type GivenFilters = Readonly<Record<string, string | undefined>>

export interface ListingWish {
  readonly cursor: string | undefined
  readonly limit: number
  readonly withinMs: number
}

export interface LedgerReader {
  case(asked: Question): Promise<Answered<Case>>
  sessions(given: GivenFilters, wish: ListingWish): Promise<Answered<Page>>
  close(): Promise<void>
}

/** `wrongUse`: what was asked for; `unreadable`: the ledger. The detail is for the operator. */
export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: 'wrongUse' | 'unreadable'; readonly detail: string }

export type Opened<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly exitCode: number }

/** Otherwise says on standard error what to mend. */
export async function openReader(command: string, option: string | undefined, io: Io): Promise<Opened<LedgerReader>> {
  const loaded = await loadForLedger(command, option, io)
  if (!loaded.ok) return loaded
  const { config } = loaded.value
  if (config.store.kind === 'redis') {
    const opened = await openShared(command, loaded.value, io)
    return opened.ok ? { ok: true, value: readerOf(opened.value, loaded.value) } : opened
  }
  const server = await consoleOf(command, loaded.value, configPath(option, io), io)
  return server.ok ? { ok: true, value: askingReader(server.value) } : server
}

export interface SharedLedger {
  readonly store: LedgerStore
  readonly names: Identifiers
  /** As they stand when it is called. */
  readonly revocations: () => Promise<RevocationList>
}

/** The configuration, where it has a ledger. */
export async function loadForLedger(
  command: string,
  option: string | undefined,
  io: Io,
): Promise<Opened<LoadedConfig>> {
  const path = configPath(option, io)
  const loaded = await loadConfig(path, option ?? path)
  if (!loaded.ok) {
    for (const fault of loaded.faults) io.err(`${formatFault(fault)}\n`)
    return { ok: false, exitCode: EXIT.wrongUse }
  }
  if (loaded.config.ledger.enabled) return { ok: true, value: loaded }
  return told(command, 'the configuration keeps no ledger; set ledger.enabled to true and restart the server', io)
}

/** The ledger in Redis. Only for store.kind: redis. */
export async function openShared(command: string, loaded: LoadedConfig, io: Io): Promise<Opened<SharedLedger>> {
  const { config } = loaded
  // Who investigates need not have the other secrets of the server.
  const resolved = await resolveSecrets(loaded, io.env, ['redis', 'nonce', 'ledger'])
  if (!resolved.ok) {
    for (const fault of resolved.faults) io.err(`${formatFault(fault)}\n`)
    return { ok: false, exitCode: EXIT.wrongUse }
  }
  const { secrets } = resolved
  try {
    const store = await openLedgerStore(config, secrets, Date.now)
    // Without either secret the configuration is refused for Redis: nothing random names anything here.
    const secret = ledgerSecret(secrets, Buffer.alloc(0))
    const names = makeIdentifiers({ secret, hashSubjects: config.ledger.subjects === 'hashed' })
    return { ok: true, value: { store, names, revocations: () => readRevocations(config, secrets) } }
  } catch {
    return told(command, 'store.redis.tls: a file cannot be read; mend its path or its permissions', io)
  }
}

function readerOf({ store, names, revocations }: SharedLedger, { config }: LoadedConfig): LedgerReader {
  const sameHolder = sameHolderBy(makeRules(config.ledger))
  return {
    async case(asked) {
      const options = {
        nowMs: Date.now(),
        retentionSeconds: config.ledger.retentionSeconds,
        issuers: config.issuers.map(({ issuer }) => issuer),
        sameHolder,
        revocations: await revocations(),
      }
      const made = await gatherCase(store, names, asked, options)
      return made.ok ? made : { ok: false, fault: 'unreadable', detail: made.detail }
    },
    async sessions(given, wish) {
      const filter = parseSessionFilter(given, names)
      if (!filter.ok) return { ok: false, fault: 'wrongUse', detail: filter.error }
      const page = await listSessions(store, filter.value, { ...wish, nowMs: Date.now() })
      return page.ok ? page : { ok: false, fault: 'unreadable', detail: page.detail }
    },
    close: () => store.close(),
  }
}

async function consoleOf(command: string, loaded: LoadedConfig, path: string, io: Io): Promise<Opened<ConsoleServer>> {
  const { admin, console } = loaded.config
  if (!console.enabled || console.secret === null) {
    const ways = 'enable console with a console.secret, or keep the ledger in Redis (store.kind: redis)'
    return told(command, `the embedded ledger stands in the memory of the server: ${ways}`, io)
  }
  const [resolved, address] = await Promise.all([resolveSecrets(loaded, io.env, ['console']), adminAddress(path)])
  if (!resolved.ok) {
    for (const fault of resolved.faults) io.err(`${formatFault(fault)}\n`)
    return { ok: false, exitCode: EXIT.wrongUse }
  }
  const secret = resolved.secrets.console
  if (secret === undefined) return told(command, 'console.secret: points to nothing', io)
  if (!address.ok) return told(command, `the configuration ${address.error}`, io)
  return { ok: true, value: { url: address.url, secret, certificatePath: admin.tls?.certificate } }
}

function askingReader(server: ConsoleServer): LedgerReader {
  async function ask<T>(
    page: 'case' | 'sessions',
    query: GivenFilters,
    isWhole: (value: object) => value is T & object,
  ): Promise<Answered<T>> {
    const answer = await askConsole(server, page, query)
    if (answer.kind === 'refused') return { ok: false, fault: 'wrongUse', detail: answer.why }
    const where = `${server.url.host}: `
    if (answer.kind === 'none') return { ok: false, fault: 'unreadable', detail: where + answer.why }
    return isWhole(answer.value)
      ? { ok: true, value: answer.value }
      : { ok: false, fault: 'unreadable', detail: `${where}what answers there is no ledger of this version` }
  }
  return {
    case: ({ kind, value, issuer }) => ask('case', { kind, value, issuer }, isCase),
    sessions: (given, { cursor, limit }) => ask('sessions', { ...given, cursor, limit: String(limit) }, isPage),
    close: async () => {},
  }
}

const LISTS_OF_A_CASE = [
  'evidenceFor',
  'evidenceAgainst',
  'missing',
  'timeline',
  'sessions',
  'incidents',
  'alive',
  'revoked',
  'commands',
  'searched',
] as const satisfies readonly (keyof Case)[]

/** As far as the text of it is made: our own server answers, perhaps of another version. */
function isCase(value: object): value is Case {
  const { finding, labels, asked } = value as Partial<Case>
  const lists = LISTS_OF_A_CASE.every((name) => Array.isArray((value as Partial<Case>)[name]))
  return lists && typeof finding?.sentence === 'string' && typeof asked?.value === 'string' && labels !== undefined
}

function isPage(value: object): value is Page {
  const { sessions, looked, about } = value as Partial<Page>
  return Array.isArray(sessions) && typeof looked === 'number' && typeof about === 'number'
}

function told(command: string, message: string, io: Io): { readonly ok: false; readonly exitCode: number } {
  io.err(`holdfast ${command}: ${message}\n`)
  return { ok: false, exitCode: EXIT.wrongUse }
}
