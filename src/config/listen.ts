/** Addresses to listen on: `host:port`, or `unix:///path` of a socket. */
import { BlockList, isIP } from 'node:net'

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** sun_path of Linux holds 108 bytes with its closing NUL (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107

/** Reads an address; the error says what is wrong; how to mend it. Port 0 lets the system choose. */
export function parseListen(
  text: string,
): { readonly ok: true; readonly value: ListenAddress } | { readonly ok: false; readonly error: string } {
  if (text.startsWith('unix:')) return parseSocket(text)
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined) return fault('is no address; write host:port (IPv6 in brackets) or unix:///path')
  if (bracketed !== undefined && isIP(bracketed) !== 6)
    return fault('has no IPv6 address in its brackets; write [::1]:port')
  if (port > 65_535) return fault('has a port above 65535; choose a smaller one')
  return { ok: true, value: { kind: 'tcp', host, port } }
}

function parseSocket(text: string): ReturnType<typeof parseListen> {
  const path = text.slice('unix://'.length)
  if (!text.startsWith('unix:///') || path.includes('\0') || path.endsWith('/')) {
    return fault('is no absolute path of a socket; write unix:///path')
  }
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    return fault(`is longer than the ${MAX_SOCKET_PATH_BYTES} bytes that a socket path may have; choose a shorter path`)
  }
  return { ok: true, value: { kind: 'unix', path } }
}

function fault(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether only this machine can connect: loopback, or a socket in the file system. A name other than localhost is not known to be. */
export function isLocal(address: ListenAddress): boolean {
  if (address.kind === 'unix' || address.host === 'localhost') return true
  const version = isIP(address.host)
  return version !== 0 && LOOPBACK.check(address.host, version === 4 ? 'ipv4' : 'ipv6')
}
