/** Where to listen, and making room for a Unix socket. */
import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** The server cannot listen where it was told to. The message says where and why; it holds nothing secret. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** As the configuration's parser gives it; `host` without brackets, port 0 for any free one. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** The address as gRPC names it. */
export function targetOf(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/**
 * Removes what a dead server left at `path`. A socket on which somebody answers, and anything that is no socket, is left
 * alone: ListenError.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) {
    if (found.code === 'ENOENT') return
    throw new ListenError(`cannot listen on unix://${path}: ${found.code}`)
  }
  if (!found.isSocket()) throw new ListenError(`cannot listen on unix://${path}: something else than a socket is there`)
  const answer = await knock(path)
  if (answer !== 'ECONNREFUSED') throw new ListenError(`cannot listen on unix://${path}: ${answer}`)
  await unlink(path)
}

/** What becomes of a connection: the error code, or that it was taken. */
function knock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('another server answers there')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown error'))
  })
}
