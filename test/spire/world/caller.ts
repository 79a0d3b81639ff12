/**
 * A client with an SVID: mTLS, and the server is believed by its SPIFFE ID, not by a host name. One caller is one connection, so
 * that a test says which handshake a request goes by.
 */
import type { X509Certificate } from 'node:crypto'
import { Agent, request } from 'node:https'
import type { TLSSocket } from 'node:tls'

export interface CallerIdentity {
  readonly certificatePem: string
  readonly keyPem: string
}

export interface CallerWishes {
  readonly port: number
  /** Authorities that the server is believed by, as PEM. */
  readonly bundlePem: string
  /** SPIFFE ID that the server must show. */
  readonly server: string
}

export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** What the server showed on this connection. */
  readonly serverCertificate: X509Certificate | undefined
}

export interface Caller {
  send(path: string, headers: Readonly<Record<string, string>>): Promise<Reply>
  /** 1 as long as the server did not close the first. */
  connections(): number
  /** How many tickets the server gave, with which a later connection could leave the handshake out. */
  tickets(): number
  close(): void
}

/** The host that the callers ask for. */
export const AUTHORITY = 'app.example.org'
const TIMEOUT_MS = 15_000

/** Connects with the first request. */
export function makeCaller(identity: CallerIdentity, { port, bundlePem, server }: CallerWishes): Caller {
  const sockets = new Set<unknown>()
  let tickets = 0
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    ca: bundlePem,
    cert: identity.certificatePem,
    key: identity.keyPem,
    checkServerIdentity: (_, { subjectaltname }) =>
      subjectaltname === `URI:${server}` ? undefined : new Error('the server is another workload'),
  })
  return {
    connections: () => sockets.size,
    tickets: () => tickets,
    close: () => agent.destroy(),
    send: (path, headers) =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port, path, agent, timeout: TIMEOUT_MS }
        const sent = request({ ...options, headers: { host: AUTHORITY, ...headers } }, (response) => {
          const socket = response.socket as TLSSocket
          const serverCertificate = socket.getPeerX509Certificate()
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as Record<string, string | undefined>,
              body: Buffer.concat(chunks).toString(),
              serverCertificate,
            })
          })
        })
        sent.on('socket', (socket) => {
          if (sockets.has(socket)) return
          sockets.add(socket)
          socket.on('session', () => tickets++)
        })
        sent.on('timeout', () => sent.destroy(new Error(`${path}: no answer`)))
        sent.on('error', reject)
        sent.end()
      }),
  }
}
