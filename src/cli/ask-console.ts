/**
 * Asks the console of the server that runs here, for what stands in its own memory. The secret goes only where the
 * configuration says that our server listens; with TLS only to the very certificate that the configuration names.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import { parseJsonAnswer } from '../app/json-answer.ts'
import type { JsonObject } from '../check/codec/strict-json.ts'
import type { Secret } from '../config/secret.ts'

export interface ConsoleServer {
  /** The root of the admin port. */
  readonly url: URL
  readonly secret: Secret
  /** PEM file of the server's own certificate; undefined: without TLS. */
  readonly certificatePath: string | undefined
}

export type ConsoleAnswer =
  | { readonly kind: 'answer'; readonly value: JsonObject }
  /** Asked wrongly, in the server's words. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody there, somebody else, or a ledger that cannot be read. */
  | { readonly kind: 'none'; readonly why: string }

const TIMEOUT_MS = 10_000
const MAX_BYTES = 33_554_432
const FOREIGN = 'something other than the console of this Holdfast answers there'

/** Never rejects. */
export async function askConsole(
  server: ConsoleServer,
  page: 'case' | 'sessions',
  query: Readonly<Record<string, string | undefined>>,
): Promise<ConsoleAnswer> {
  const url = new URL(`/console/api/${page}`, server.url)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
  let answer: { readonly status: number; readonly body: string }
  try {
    answer = await fetchJson(url, server)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { kind: 'none', why: code ?? message }
  }
  const value = parseJsonAnswer(answer.body)
  const why = typeof value?.['error'] === 'string' ? value['error'] : FOREIGN
  if (answer.status === 200 && value !== undefined) return { kind: 'answer', value }
  if (answer.status === 400) return { kind: 'refused', why }
  if (answer.status === 401) return { kind: 'none', why: 'it does not take the secret of console.secret' }
  if (answer.status === 404) return { kind: 'none', why: 'it serves no console: it runs with another configuration' }
  return { kind: 'none', why }
}

async function fetchJson(
  url: URL,
  { secret, certificatePath }: ConsoleServer,
): Promise<{ readonly status: number; readonly body: string }> {
  const pinned = certificatePath === undefined ? undefined : await readFile(certificatePath)
  const headers = { authorization: `Bearer ${secret.reveal().toString('latin1')}`, accept: 'application/json' }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  // An agent of its own: the global one may have been told to use a proxy, which has no business here.
  const options: RequestOptions = { agent: false, signal, headers, ...(pinned && pinnedTo(pinned)) }
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(signal.aborted ? new Error(`no answer within ${TIMEOUT_MS} ms`) : error)
    }
    const request = (pinned === undefined ? requestHttp : requestHttps)(url, options, (response) => {
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
    request.end()
  })
}

/** The names in the certificate are those of clients outside; here it is known by itself, whoever signed it. */
function pinnedTo(pem: Buffer): RequestOptions {
  const { fingerprint256 } = new X509Certificate(pem)
  return {
    ca: [pem],
    allowPartialTrustChain: true,
    checkServerIdentity: (_, certificate) =>
      certificate.fingerprint256 === fingerprint256 ? undefined : new Error('another certificate answers there'),
  }
}
