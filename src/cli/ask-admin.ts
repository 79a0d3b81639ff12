/**
 * Asks a page of the admin port whether the server lives or is ready. A probe starts a process each time, so little but
 * node:http is loaded. Whoever answers there is not known: the answer is bounded and read with suspicion.
 */
import { get } from 'node:http'
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

/** Never rejects. `base` is the root of the admin port: `http://HOST:PORT`. */
export async function askAdmin(base: URL, page: AdminPage, timeoutMs = TIMEOUT_MS): Promise<AdminAnswer> {
  const answer = await fetchPage(new URL(page, base), timeoutMs)
  return 'why' in answer ? { kind: 'none', why: answer.why } : read(answer, page)
}

interface Page {
  readonly status: number
  readonly body: string
}

function fetchPage(url: URL, timeoutMs: number): Promise<Page | { readonly why: string }> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const failed = (error: NodeJS.ErrnoException) => {
      resolve({ why: signal.aborted ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message) })
    }
    // An agent of its own: the global one may have been told to use a proxy, which has no business here.
    const request = get(url, { agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('error', failed)
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= MAX_BYTES) chunks.push(chunk)
        else request.destroy(new Error(FOREIGN))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    })
    request.on('error', failed)
  })
}

/** 200 and 503 are the only answers of these pages; their body says the same again. */
function read({ status, body }: Page, page: AdminPage): AdminAnswer {
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
