/**
 * HTTP/1 by hand over TCP or TLS: what is sent is what the test wrote, octet by octet, since every client library mends or
 * refuses something. One request a connection.
 */
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Where {
  readonly port: number
  /** Undefined: plaintext. Certificate and key: shown to the server. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string } | undefined
}

export interface Sent {
  readonly method?: string
  /** Request target, as it stands; one char an octet. */
  readonly target: string
  readonly version?: '1.0' | '1.1'
  /** Default: localhost and the port. */
  readonly host?: string
  /** Field lines in order, as they stand. */
  readonly fields?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

export interface Received {
  readonly status: number
  /** Field lines in order; names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

const TIMEOUT_MS = 15_000

export function sendRaw(where: Where, sent: Sent): Promise<Received> {
  const { method = 'GET', target, version = '1.1', host = `localhost:${where.port}`, fields = [], body = '' } = sent
  const lines = [
    `${method} ${target} HTTP/${version}`,
    `Host: ${host}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    'Connection: close',
  ]
  return exchangeRaw(where, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'))
}

/** Sends octets, reads one answer. A status of 0: the other side closed without any. */
export function exchangeRaw(where: Where, octets: Buffer): Promise<Received> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port: where.port }
    const socket =
      where.tls === undefined ? connectTcp(to) : connectTls({ ...to, ...where.tls, servername: 'localhost' })
    const chunks: Buffer[] = []
    let done = false
    const finish = (): void => {
      if (done) return
      done = true
      socket.destroy()
      resolve(parse(Buffer.concat(chunks).toString('latin1')))
    }
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (isComplete(Buffer.concat(chunks).toString('latin1'))) finish()
    })
    socket.once('end', finish)
    socket.once('close', finish)
    // A server that refuses early resets while we still send: its answer, if there was one, counts.
    socket.once('error', (error) => (chunks.length > 0 ? finish() : reject(error)))
    socket.write(octets)
  })
}

/** After a refusal of its own Envoy keeps the connection open for a second: no need to wait for that. */
function isComplete(text: string): boolean {
  const { fields } = parse(text)
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return false
  const length = fields.find(([name]) => name === 'content-length')?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= headEnd + 4 + Number(length)
}

function parse(text: string): Received {
  const headEnd = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, headEnd === -1 ? text.length : headEnd).split('\r\n')
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const rest = headEnd === -1 ? '' : text.slice(headEnd + 4)
  const chunked = fields.some(([name, value]) => name === 'transfer-encoding' && value === 'chunked')
  return { status: Number(statusLine.split(' ')[1] ?? 0), fields, body: chunked ? dechunk(rest) : rest }
}

function dechunk(text: string): string {
  let body = ''
  let at = 0
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (lineEnd === -1 || !(size > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}

/** All values of a field, in order. */
export function fieldsOf(received: Received, name: string): string[] {
  return received.fields.filter(([found]) => found === name).map(([, value]) => value)
}
