/**
 * Fetches a key set from the URL of the configuration, and nowhere else: no redirects, https, bounded in time and in
 * bytes after decompression (C14). The type of the content is not asked; the parser refuses what is no key set.
 */
import { ok, type Result } from '../../check/result.ts'
import type { KeySource } from './key-source.ts'
import { MAX_JWKS_BYTES } from './parse-jwks.ts'

export interface FetchOptions {
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  /** Aborts the fetch when the adapter stops. */
  readonly signal: AbortSignal
}

/** The body, or in words for the log why there is none. Never throws. */
export async function fetchJwks(
  source: Extract<KeySource, { kind: 'uri' }>,
  options: FetchOptions,
): Promise<Result<Buffer, string>> {
  const scheme = URL.parse(source.url)?.protocol
  if (scheme !== 'https:' && !(scheme === 'http:' && source.insecureHttp)) return failed('the URL is not https')
  const timeout = AbortSignal.timeout(options.timeoutMs)
  try {
    const response = await options.fetch(source.url, {
      // Not followed: the answer keeps its 3xx status and is refused by it.
      redirect: 'manual',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.any([timeout, options.signal]),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      return failed(`the server answered with status ${response.status}`)
    }
    return await readBounded(response)
  } catch (error) {
    if (timeout.aborted) return failed(`no answer within ${options.timeoutMs} ms`)
    return failed(`the fetch failed: ${codeOf(error)}`)
  }
}

async function readBounded(response: Response): Promise<Result<Buffer, string>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    // Leaving the loop cancels the stream: the rest is never received.
    if (bytes > MAX_JWKS_BYTES) return failed('the answer is larger than 1 MiB')
    chunks.push(chunk)
  }
  return ok(Buffer.concat(chunks, bytes))
}

/** The code of the system or of TLS (ECONNREFUSED, CERT_HAS_EXPIRED) that Node puts behind its `fetch failed`. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'no connection'
}

function failed(why: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: why }
}
