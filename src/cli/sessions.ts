/** `holdfast sessions`: the inventory of sessions. Who is active, what is bound, what is not, what outlived its task. */

import { counted, showDuration } from '../ledger/case/show.ts'
import { isAlive, isStale, isUnbound, SWITCH_FILTERS, VALUE_FILTERS } from '../ledger/inventory.ts'
import type { Page } from '../ledger/ledger-store.ts'
import type { SessionRecord } from '../ledger/session-record.ts'
import { readArgs } from './args.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { type Answered, type GivenFilters, type LedgerReader, openReader } from './ledger-reader.ts'
import { printable, wrongUse } from './revocation-settings.ts'
import { table } from './table.ts'

const NAME = 'sessions'
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
/** How long the ledger is walked for one page before it is printed as far as it came. */
const WALK_MS = 5_000
/** One round of the walk. */
const ROUND_MS = 1_000

const OPTIONS = {
  unbound: 'boolean',
  stale: 'boolean',
  alive: 'boolean',
  revoked: 'boolean',
  'with-incidents': 'boolean',
  'long-lived': 'string',
  idle: 'string',
  issuer: 'string',
  subject: 'string',
  client: 'string',
  workload: 'string',
  route: 'string',
  limit: 'string',
  cursor: 'string',
  config: 'string',
  json: 'boolean',
} as const

export const command: Command = {
  name: NAME,
  summary: 'list the sessions that the ledger knows: bound and unbound, stale, idle, long-lived',
  help: `Usage: holdfast sessions [options]

Lists sessions that were used with a verified token within ledger.retentionSeconds. All filters given must hold.

  --unbound              no key, certificate or workload ties it to its holder: whoever has the token can use it
  --stale                used after its end: past its exp, or refused as too old, too long-lived or idle for too long
  --long-lived DURATION  lives longer than this, from the first token's iat to the end of the last: 90s, 15m, 8h, 30d
  --idle DURATION        not used for at least this long
  --alive                not past its end, and not refused as revoked since it last passed
  --revoked              was refused as revoked
  --with-incidents       something was found wrong with its use
  --issuer URL, --subject SUBJECT, --client CLIENT
                         of this issuer, subject or client
  --workload SPIFFE_ID   held or sent by this workload
  --route NAME           was used on this route
  --limit N              sessions a page, 1 to ${MAX_LIMIT} (default: ${DEFAULT_LIMIT})
  --cursor CURSOR        the next page, as the page before names it
  --config FILE          the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json                 as JSON: {"sessions":[…],"cursor":…,"looked":…,"about":…,"corrupt":…}

SESSION is what holdfast investigate session takes. With store.kind: redis it reads the ledger there; else it asks the
server that runs here, whose console must be enabled.

Examples:
  holdfast sessions --unbound --alive
  holdfast sessions --workload spiffe://example.org/ns/ci/sa/runner --long-lived 8h
  holdfast sessions --stale --json | jq -r '.sessions[].id'

Exit codes: 0 done, 2 wrong use or configuration, 3 the ledger cannot be read.
`,
  async run(args, io) {
    const parsed = readArgs(args, OPTIONS)
    if (!parsed.ok) return wrongUse(NAME, parsed.message, io)
    const { values } = parsed
    const limit = Number(values.limit ?? DEFAULT_LIMIT)
    if (!/^\d{1,4}$/.test(values.limit ?? '1') || limit < 1 || limit > MAX_LIMIT) {
      return wrongUse(NAME, `--limit is no whole number from 1 to ${MAX_LIMIT}`, io)
    }
    const given: GivenFilters = Object.fromEntries([
      ...SWITCH_FILTERS.map((name) => [name, values[name] === true ? '1' : undefined]),
      ...VALUE_FILTERS.map((name) => [name, values[name]]),
    ])
    const empty = VALUE_FILTERS.find((name) => values[name] === '')
    if (empty !== undefined) return wrongUse(NAME, `--${empty} is empty`, io)
    const opened = await openReader(NAME, values.config, io)
    if (!opened.ok) return opened.exitCode
    const reader = opened.value
    try {
      const page = await fillPage(reader, given, values.cursor, limit)
      if (!page.ok) {
        if (page.fault === 'wrongUse') return wrongUse(NAME, `--${page.detail}`, io)
        io.err(`holdfast ${NAME}: the ledger cannot be read: ${page.detail}\n`)
        return EXIT.unreachable
      }
      io.out(values.json ? `${JSON.stringify(asJson(page.value), null, 2)}\n` : pageText(page.value, Date.now()))
      return EXIT.done
    } finally {
      await reader.close()
    }
  },
}

