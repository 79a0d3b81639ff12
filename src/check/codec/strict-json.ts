/**
 * Strict JSON for everything an attacker writes (RFC 7515 §4, RFC 7519 §4, RFC 8259; C13): valid UTF-8 without BOM, one
 * object, no duplicate member names however they are escaped, no lone surrogates, bounded depth. Undefined when it is not.
 */
export type JsonObject = { readonly [name: string]: unknown }

const MAX_DEPTH = 16
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function parseStrictJsonObject(bytes: Uint8Array): JsonObject | undefined {
  let value: unknown
  let text: string
  try {
    text = utf8.decode(bytes)
    if (!isShallow(text)) return undefined
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  if (text.includes('\\') && !hasWellFormedStrings(value)) return undefined
  return hasDuplicateNames(text) ? undefined : (value as JsonObject)
}

/** Depth is counted before parsing, so that a deep text costs one pass and no recursion. */
function isShallow(text: string): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) i = endOfString(text, i)
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return false
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) depth--
  }
  return true
}

/** `text` is known to be valid JSON of bounded depth: a name is a string in an object that a colon follows. */
function hasDuplicateNames(text: string): boolean {
  const open: (Set<string> | undefined)[] = []
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === OPEN_BRACE) open.push(new Set())
    else if (c === OPEN_BRACKET) open.push(undefined)
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) open.pop()
    else if (c === QUOTE) {
      const end = endOfString(text, i)
      const names = open.at(-1)
      if (names !== undefined && isName(text, end)) {
        const raw = text.slice(i, end + 1)
        const name = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
        if (names.has(name)) return true
        names.add(name)
      }
      i = end
    }
  }
  return false
}

function isName(text: string, end: number): boolean {
  let i = end + 1
  while (text.charCodeAt(i) <= SPACE) i++
  return text.charCodeAt(i) === COLON
}

/** Index of the closing quote, or the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === BACKSLASH) i++
    else if (c === QUOTE) return i
  }
  return text.length
}

function hasWellFormedStrings(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (value === null || typeof value !== 'object') return true
  for (const [name, member] of Object.entries(value)) {
    if (!name.isWellFormed() || !hasWellFormedStrings(member)) return false
  }
  return true
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COLON = 0x3a
const SPACE = 0x20
