/**
 * Strict JSON for everything an attacker writes (RFC 7515 §4, RFC 7519 §4, RFC 8259; C13): valid UTF-8 without BOM, one
 * object, no duplicate member names however they are escaped, no lone surrogates, bounded depth. Undefined when it is not.
 * Numbers are JSON.parse's doubles: 1e400 is Infinity, so that who reads a number must ask for a finite one.
 */
export type JsonObject = { readonly [name: string]: unknown }

const MAX_DEPTH = 16
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The caller bounds the size; time is linear in it. Never throws. */
export function parseStrictJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    return parseStrictJsonText(utf8.decode(bytes))
  } catch {
    return undefined
  }
}

/** The same of a text, for those who decoded it strictly themselves. */
export function parseStrictJsonText(text: string): JsonObject | undefined {
  const memberCount = countWrittenMembers(text)
  if (memberCount === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isJsonObject(value)) return undefined
  // JSON.parse keeps one member of each name: fewer members than were written means that a name came twice.
  return countKeptMembers(value) === memberCount ? value : undefined
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * In valid JSON a colon outside a string follows a member name and stands nowhere else. Undefined when nested too deep:
 * told before parsing, so that a deep text costs one pass and no recursion.
 */
function countWrittenMembers(text: string): number | undefined {
  let depth = 0
  let members = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i)
        break
      case COLON:
        members++
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > MAX_DEPTH) return undefined
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--
    }
  }
  return members
}

/** Index of the closing quote, or the end of the text when there is none. A search passes over text faster than a loop. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** Inside a string: an odd number of backslashes stands right before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === BACKSLASH) first--
  return (at - first) % 2 === 1
}

/** NaN, which equals no count, when a name or a string holds a lone surrogate (`"\ud800"`): it has no UTF-8 form. */
function countKeptMembers(value: unknown): number {
  if (typeof value === 'string') return value.isWellFormed() ? 0 : Number.NaN
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (const item of value) members += countKeptMembers(item)
    return members
  }
  for (const name of Object.keys(value)) {
    members += name.isWellFormed() ? 1 + countKeptMembers((value as JsonObject)[name]) : Number.NaN
  }
  return members
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COLON = 0x3a
