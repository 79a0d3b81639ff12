/** The application behind Envoy: answers with what it was sent, so that the drill sees what passed. */
import { createServer } from 'node:http'

export interface Echo {
  readonly method: string
  readonly path: string
  /** By lower-case name; one element for each field line. */
  readonly headers: Readonly<Record<string, readonly string[]>>
}

/** Listens on loopback until it is stopped. */
export function startUpstream(port: number): Promise<{ stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume()
    const echo: Echo = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headersDistinct as Record<string, string[]>,
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(echo)}\n`)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve({
        stop: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}
