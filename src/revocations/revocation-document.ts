/**
 * The watched list as JSON: `{"version":1,"revocations":[…]}`, one entry a line. A malformed entry is refused and named
 * while the others hold; a malformed document is refused whole. Nothing in it is ever left out in silence.
 */
import { isUtf8 } from 'node:buffer'
import { parseStrictJsonText } from '../check/codec/strict-json.ts'
import { ok, type Result } from '../check/result.ts'
import type { Revocation } from '../check/revocation/revocation.ts'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOfValue,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipSpace,
} from './json-spans.ts'
import { placeOf, type RawEntry, type RefusedEntry, readEntry } from './raw-entry.ts'

export interface RevocationDocument {
  readonly revocations: readonly Revocation[]
  readonly refused: readonly RefusedEntry[]
}

/** A file may hold this much: about a million entries. */
export const MAX_DOCUMENT_BYTES = 268_435_456

const VERSION = 1
const LIST = 'revocations'
const NO_JSON = 'is not one JSON object without repeated names'

/** The entries as they stand; the error says what is wrong with the document, in words that follow its name. */
export function readRawEntries(content: Buffer): Result<readonly RawEntry[], string> {
  const entries: RawEntry[] = []
  const walk = walkEntries(content)
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return step.value === undefined ? ok(entries) : { ok: false, error: step.value }
    entries.push(step.value)
  }
}

/**
 * The same one by one, so that a long list need not be read at a stretch. What is wrong with the document is returned, and
 * known only at the end: until then the entries count for nothing.
 */
export function* walkEntries(content: Buffer): Generator<RawEntry, string | undefined> {
  const names = new Set<string>()
  let version: unknown
  let hasList = false
  let at = skipSpace(content, 0)
  if (content[at] !== OPEN_BRACE) return NO_JSON
  do {
    const nameAt = skipSpace(content, at + 1)
    const nameEnd = endOfValue(content, nameAt)
    const name = parseSpan(content, nameAt, nameEnd)
    at = skipSpace(content, nameEnd)
    if (typeof name !== 'string' || names.has(name) || content[at] !== COLON) return NO_JSON
    names.add(name)
    at = skipSpace(content, at + 1)
    if (name === LIST && content[at] === OPEN_BRACKET) {
      hasList = true
      at = yield* walkList(content, at)
      if (content[at] !== CLOSE_BRACKET) return NO_JSON
      at++
    } else {
      const end = endOfValue(content, at)
      const value = parseSpan(content, at, end)
      if (value === undefined) return NO_JSON
      if (name === 'version') version = value
      at = end
    }
    at = skipSpace(content, at)
  } while (content[at] === COMMA)
  if (content[at] !== CLOSE_BRACE || skipSpace(content, at + 1) !== content.length) return NO_JSON
  if (version !== VERSION) return `has not "version": ${VERSION}`
  if (!hasList) return `has no list "${LIST}"`
  return names.size === 2 ? undefined : `has members other than "version" and "${LIST}"`
}

/** From its opening bracket; returns where its closing one stands, or where it stops to be a list. */
function* walkList(content: Buffer, open: number): Generator<RawEntry, number> {
  let at = skipSpace(content, open + 1)
  if (content[at] === CLOSE_BRACKET) return at
  for (;;) {
    const end = endOfValue(content, at)
    const entry = parseSpan(content, at, end)
    if (entry === undefined) return content.length
    yield entry
    const next = skipSpace(content, end)
    if (content[next] !== COMMA) return next
    at = skipSpace(content, next + 1)
  }
}

/** Any JSON value; undefined when the span is none. */
function parseSpan(content: Buffer, from: number, to: number): unknown {
  const octets = content.subarray(from, to)
  if (!isUtf8(octets)) return undefined
  const text = octets.toString()
  return octets[0] === OPEN_BRACE ? parseStrictJsonText(text) : parseStrictJsonText(`{"value":${text}}`)?.['value']
}

/** Each entry for itself: those that are malformed by their place. */
export function readRevocations(entries: readonly RawEntry[]): RevocationDocument {
  const revocations: Revocation[] = []
  const refused: RefusedEntry[] = []
  for (const [index, entry] of entries.entries()) {
    const read = readEntry(entry)
    if (read.ok) revocations.push(read.value)
    else refused.push({ place: placeOf(index, entry), message: read.error })
  }
  return { revocations, refused }
}

export function writeDocument(entries: readonly RawEntry[]): string {
  const lines = entries.map((entry) => `\n${JSON.stringify(entry)}`)
  return `{"version":${VERSION},"${LIST}":[${lines.join(',')}\n]}\n`
}
