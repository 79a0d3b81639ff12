/**
 * One normal form for the path of an http URI (RFC 3986 §6.2.2; A12): hex digits of %XX in upper case, unreserved octets
 * decoded, dot segments removed, empty path `/`. Kept as they stand: reserved %XX (`%2F` is not `/`), `//`, a trailing
 * slash, case. What has no place in a path but one reading only (`é`, `{`) becomes its percent-encoding (RFC 3987 §3.1);
 * what servers read in two ways (backslash, control, space, half a %XX) has no normal form.
 */

const UNRESERVED = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~')
const KEPT = new Set([...UNRESERVED, ..."!$&'()*+,;=:@/[]"])
const HEX_PAIR = /^[0-9A-Fa-f]{2}$/
const SPACE = 0x20
const DELETE = 0x7f
/** WHATWG parsers read it as a slash. */
const BACKSLASH = 0x5c
/** Stands for bytes that were no UTF-8: what the client sent is lost. */
const REPLACEMENT = '\ufffd'

/** `path`: empty or from its first slash on, without query and fragment. Undefined when it has no normal form. */
export function normalisePath(path: string): string | undefined {
  if (path === '') return '/'
  if (!path.startsWith('/')) return undefined
  const octets = normaliseOctets(path)
  return octets === undefined ? undefined : removeDotSegments(octets)
}

/** RFC 3986 §6.2.2.1 and §6.2.2.2. */
function normaliseOctets(path: string): string | undefined {
  if (!path.isWellFormed() || path.includes(REPLACEMENT)) return undefined
  let normal = ''
  for (let i = 0; i < path.length; i++) {
    const c = path.charAt(i)
    if (KEPT.has(c)) {
      normal += c
    } else if (c === '%') {
      const hex = path.slice(i + 1, i + 3)
      if (!HEX_PAIR.test(hex)) return undefined
      const decoded = String.fromCharCode(Number.parseInt(hex, 16))
      normal += UNRESERVED.has(decoded) ? decoded : `%${hex.toUpperCase()}`
      i += 2
    } else {
      const code = path.codePointAt(i) as number
      if (code <= SPACE || code === DELETE || code === BACKSLASH) return undefined
      const whole = String.fromCodePoint(code)
      normal += encodeURIComponent(whole)
      i += whole.length - 1
    }
  }
  return normal
}

/** RFC 3986 §5.2.4 on a path that begins with a slash; an empty segment is a segment. */
function removeDotSegments(path: string): string {
  if (!path.includes('/.')) return path
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  if (last === '.' || last === '..') kept.push('')
  return `/${kept.join('/')}`
}
