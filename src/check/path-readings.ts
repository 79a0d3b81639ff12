/**
 * Every path that some server behind us could take a request's path for. Servers differ in what they decode, merge, cut and
 * fold; a request may reach a route only if all readings agree on it, so that no spelling reaches a weaker route (A14, A15).
 */

/** A reading, and what was done to it that must be done to a configured path too before the two are compared. */
export interface Reading {
  readonly text: string
  readonly folded: boolean
  readonly trimmed: boolean
}

const MAX_READINGS = 64
/** Bounds the work that one path can cost; an honest long path has two readings or four. */
const MAX_TOTAL_LENGTH = 65_536
/** Nothing in it that any server could read in another way. */
const PLAIN = /^(?:\/[a-z0-9\-_~!$&'()*+,=:@][a-z0-9\-_~!$&'()*+,=:@.]*)+$/

/** UTF-8 for a slash or a dot in more bytes than it needs (RFC 3629 §3): lenient decoders have taken it for one. */
const OVERLONG = /[\xc0\xc1]|\xe0[\x80-\x9f]|\xf0[\x80-\x8f]/

type Step = (reading: Reading) => Reading

const STEPS: readonly Step[] = [
  (r) => ({ ...r, text: decodeOnce(r.text) }),
  (r) => ({ ...r, text: r.text.replaceAll('\\', '/') }),
  (r) => ({ ...r, text: withoutParameters(r.text) }),
  (r) => ({ ...r, text: mergeSlashes(r.text) }),
  (r) => ({ ...r, text: removeDotSegments(r.text) }),
  (r) => ({ ...r, text: r.text.toLowerCase(), folded: true }),
  (r) => (r.text.length > 1 && r.text.endsWith('/') ? { ...r, text: r.text.slice(0, -1), trimmed: true } : r),
]

/**
 * All readings of `:path` without its query, the plain one first; undefined when it is no absolute path, holds control
 * characters or overlong UTF-8 in any reading, or has too many readings to be honest.
 */
export function pathReadings(pathWithQuery: string): readonly Reading[] | undefined {
  const query = pathWithQuery.indexOf('?')
  const text = query === -1 ? pathWithQuery : pathWithQuery.slice(0, query)
  const plain: Reading = { text, folded: false, trimmed: false }
  if (text === '/' || PLAIN.test(text)) return [plain]
  if (!text.startsWith('/') || text.includes('#')) return undefined
  return closure(plain)
}

/** Applies every step to every reading until nothing new comes. */
function closure(plain: Reading): readonly Reading[] | undefined {
  const readings = [plain]
  const seen = new Set([keyOf(plain)])
  let totalLength = plain.text.length
  for (let i = 0; i < readings.length; i++) {
    const reading = readings[i]
    if (reading === undefined || hasControls(reading.text) || OVERLONG.test(reading.text)) return undefined
    for (const step of STEPS) {
      const next = step(reading)
      const key = keyOf(next)
      if (seen.has(key)) continue
      totalLength += next.text.length
      if (readings.length === MAX_READINGS || totalLength > MAX_TOTAL_LENGTH) return undefined
      seen.add(key)
      readings.push(next)
    }
  }
  return readings
}

/** A fold that changed nothing is the same reading, compared with the folded value: the key holds the marks too. */
function keyOf(reading: Reading): string {
  return `${reading.folded ? 'f' : '-'}${reading.trimmed ? 't' : '-'}${reading.text}`
}

function decodeOnce(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Path parameters as servlet containers cut them: from `;` to the next slash. */
function withoutParameters(text: string): string {
  return text.replace(/;[^/]*/g, '')
}

function mergeSlashes(text: string): string {
  return text.replace(/\/{2,}/g, '/')
}

/** RFC 3986 §5.2.4 on an absolute path. */
function removeDotSegments(text: string): string {
  if (!text.includes('/.')) return text
  const kept: string[] = []
  const segments = text.split('/').slice(1)
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (last && (segment === '.' || segment === '..')) kept.push('')
  }
  return `/${kept.join('/')}`
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x20 || c === 0x7f) return true
  }
  return false
}
