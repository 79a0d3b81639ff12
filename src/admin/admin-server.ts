/**
 * The admin port: /metrics, /livez, /readyz, the redacted /config, and the console where there is one, by GET only. Not for the
 * public: it listens where it is told to, loopback by default (configuration).
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type AdminTls, tlsOptions } from './admin-tls.ts'
import { CHALLENGES, makeConsoleGuard } from './console-guard.ts'
import type { AdminConsole, ConsoleRequest } from './console-handler.ts'
import { RETRY_AFTER_SECONDS } from './login-limit.ts'
import type { ReadinessMap } from './readiness.ts'

export interface AdminServerOptions {
  /** Host without brackets; port 0 for any free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>
  readonly readiness: Pick<ReadinessMap, 'ready' | 'components'>
  /** The running configuration without its secrets, or a promise of it. */
  readonly config: () => unknown
  /** Undefined: plaintext. */
  readonly tls?: AdminTls | undefined
  /** Undefined: there is no console, and its paths are not known. */
  readonly console?: AdminConsole | undefined
}

export interface AdminServer {
  /** `host:port` or `[v6]:port` where it really listens. */
  readonly address: string
  /**
   * New connections take the new files. Throws when they do not fit together, and keeps the old ones; also when `clientCa`
   * or TLS itself comes or goes, which only a new listener can follow. Not there where the listener is another process'.
   */
  updateTls?(files: AdminTls): void
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

const LIMITS = {
  // The request line counts too: no query is longer.
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: TIMEOUT_MS,
  requestTimeout: TIMEOUT_MS,
  keepAliveTimeout: TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_MS,
}

/** Listens, or throws AdminListenError. Throws the system's error when the files of `tls` do not fit together. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { tls, console } = options
  const showConsole = console === undefined ? undefined : consolePage(console)
  const listener: RequestListener = (request, response) => void answer(request, response, options, showConsole)
  const secured = tls === undefined ? undefined : createTlsServer({ ...LIMITS, ...tlsOptions(tls) }, listener)
  const server = secured ?? createServer(LIMITS, listener)
  server.maxConnections = MAX_CONNECTIONS
  await listening(server, options.listen)
  const bound = server.address() as AddressInfo
  return {
    address: bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`,
    updateTls(files) {
      if (secured === undefined || (files.clientCa === undefined) !== (tls?.clientCa === undefined)) {
        throw new Error('admin.tls and admin.tls.clientCa cannot be added or taken away without a restart')
      }
      secured.setSecureContext(tlsOptions(files))
      secured.closeIdleConnections()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminServerOptions,
  showConsole: ConsolePage | undefined,
): Promise<void> {
  try {
    const [path = '', query = ''] = splitOnce(request.url ?? '')
    const page = PAGES.get(path)
    const isConsole = showConsole !== undefined && (path === '/console' || path.startsWith('/console/'))
    if (page === undefined && !isConsole) send(response, 404, JSON_TYPE, '{"error":"not found"}\n')
    else if (request.method !== 'GET') {
      response.setHeader('allow', 'GET')
      send(response, 405, JSON_TYPE, '{"error":"method not allowed"}\n')
    } else if (page !== undefined) await page(response, options)
    else await showConsole?.(request, response, { path, query })
  } catch {
    // Whatever failed may quote what it failed on: the page says only that it did.
    send(response, 500, JSON_TYPE, '{"error":"internal error"}\n')
  }
}

function splitOnce(url: string): readonly [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

type ConsolePage = (request: IncomingMessage, response: ServerResponse, asked: ConsoleRequest) => Promise<void>

/** The handler is asked only once the guard has said `open`; every other word of it, new ones included, closes. */
function consolePage({ answer: handle, secret, onRefused }: AdminConsole): ConsolePage {
  const guard = makeConsoleGuard(secret)
  return async (request, response, asked) => {
    const access = guard(request, performance.now())
    if (access === 'wrong' || access === 'limited') onRefused?.(access)
    if (access === 'limited') {
      response.setHeader('retry-after', String(RETRY_AFTER_SECONDS))
      send(response, 429, JSON_TYPE, '{"error":"too many failed logins"}\n')
    } else if (access !== 'open') {
      response.setHeader('www-authenticate', CHALLENGES)
      send(response, 401, JSON_TYPE, '{"error":"unauthorized"}\n')
    } else {
      const { status, headers, body } = await handle(asked)
      response.writeHead(status, headers)
      response.end(body)
    }
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
