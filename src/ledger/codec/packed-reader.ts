/**
 * Reads what packed-writer.ts writes, and nothing else: what is cut short, goes on after its end, refers to nothing, or
 * spells a text or number in another way than the writer would, has failed as a whole. Never throws, never reads beyond.
 */
import { ABSENT, BASE64URL, isBase64Url, KINDS, lengthen, REFERENCE, SHORTENED, shorten, UTF8 } from './packed-text.ts'

export interface PackedReader {
  number(): number
  /** A number that must lie in 0 to `most`. */
  upTo(most: number): number
  text(): string | undefined
  /** A text that must be there. */
  requiredText(): string
  list<T>(most: number, read: () => T): readonly T[]
  fail(): void
  /** True when all was read and nothing failed. */
  complete(): boolean
}

const REPLACEMENT = '\ufffd'
/** Octets of a number up to 2^53. */
const MAX_DIGITS = 8

export function makePackedReader(packed: string): PackedReader {
  const octets = Buffer.from(packed, 'latin1')
  const places: string[] = []
  // A character above U+00FF is none of ours: Buffer would drop its upper half.
  let failed = octets.toString('latin1') !== packed
  let at = 0

  function fail(): void {
    failed = true
  }

  function unsigned(): number {
    let value = 0
    let unit = 1
    for (let digit = 0; digit < MAX_DIGITS; digit++) {
      const octet = octets[at++]
      if (failed || octet === undefined || (octet === 0 && digit > 0)) break
      value += (octet % 0x80) * unit
      if (octet < 0x80) {
        if (Number.isSafeInteger(value)) return value
        break
      }
      unit *= 0x80
    }
    fail()
    return 0
  }

  function newText(kind: number, length: number): string {
    const start = at
    at += length
    const text = at > octets.length ? undefined : decodeText(kind, octets, start, at)
    if (text === undefined) fail()
    else places.push(text)
    return text ?? ''
  }

  function text(): string | undefined {
    const head = unsigned()
    if (head === ABSENT) return undefined
    const above = Math.floor(head / KINDS)
    const kind = head % KINDS
    if (kind !== REFERENCE) return newText(kind, above)
    const referred = places[above]
    if (referred === undefined) fail()
    return referred
  }

  function upTo(most: number): number {
    const value = number()
    if (value >= 0 && value <= most) return value
    fail()
    return 0
  }

  function number(): number {
    const zigzag = unsigned()
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
  }

  return {
    number,
    upTo,
    text,
    requiredText() {
      const value = text()
      if (value === undefined) fail()
      return value ?? ''
    },
    list(most, read) {
      const length = unsigned()
      if (length > most) fail()
      return failed ? [] : Array.from({ length }, read)
    },
    fail,
    complete: () => !failed && at === octets.length,
  }
}

function decodeText(kind: number, octets: Buffer, start: number, end: number): string | undefined {
  if (kind === BASE64URL && end > start) return octets.toString('base64url', start, end)
  const text = octets.toString('utf8', start, end)
  // Octets that are no UTF-8 become a replacement character, which may also have been written.
  if (text.includes(REPLACEMENT) && !Buffer.from(text, 'utf8').equals(octets.subarray(start, end))) return undefined
  if (kind === SHORTENED) return lengthen(text)
  return kind === UTF8 && !isBase64Url(text) && shorten(text) === undefined ? text : undefined
}
