/**
 * Asks a page of the admin port whether the server lives or is ready. A probe starts a process each time, so little but
 * node:http is loaded. Whoever answers there is not known: the answer is bounded and read with suspicion.
 */
import { type AdminPage as Answered, askPage } from '../app/ask-page.ts'
import { parseJsonAnswer } from '../app/json-answer.ts'
import { isJsonObject } from '../check/codec/strict-json.ts'

export interface ComponentAnswer {
  readonly name: string
  readonly ready: boolean
  readonly detail: string
}

export type AdminAnswer =
  | { readonly kind: 'answer'; readonly good: boolean; readonly components: readonly ComponentAnswer[] }
  | { readonly kind: 'none'; readonly why: string }

export type AdminPage = '/readyz' | '/livez'

const TIMEOUT_MS = 2_000
const MAX_BYTES = 65_536
const FOREIGN = 'something other than Holdfast answers there'

/** Never rejects. `base` is the root of the admin port: `http://HOST:PORT` or `https://HOST:PORT`. */
export async function askAdmin(base: URL, page: AdminPage, timeoutMs = TIMEOUT_MS): Promise<AdminAnswer> {
  const answer = await askPage(new URL(page, base), { timeoutMs, maxBytes: MAX_BYTES })
  return 'why' in answer ? { kind: 'none', why: answer.tooLarge ? FOREIGN : answer.why } : read(answer, page)
}

/** 200 and 503 are the only answers of these pages; their body says the same again. */
function read({ status, body }: Answered, page: AdminPage): AdminAnswer {
  const foreign: AdminAnswer = { kind: 'none', why: FOREIGN }
  const told = parseJsonAnswer(body)
  const good = status === 200 && told?.['status'] === 'ok'
  if (!good && !(status === 503 && told?.['status'] === 'unavailable')) return foreign
  const components = page === '/livez' ? [] : readComponents(told?.['components'])
  return components === undefined ? foreign : { kind: 'answer', good, components }
}

function readComponents(value: unknown): readonly ComponentAnswer[] | undefined {
  if (!isJsonObject(value)) return undefined
  const components = Object.entries(value).flatMap(([name, state]) => {
    const { ready, detail } = isJsonObject(state) ? state : {}
    return typeof ready === 'boolean' && typeof detail === 'string' ? [{ name, ready, detail }] : []
  })
  return components.length === Object.keys(value).length ? components : undefined
}
