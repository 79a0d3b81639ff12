/** A key server on loopback that behaves as well or as badly as the test wants, and counts who came. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestKey } from './jws.ts'

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

export interface JwksServer {
  readonly url: string
  /** Requests so far, of any path. */
  readonly requests: IncomingMessage[]
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

export async function startJwksServer(behaviour: Behaviour): Promise<JwksServer> {
  const requests: IncomingMessage[] = []
  let current = behaviour
  const server = createServer((request, response) => {
    requests.push(request)
    current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    requests,
    behave(next) {
      current = next
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export interface PublishedKey {
  readonly kid?: string
  readonly alg?: string
  readonly key: TestKey
}

export function jwksText(keys: readonly PublishedKey[]): string {
  return JSON.stringify({
    keys: keys.map(({ kid, alg, key }) => ({ ...key.jwk, ...(kid && { kid }), ...(alg && { alg }), use: 'sig' })),
  })
}

/** Answers 200 with this body. */
export function serve(body: string | Buffer, headers: Record<string, string> = {}): Behaviour {
  return (_request, response) => void response.writeHead(200, headers).end(body)
}

/** Answers with this status and these headers. */
export function serveStatus(status: number, headers: Record<string, string> = {}): Behaviour {
  return (_request, response) => void response.writeHead(status, headers).end('{"keys":[]}')
}

/** Takes the request and never answers. */
export const hang: Behaviour = () => {}

/** Sends the beginning of an answer, then nothing more. */
export const trickle: Behaviour = (_request, response) => {
  response.writeHead(200)
  response.write('{"keys":[')
}

/** Sends white space without end, which JSON would allow. */
export const flood: Behaviour = (_request, response) => {
  const block = Buffer.alloc(65_536, ' ')
  response.writeHead(200)
  const push = (): void => {
    while (!response.destroyed && response.write(block));
  }
  response.on('drain', push)
  push()
}
