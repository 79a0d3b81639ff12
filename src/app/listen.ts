/** The addresses of an accepted configuration. */
import { type ListenAddress, parseListen } from '../config/listen.ts'

export function listenAddress(text: string): ListenAddress {
  const parsed = parseListen(text)
  if (!parsed.ok) throw new TypeError('the configuration was not checked by loadConfig')
  return parsed.value
}

/** The admin listener is never a socket: the schema refuses one. */
export function tcpAddress(text: string): Extract<ListenAddress, { kind: 'tcp' }> {
  const address = listenAddress(text)
  if (address.kind !== 'tcp') throw new TypeError('the configuration was not checked by loadConfig')
  return address
}
