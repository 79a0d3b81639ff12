/** HTTP for the doctor: one answer, in bounded time and size, from where it was asked and nowhere else. */

export type Fetched =
  | { readonly ok: true; readonly status: number; readonly bytes: Buffer }
  /** `tooLarge`: somebody answered, at length. */
  | { readonly ok: false; readonly error: string; readonly tooLarge: boolean }

export interface FetchWishes {
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Never rejects. A redirection is an answer like any other: it is not followed, so no header goes elsewhere. */
export async function fetchBounded(url: string, wishes: FetchWishes): Promise<Fetched> {
  const { timeoutMs, maxBytes, method = 'GET', headers = {}, body = null } = wishes
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal })
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of response.body ?? []) {
      length += chunk.length
      if (length > maxBytes) return { ok: false, error: `the answer is larger than ${maxBytes} bytes`, tooLarge: true }
      chunks.push(chunk)
    }
    return { ok: true, status: response.status, bytes: Buffer.concat(chunks) }
  } catch (error) {
    return { ok: false, error: wordsFor(error, timeoutMs), tooLarge: false }
  }
}

function wordsFor(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection'
  return code
}