/** Goes on until the page is full, the ledger ends, or the time is over. */
async function fillPage(
  reader: LedgerReader,
  given: GivenFilters,
  start: string | undefined,
  limit: number,
): Promise<Answered<Page>> {
  const endMs = performance.now() + WALK_MS
  let whole: Page = { sessions: [], cursor: start, looked: 0, about: 0, corrupt: 0 }
  do {
    const wish = { cursor: whole.cursor, limit: limit - whole.sessions.length, withinMs: ROUND_MS }
    const page = await reader.sessions(given, wish)
    if (!page.ok) return page
    const { sessions, cursor, looked, about, corrupt } = page.value
    whole = {
      sessions: [...whole.sessions, ...sessions],
      cursor,
      looked: whole.looked + looked,
      about,
      corrupt: whole.corrupt + corrupt,
    }
  } while (whole.cursor !== undefined && whole.sessions.length < limit && performance.now() < endMs)
  return { ok: true, value: whole }
}

function asJson({ sessions, cursor, looked, about, corrupt }: Page): object {
  return { sessions, cursor: cursor ?? null, looked, about, corrupt }
}

const TITLES = ['SESSION', 'SUBJECT', 'CLIENT', 'BOUND BY', 'USED', 'LIVES', 'USES', 'SENDERS', 'INCIDENTS', 'STATE']

function pageText({ sessions, cursor, looked, about, corrupt }: Page, nowMs: number): string {
  const rows = sessions.map((session) => row(session, nowMs))
  const lines = [
    sessions.length === 0 ? 'no such session\n' : table([TITLES, ...rows]),
    `\n${counted(sessions.length, 'session')}; looked at ${looked} of about ${Math.max(about, looked)}\n`,
  ]
  if (corrupt > 0) lines.push(`${corrupt} entries could not be read\n`)
  if (cursor !== undefined) lines.push(`there are more: add --cursor ${printable(cursor)} for the next page\n`)
  return lines.join('')
}

function row(session: SessionRecord, nowMs: number): readonly string[] {
  const { id, subject, client, lastSeenMs, expiresAtSeconds, uses, senders, sendersOmitted, incidentCount } = session
  const leftMs = expiresAtSeconds * 1000 - nowMs
  return [
    id,
    shown(subject),
    shown(client),
    boundBy(session),
    `${showDuration(nowMs - lastSeenMs)} ago`,
    leftMs > 0 ? showDuration(leftMs) : 'ended',
    String(uses),
    `${senders.length}${sendersOmitted > 0 ? '+' : ''}`,
    String(incidentCount),
    stateOf(session, nowMs),
  ]
}

const MAX_CELL = 48

/** Its end is kept where it is too long: SPIFFE IDs and the like differ there. */
function shown(text: string | undefined): string {
  const clean = printable(text ?? '-')
  return clean.length <= MAX_CELL ? clean : `…${clean.slice(1 - MAX_CELL)}`
}

function boundBy(session: SessionRecord): string {
  if (session.held.length > 0) return session.held.join(',')
  return isUnbound(session) ? 'nothing' : 'not shown'
}

function stateOf(session: SessionRecord, nowMs: number): string {
  const states = [
    isAlive(session, nowMs) ? 'alive' : session.revoked !== undefined ? 'revoked' : 'ended',
    ...(isStale(session) ? ['stale'] : []),
  ]
  return states.join(',')
}
