/**
 * `x-forwarded-client-cert` in the one form that Envoy writes (D25): `By`s, `Hash`, `Cert`, `Chain`, `Subject`, `URI`s,
 * `DNS`es in this order. Envoy does not escape URI and DNS names, so a name can imitate pairs and elements: whatever is not
 * exactly Envoy's form is refused, and resolve-peer.ts decides what the form alone may prove.
 */
import { type Refusal, refuse } from '../refusal.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import { hasSpiffeScheme, parseSpiffeId } from './spiffe-id.ts'

export interface XfccElement {
  /** URI SANs of the proxy that wrote the element. */
  readonly by: readonly string[]
  /** Lower-case hex SHA-256 of the DER. */
  readonly hash: string
  /** URL-encoded PEM. */
  readonly certificate: string | undefined
  /** URL-encoded PEM blocks, the leaf first. */
  readonly chain: string | undefined
  /** Empty: a certificate without a URI SAN, or a proxy that does not tell. */
  readonly uri: string
  readonly dns: readonly string[]
}

const KEYS = ['By', 'Hash', 'Cert', 'Chain', 'Subject', 'URI', 'DNS'] as const
type Key = (typeof KEYS)[number]
const QUOTED: ReadonlySet<Key> = new Set(['Cert', 'Chain', 'Subject'])
const REPEATED: ReadonlySet<Key> = new Set(['By', 'DNS'])

const HASH = /^[0-9a-f]{64}$/
const URI = /^[A-Za-z0-9:/._~-]*$/
/** Visible ASCII without what separates pairs and elements. */
const NAME = /^[\x21\x23-\x2b\x2d-\x3a\x3c\x3e-\x5b\x5d-\x7e]+$/
const PEM = /^[A-Za-z0-9%._~-]+$/
/** RFC 2253 §2.4 escapes quotes and semicolons, so neither stands bare in a subject that Envoy wrote. */
const SUBJECT = /^(?:[^"\\;]|\\.)*$/s

const WRONG = 'x-forwarded-client-cert is not in the form that Envoy writes'

/** The elements, oldest first. Refuses `peer_ambiguous` for more than one field and for any other form (D23, D25). */
export function parseForwardedClientCert(values: readonly string[]): Result<readonly XfccElement[], Refusal> {
  if (values.length !== 1) return refuse('peer_ambiguous', 'more than one x-forwarded-client-cert field')
  const text = values[0] ?? ''
  if (text.length > LIMITS.forwardedClientCertBytes) return refuse('peer_ambiguous', 'x-forwarded-client-cert too long')
  const elements: XfccElement[] = []
  let at = 0
  while (true) {
    const read = readElement(text, at)
    if (read === undefined) return refuse('peer_ambiguous', WRONG)
    elements.push(read.element)
    if (read.end === text.length) return ok(elements)
    at = read.end + 1
  }
}

interface Pair {
  readonly key: Key
  readonly value: string
  /** Index of the separator behind it, or the length of the text. */
  readonly end: number
}

function readElement(text: string, start: number): { element: XfccElement; end: number } | undefined {
  const found = new Map<Key, string[]>()
  let rank = -1
  let at = start
  while (true) {
    const pair = readPair(text, at)
    if (pair === undefined) return undefined
    const next = KEYS.indexOf(pair.key)
    if (next < rank || (next === rank && !REPEATED.has(pair.key))) return undefined
    rank = next
    const values = found.get(pair.key)
    if (values === undefined) found.set(pair.key, [pair.value])
    else values.push(pair.value)
    if (text[pair.end] !== ';') {
      const element = toElement(found)
      return element === undefined ? undefined : { element, end: pair.end }
    }
    at = pair.end + 1
  }
}

/** `key=value`, quoted exactly where Envoy quotes, up to `;`, `,` or the end. */
function readPair(text: string, at: number): Pair | undefined {
  const equals = text.indexOf('=', at)
  const key = KEYS.find((name) => name.length === equals - at && text.startsWith(name, at))
  if (key === undefined) return undefined
  const start = equals + 1
  if (!QUOTED.has(key)) {
    const end = endOfBare(text, start)
    return { key, value: text.slice(start, end), end }
  }
  const close = text[start] === '"' ? endOfQuoted(text, start) : -1
  const separator = text[close + 1]
  if (close === -1 || (separator !== undefined && separator !== ';' && separator !== ',')) return undefined
  return { key, value: text.slice(start + 1, close), end: close + 1 }
}

function endOfBare(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    if (text[i] === ';' || text[i] === ',') return i
  }
  return text.length
}

/** Index of the closing quote; -1 when there is none. */
function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return -1
}

function toElement(found: ReadonlyMap<Key, readonly string[]>): XfccElement | undefined {
  const one = (key: Key): string | undefined => found.get(key)?.[0]
  const [by, hash, uri, dns] = [found.get('By') ?? [], one('Hash'), one('URI') ?? '', found.get('DNS') ?? []]
  const [certificate, chain] = [one('Cert'), one('Chain')]
  if (hash === undefined || !HASH.test(hash) || !URI.test(uri) || !SUBJECT.test(one('Subject') ?? '')) return undefined
  if (hasSpiffeScheme(uri) && parseSpiffeId(uri) === undefined) return undefined
  if (![...by, ...dns].every((name) => NAME.test(name))) return undefined
  if ((certificate !== undefined && !PEM.test(certificate)) || (chain !== undefined && !PEM.test(chain)))
    return undefined
  return { by, hash, certificate, chain, uri, dns }
}
