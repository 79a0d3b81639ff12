/**
 * Asks the console of the server that runs here, for what stands in its own memory. The secret goes only where the
 * configuration says that our server listens; with TLS only to the very certificate that the configuration names.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { askPage } from '../app/ask-page.ts'
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
  // Two readings of a file that changes may disagree: no secret goes out then.
  if ((url.protocol === 'https:') !== (server.certificatePath !== undefined)) {
    return { kind: 'none', why: 'admin.tls has changed in between; try again' }
  }
  let tls: RequestOptions
  try {
    tls = await pinnedTo(server.certificatePath)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { kind: 'none', why: code ?? message }
  }
  const headers = { authorization: `Bearer ${server.secret.reveal().toString('latin1')}`, accept: 'application/json' }
  const answer = await askPage(url, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, headers, tls })
  if ('why' in answer) return { kind: 'none', why: answer.tooLarge ? FOREIGN : answer.why }
  const value = parseJsonAnswer(answer.body)
  const why = typeof value?.['error'] === 'string' ? value['error'] : FOREIGN
  if (answer.status === 200 && value !== undefined) return { kind: 'answer', value }
  if (answer.status === 400) return { kind: 'refused', why }
  if (answer.status === 401) return { kind: 'none', why: 'it does not take the secret of console.secret' }
  if (answer.status === 404) return { kind: 'none', why: 'it serves no console: it runs with another configuration' }
  return { kind: 'none', why }
}

/** Without the file of the certificate one is judged as usual: the secret goes to nobody who is not known. */
async function pinnedTo(certificatePath: string | undefined): Promise<RequestOptions> {
  if (certificatePath === undefined) return {}
  const pem = await readFile(certificatePath)
  const { fingerprint256 } = new X509Certificate(pem)
  // The names in it are those of clients outside; here it is known by itself, whoever signed it.
  return {
    ca: [pem],
    allowPartialTrustChain: true,
    checkServerIdentity: (_, certificate) =>
      certificate.fingerprint256 === fingerprint256 ? undefined : new Error('another certificate answers there'),
  }
}
