/**
 * A distinguished name as tools print it: RFC 4514 (`CN=Example CA,O=Example`), OpenSSL's default (`O = Example, CN = Example
 * CA`, quotes around what holds a comma), Go and Java. What could be read in two ways is refused.
 */
import { readDer } from './der.ts'
import { type AttributeValue, type DistinguishedName, type NameAttribute, typeNamed } from './distinguished-name.ts'
import { readValue } from './name-from-der.ts'

const TYPE = /\s*(?:OID\.)?([A-Za-z][A-Za-z0-9-]*|[0-2](?:\.(?:0|[1-9]\d*))+)\s*=\s*/iy
const DER = /#((?:[0-9A-Fa-f]{2})+)/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/uy
const PLAIN = /(?:[^,+"\\<>;]|\\.)*/uy
const BEHIND = /\s*([,+]|$)/y
/** One part of a value: an octet, an escaped character, or text as it stands (RFC 4514 §2.4). */
const PARTS = /\\([0-9A-Fa-f]{2})|\\([ #=,+"\\<>;])|([^\\]+)/gu
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined when it is no name, or has a type that we do not know by name: those are given as dotted numbers. */
export function parseName(text: string): DistinguishedName | undefined {
  const name: NameAttribute[][] = [[]]
  let at = 0
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match
  }

  function nextValue(): AttributeValue | undefined {
    const der = next(DER)
    if (der !== null) return valueOfDer(der[1] ?? '')
    if (text[at] === '#') return undefined
    const quoted = next(QUOTED)
    const written = quoted === null ? next(PLAIN)?.[0] : quoted[1]
    const value = written === undefined ? undefined : unescaped(written)
    return value === undefined ? undefined : { text: value }
  }

  for (;;) {
    const written = next(TYPE)?.[1]
    const type = written === undefined ? undefined : /^\d/.test(written) ? written : typeNamed(written)
    const value = type === undefined ? undefined : nextValue()
    const behind = next(BEHIND)?.[1]
    if (type === undefined || value === undefined || behind === undefined) return undefined
    name.at(-1)?.push({ type, value })
    if (behind === '') return name
    if (behind === ',') name.push([])
  }
}

/** `#` and hex: one value in DER, its length in the shortest form. */
function valueOfDer(hex: string): AttributeValue | undefined {
  const elements = readDer(Buffer.from(hex, 'hex'))
  const [element] = elements ?? []
  return element === undefined || elements?.length !== 1 ? undefined : readValue(element)
}

/** Undefined when a backslash escapes nothing, or the octets are no UTF-8. */
function unescaped(written: string): string | undefined {
  const octets: Buffer[] = []
  let length = 0
  for (const [part, hex, character, plain] of written.matchAll(PARTS)) {
    octets.push(hex === undefined ? Buffer.from(character ?? plain ?? '') : Buffer.from(hex, 'hex'))
    length += part.length
  }
  if (length !== written.length) return undefined
  try {
    return utf8.decode(Buffer.concat(octets))
  } catch {
    return undefined
  }
}
