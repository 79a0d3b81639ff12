/**
 * Asks one page of the admin port, in bounded time and size. With TLS the certificate is not looked at unless it is said how:
 * it is made for those who come from outside, and the answer is read with the suspicion that plaintext gets too. Who sends a
 * secret has to say how.
 */
import { get as getPlain } from 'node:http'
import type { RequestOptions } from 'node:https'

export interface AdminPage {
  readonly status: number
  readonly body: string
}

export interface PageWishes {
  readonly timeoutMs: number
  readonly maxBytes: number
  /** A secret among them must go nowhere else: `tls` has to be given with it. */
  readonly headers?: Readonly<Record<string, string>>
  /** How the certificate is judged. */
  readonly tls?: RequestOptions
}

/** `tooLarge`: somebody answered, at length. */
export type AskedPage = AdminPage | { readonly why: string; readonly tooLarge: boolean }

/** Never rejects. */
export async function askPage(url: URL, wishes: PageWishes): Promise<AskedPage> {
  const { timeoutMs, maxBytes, headers = {}, tls = { rejectUnauthorized: false } } = wishes
  const secured = url.protocol === 'https:'
  // Only here: a probe starts a process each time.
  const get = secured ? (await import('node:https')).get : getPlain
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs)
    let tooLarge = false
    const failed = (error: NodeJS.ErrnoException) => {
      const why = signal.aborted ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message)
      resolve({ why, tooLarge })
    }
    // An agent of its own: the global one may have been told to use a proxy, which has no business here.
    const options: RequestOptions = { agent: false, signal, headers, ...(secured && tls) }
    const request = get(url, options, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('error', failed)
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= maxBytes) chunks.push(chunk)
        else {
          tooLarge = true
          request.destroy(new Error(`the answer is larger than ${maxBytes} bytes`))
        }
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    })
    request.on('error', failed)
  })
}
