/** A distinguished name from its DER (RFC 5280 §4.1.2.4): RDNSequence of SETs of type and value. */
import { type DerElement, readInside, TAG } from './der.ts'
import type { AttributeValue, DistinguishedName, NameAttribute } from './distinguished-name.ts'

/** More octets than any attribute type has. */
const MAX_OID_OCTETS = 64
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined when it is no name. A value that is no text, or whose octets are none, stands as its DER. */
export function readName(element: DerElement | undefined): DistinguishedName | undefined {
  const sets = readInside(element, TAG.sequence)
  return sets === undefined ? undefined : all(sets, (set) => readAttributes(readInside(set, TAG.set)))
}

function readAttributes(elements: readonly DerElement[] | undefined): readonly NameAttribute[] | undefined {
  if (elements === undefined || elements.length === 0) return undefined
  return all(elements, (element) => {
    const [oid, value, more] = readInside(element, TAG.sequence) ?? []
    if (oid?.tag !== TAG.objectIdentifier || value === undefined || more !== undefined) return undefined
    const type = readOid(oid.content)
    return type === undefined ? undefined : { type, value: readValue(value) }
  })
}

/** All of them read, or undefined when one cannot be. */
function all<T>(elements: readonly DerElement[], read: (element: DerElement) => T | undefined): T[] | undefined {
  const results: T[] = []
  for (const element of elements) {
    const result = read(element)
    if (result === undefined) return undefined
    results.push(result)
  }
  return results
}

/** Dotted (X.690 §8.19). */
function readOid(content: Buffer): string | undefined {
  if (content.length === 0 || content.length > MAX_OID_OCTETS) return undefined
  const numbers: bigint[] = []
  let number = 0n
  for (const octet of content) {
    number = number * 128n + BigInt(octet & 0x7f)
    if ((octet & 0x80) !== 0) continue
    numbers.push(number)
    number = 0n
  }
  const [first, ...rest] = numbers
  if (first === undefined || (content.at(-1) ?? 0) >= 0x80) return undefined
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...rest].join('.')
}

/** Exported for values that an operator gives as their DER. */
export function readValue(element: DerElement): AttributeValue {
  const text = DECODERS[element.tag]?.(element.content)
  return text?.isWellFormed() === true ? { text } : { derHex: derHexOf(element) }
}

const latin1 = (content: Buffer): string => content.toString('latin1')

/** The string types by tag. TeletexString holds Latin-1, whatever its name says: so all libraries read it. */
const DECODERS: Readonly<Record<number, (content: Buffer) => string | undefined>> = {
  12: readUtf8,
  18: latin1, // NumericString
  19: latin1, // PrintableString
  20: latin1, // TeletexString
  22: latin1, // IA5String
  26: latin1, // VisibleString
  28: (content) => readUnits(content, 4), // UniversalString
  30: (content) => readUnits(content, 2), // BMPString
}

function readUtf8(content: Buffer): string | undefined {
  try {
    return utf8.decode(content)
  } catch {
    return undefined
  }
}

/** Big-endian code points of a fixed size; undefined when they are none. */
function readUnits(content: Buffer, size: 2 | 4): string | undefined {
  if (content.length % size !== 0) return undefined
  let text = ''
  for (let at = 0; at < content.length; at += size) {
    const unit = content.readUIntBE(at, size)
    if (unit > 0x10ffff) return undefined
    text += size === 2 ? String.fromCharCode(unit) : String.fromCodePoint(unit)
  }
  return text
}

/** The reader takes the shortest form of a length only, so this gives back the octets that it read. */
function derHexOf({ tag, content }: DerElement): string {
  const { length } = content
  const hex = length.toString(16)
  const octets = hex.length % 2 === 0 ? hex : `0${hex}`
  const longForm = length < 0x80 ? '' : (0x80 + octets.length / 2).toString(16)
  return tag.toString(16).padStart(2, '0') + longForm + octets + content.toString('hex')
}
