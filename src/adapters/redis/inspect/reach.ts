/** Connections of the doctor: each answer has a deadline, and a connection that does not come about has a reason. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import type { Validity } from '../../../doctor/facts.ts'
import {
  type CommandLine,
  type Connection,
  connectionOptions,
  openConnection,
  type Reply,
  type TlsSettings,
} from '../connection.ts'
import type { RedisTarget, ServerAddress } from '../redis-url.ts'
import { within } from '../waiting.ts'

export interface Way {
  readonly target: RedisTarget
  readonly tls: TlsSettings
}

const CONNECT_MS = 1_000
const ANSWER_MS = 1_000

/** To this very server, also where it is a sentinel; undefined when there is no connection within a second. */
export function openTo({ target, tls }: Way, address: ServerAddress): Promise<Connection | undefined> {
  const options = connectionOptions({ ...target, kind: 'single' }, address, tls, 0)
  return openConnection(options, CONNECT_MS, AbortSignal.timeout(CONNECT_MS)).catch(() => undefined)
}

/** Undefined when it broke, or did not answer within a second. */
export function ask(connection: Connection, commands: readonly CommandLine[]): Promise<readonly Reply[] | undefined> {
  return within(ANSWER_MS, connection.send(commands))
}

export type Handshake =
  | { readonly ok: true; readonly certificate: Validity | undefined }
  | { readonly ok: false; readonly code: string }

/** A connection that says nothing: ioredis tells neither why there is none, nor which certificate was shown. */
export function shakeHands({ target, tls }: Way, { host, port }: ServerAddress): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket: Socket = target.tls
      ? connectTls({ ...tls, host, port, ...sni(host, tls) })
      : connectPlain({ host, port })
    const done = (handshake: Handshake): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(handshake)
    }
    const timer = setTimeout(() => done({ ok: false, code: `no answer within ${CONNECT_MS} ms` }), CONNECT_MS)
    socket.once(target.tls ? 'secureConnect' : 'connect', () => done({ ok: true, certificate: validityOf(socket) }))
    socket.once('error', (error: NodeJS.ErrnoException) => done({ ok: false, code: error.code ?? 'no connection' }))
  })
}

/** An address is no server name (RFC 6066 §3). */
function sni(host: string, { servername }: TlsSettings): { readonly servername?: string } {
  return servername !== undefined || /^[\d.]+$|:/.test(host) ? {} : { servername: host }
}

function validityOf(socket: Socket): Validity | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  if (certificate === undefined) return undefined
  return {
    name: 'the certificate of the server',
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
  }
}

/** `host:port`, `[v6]:port`. */
export function addressText({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
