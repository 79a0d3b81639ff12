/**
 * The console: pages and JSON over the same data, read-only. Whoever gets here has been let in by the admin listener. Each
 * path is one row; what a caller sends is bounded by that listener and read here once.
 */
import type { ConsoleHandler, ConsoleResponse } from '../admin/console-handler.ts'
import type { Case } from '../ledger/case/case.ts'
import { type Question, readQuestion } from '../ledger/case/question.ts'
import { parseSessionFilter } from '../ledger/inventory.ts'
import type { Gap } from '../ledger/ledger-store.ts'
import { casePage } from './case-page.ts'
import type { ConsoleData } from './console-data.ts'
import { headersFor } from './headers.ts'
import { incidentsPage } from './incidents-page.ts'
import { troublePage } from './layout.ts'
import { sessionsPage } from './sessions-page.ts'
import { STYLE } from './style.ts'
import { carriesToken } from './token-shape.ts'

interface Asked {
  readonly data: ConsoleData
  readonly query: Query
  readonly nowMs: number
}

/** By name; of a name that stands twice, the last. */
type Query = Readonly<Record<string, string | undefined>>

/** What a path answers: the page, and the same as JSON. `detail` is constant text or repeats nothing that was sent. */
type Answer =
  | { readonly status: 200 | 400; readonly page: () => string; readonly json: unknown }
  | { readonly status: 503; readonly detail: string }

type Path = (asked: Asked) => Promise<Answer>

const INCIDENTS_SHOWN = 50
const SESSIONS_SHOWN = 100
const MAX_LIMIT = 1_000

const PATHS: ReadonlyMap<string, Path> = new Map<string, Path>([
  ['incidents', incidents],
  ['sessions', sessions],
  ['case', caseOf],
])

const HTML_TYPE = 'text/html; charset=utf-8'
const JSON_TYPE = 'application/json'
const TOKEN_HINT =
  'What was given looks like a token. It is not looked up and not shown. It is in the history of this browser now: revoke it, and give its SHA-256, or pipe it into holdfast investigate token -.'

export function makeConsole(data: ConsoleData, nowMs: () => number): ConsoleHandler {
  return async ({ path, query: text }) => {
    if (path === '/console')
      return { status: 308, headers: { ...headersFor(HTML_TYPE), location: '/console/' }, body: '' }
    if (path === '/console/style.css') return answer(200, 'text/css; charset=utf-8', STYLE)
    const api = path.startsWith('/console/api/')
    const name = path.slice(api ? '/console/api/'.length : '/console/'.length)
    const known = PATHS.get(name === '' && !api ? 'incidents' : name)
    if (known === undefined || (!api && name === 'incidents'))
      return told(api, 404, 'Not found', 'There is no such page.')
    const query = Object.fromEntries(new URLSearchParams(text))
    if (Object.entries(query).flat().some(carriesToken)) return told(api, 400, 'No token, please', TOKEN_HINT)
    const found = await known({ data, query, nowMs: nowMs() })
    if (found.status === 503) return told(api, 503, 'The ledger cannot be read', found.detail)
    return api ? json(found.status, found.json) : answer(found.status, HTML_TYPE, found.page())
  }
}

async function incidents({ data, query, nowMs }: Asked): Promise<Answer> {
  const { before, live, limit } = query
  const [reading, gaps] = await Promise.all([
    data.incidents(limitOf(limit, INCIDENTS_SHOWN), before || undefined),
    gapsOf(data),
  ])
  if (!reading.ok) return { status: 503, detail: reading.detail }
  const view = { reading: reading.value, before: before || undefined, live: live === '1' && !before, gaps, nowMs }
  return { status: 200, page: () => incidentsPage(view), json: reading.value }
}

async function sessions({ data, query, nowMs }: Asked): Promise<Answer> {
  const { cursor, limit, ...filters } = query
  const filter = parseSessionFilter(filters, data.names)
  const gaps = await gapsOf(data)
  if (!filter.ok) {
    const view = { page: undefined, wrong: filter.error, filters, gaps, nowMs }
    return { status: 400, page: () => sessionsPage(view), json: { error: filter.error } }
  }
  const page = await data.sessions(filter.value, cursor || undefined, limitOf(limit, SESSIONS_SHOWN))
  if (!page.ok) return { status: 503, detail: page.detail }
  return { status: 200, page: () => sessionsPage({ page: page.value, filters, gaps, nowMs }), json: page.value }
}

async function caseOf({ data, query, nowMs }: Asked): Promise<Answer> {
  const { kind = '', value = '', issuer } = query
  const question = readQuestion(kind, value.trim(), issuer?.trim() || undefined)
  if (!question.ok) {
    const page = (): string => troublePage('This cannot be asked', question.error)
    return { status: 400, page, json: { error: question.error } }
  }
  const [found, gaps] = await Promise.all([data.case(question.value), gapsOf(data)])
  if (!found.ok) return { status: 503, detail: found.detail }
  return { status: 200, page: () => shownCase(found.value, question.value, gaps, nowMs), json: found.value }
}

function shownCase(shown: Case, asked: Question, gaps: readonly Gap[] | undefined, nowMs: number): string {
  return casePage({ shown, asked, gaps, nowMs })
}

/** Undefined when they cannot be read: the page stands, and says so. */
async function gapsOf(data: ConsoleData): Promise<readonly Gap[] | undefined> {
  const gaps = await data.gaps()
  return gaps.ok ? gaps.value : undefined
}

function limitOf(text: string | undefined, usual: number): number {
  return /^[1-9]\d{0,3}$/.test(text ?? '') ? Math.min(Number(text), MAX_LIMIT) : usual
}

function told(api: boolean, status: number, title: string, detail: string): ConsoleResponse {
  return api ? json(status, { error: detail }) : answer(status, HTML_TYPE, troublePage(title, detail))
}

function json(status: number, value: unknown): ConsoleResponse {
  return answer(status, JSON_TYPE, `${JSON.stringify(value)}\n`)
}

function answer(status: number, contentType: string, body: string): ConsoleResponse {
  return { status, headers: headersFor(contentType), body }
}
