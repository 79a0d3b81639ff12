/**
 * Whether `htu` names the target URI of the request (RFC 9449 §4.3 item 9; A11 to A15). The expected URI is made of the
 * route's configured origin and the `:path` that Envoy received, never of Host or `:scheme` (A13). Query and fragment do
 * not count; the rest is compared in one normal form (RFC 3986 §6.2.2, §6.2.3). Own parser: a URL class would read `//x/y`
 * as an authority, `\` as `/` and `0x7f.1` as an address (A14). No IDN folding, a trailing dot in the host differs.
 */
import { normalisePath } from './uri-path.ts'

/** Nothing to encode, decode or refuse; dot segments are alike where the texts are. Spares most requests the slow way. */
const ORDINARY_PATH = /^\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/
/** Octets as in DNS names and SPIFFE trust domains; percent-encoded or non-ASCII names are nobody's host here. */
const HOST = /^(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])$/
/** Without leading zeros: RFC 3986 §6.2.3 does not say that `:0443` is `:443`, so it is no port. */
const PORT = /^[1-9][0-9]{0,4}$/
const MAX_PORT = 65_535
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
])
const SCHEME_END = '://'

/** `scheme://authority` in lower case without default or empty port; undefined when it is anything else, a path included. */
export function normaliseOrigin(origin: string): string | undefined {
  const schemeEnd = origin.indexOf(SCHEME_END)
  if (schemeEnd === -1) return undefined
  const scheme = origin.slice(0, schemeEnd).toLowerCase()
  const defaultPort = DEFAULT_PORTS.get(scheme)
  if (defaultPort === undefined) return undefined

  const authority = origin.slice(schemeEnd + SCHEME_END.length)
  const hostEnd = authority.indexOf(':', authority.lastIndexOf(']') + 1)
  const host = hostEnd === -1 ? authority : authority.slice(0, hostEnd)
  const port = hostEnd === -1 ? '' : authority.slice(hostEnd + 1)
  if (!HOST.test(host)) return undefined
  if (port !== '' && !(PORT.test(port) && Number(port) <= MAX_PORT)) return undefined
  const shown = port === '' || port === defaultPort ? '' : `:${port}`
  return `${scheme}${SCHEME_END}${host.toLowerCase()}${shown}`
}

/** The normal form of an absolute http or https URI without its query and fragment; undefined when it has none. */
export function normaliseTarget(uri: string): string | undefined {
  // Without a scheme this cuts anywhere, and normaliseOrigin refuses what it gets.
  const authorityEnd = endOf(uri, uri.indexOf(SCHEME_END) + SCHEME_END.length, '/', '?', '#')
  const pathEnd = endOf(uri, authorityEnd, '?', '#')
  const origin = normaliseOrigin(uri.slice(0, authorityEnd))
  const path = normalisePath(uri.slice(authorityEnd, pathEnd))
  return origin === undefined || path === undefined ? undefined : origin + path
}

/**
 * @param origin of the route, from `normaliseOrigin`
 * @param requestPath `:path` with its query, as Envoy received it, decoded from UTF-8. `*`, the absolute form, an empty
 * one and one with a fragment (RFC 9113 §8.3.1 has none) match nothing.
 */
export function htuMatches(htu: string, origin: string, requestPath: string): boolean {
  const path = requestPath.slice(0, endOf(requestPath, 0, '?'))
  if (ORDINARY_PATH.test(path) && htu === origin + path) return true
  if (path === '' || path.includes('#')) return false
  const expected = normalisePath(path)
  return expected !== undefined && normaliseTarget(htu) === origin + expected
}

function endOf(text: string, start: number, ...delimiters: readonly string[]): number {
  let end = text.length
  for (const delimiter of delimiters) {
    const at = text.indexOf(delimiter, start)
    if (at !== -1 && at < end) end = at
  }
  return end
}
