/**
 * The admin port: /metrics, /livez, /readyz and the redacted /config, by GET only. Not for the public: it listens where it is
 * told to, loopback by default (configuration).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReadinessMap } from './readiness.ts'

export interface AdminServerOptions {
  /** Host without brackets; port 0 for any free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>
  readonly readiness: Pick<ReadinessMap, 'ready' | 'components'>
  /** The running configuration without its secrets, or a promise of it. */
  readonly config: () => unknown
}

export interface AdminServer {
  /** `host:port` or `[v6]:port` where it really listens. */
  readonly address: string
  close(): Promise<void>
}

/** The admin port cannot be opened. The message says where and why. */
export class AdminListenError extends Error {
  override readonly name = 'AdminListenError'
}

const JSON_TYPE = 'application/json'
const MAX_HEADER_BYTES = 8_192
const TIMEOUT_MS = 10_000
const MAX_CONNECTIONS = 64

/** Listens, or throws AdminListenError. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_MS,
    },
    (request, response) => void answer(request, response, options),
  )
  server.maxConnections = MAX_CONNECTIONS
  await listening(server, options.listen)
  const bound = server.address() as AddressInfo
  return {
    address: bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: AdminServerOptions): Promise<void> {
  try {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const page = PAGES.get(path)
    if (page === undefined) send(response, 404, JSON_TYPE, '{"error":"not found"}\n')
    else if (request.method !== 'GET') {
      response.setHeader('allow', 'GET')
      send(response, 405, JSON_TYPE, '{"error":"method not allowed"}\n')
    } else await page(response, options)
  } catch {
    // Whatever failed may quote what it failed on: the page says only that it did.
    send(response, 500, JSON_TYPE, '{"error":"internal error"}\n')
  }
}

type Page = (response: ServerResponse, options: AdminServerOptions) => Promise<void> | void

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  [
    '/metrics',
    async (response, { metrics }) => {
      const { contentType, body } = await metrics()
      send(response, 200, contentType, body)
    },
  ],
  ['/livez', (response) => send(response, 200, JSON_TYPE, '{"status":"ok"}\n')],
  [
    '/readyz',
    (response, { readiness }) => {
      const ready = readiness.ready()
      const components = Object.fromEntries(readiness.components())
      sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', components })
    },
  ],
  ['/config', async (response, { config }) => sendJson(response, 200, await config())],
])

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, JSON_TYPE, `${JSON.stringify(value, null, 2)}\n`)
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

function listening(server: Server, { host, port }: AdminServerOptions['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new AdminListenError(`cannot listen on ${host}:${port}: ${error.code ?? error.message}`))
    })
    server.listen(port, host, () => resolve())
  })
}
