/**
 * Who may see the console: whoever shows a client certificate of the configured authority, or knows the secret (RFC 6750
 * §2.1 Bearer, or RFC 7617 Basic, which browsers ask for; the user's name does not matter). Closed unless one of them holds.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { makeLoginLimit } from './login-limit.ts'

/** `missing`: no credentials were shown. `limited`: this address failed too often, so none were compared. */
export type Access = 'open' | 'missing' | 'wrong' | 'limited'

export type ConsoleGuard = (request: IncomingMessage, nowMs: number) => Access

/** For the 401 (RFC 9110 §11.6.1): both ways to log in. */
export const CHALLENGES: readonly string[] = [
  'Bearer realm="holdfast console"',
  'Basic realm="holdfast console", charset="UTF-8"',
]

/** @param secret undefined or empty: only a client certificate opens it */
export function makeConsoleGuard(secret: Buffer | undefined): ConsoleGuard {
  const wanted = secret === undefined || secret.length === 0 ? undefined : digest(secret)
  const limit = makeLoginLimit()

  return (request, nowMs) => {
    const { socket, headers } = request
    // The chain was verified against admin.tls.clientCa; without that key no certificate is asked for, and this is false.
    if (socket instanceof TLSSocket && socket.authorized) return 'open'
    const shown = shownSecret(headers.authorization)
    if (shown === undefined) return 'missing'
    const address = socket.remoteAddress ?? ''
    if (!limit.mayTry(address, nowMs)) return 'limited'
    if (wanted !== undefined && timingSafeEqual(digest(shown), wanted)) return 'open'
    limit.failed(address, nowMs)
    return 'wrong'
  }
}

/** Compared are hashes: equal in length, and their order tells nothing of the secret. */
function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function shownSecret(authorization: string | undefined): Buffer | undefined {
  const [, scheme = '', value = ''] = /^(bearer|basic) +([\x21-\x7e]+)$/i.exec(authorization ?? '') ?? []
  if (scheme === '') return undefined
  if (scheme.toLowerCase() === 'bearer') return Buffer.from(value, 'latin1')
  const pair = Buffer.from(value, 'base64')
  return pair.subarray(pair.indexOf(':') + 1)
}
